import DBus
import Testing

@testable import Cgroups

@Suite("Values in GVariant's text format") struct VariantTextTests {
    static let good: [(text: String, value: Value)] = [
        ("'text'", .string("text")), ("\"te'xt\"", .string("te'xt")), ("''", .string("")),
        ("'a\\n\\t\\'\\\\\\u00e4\\U0001f600\\q'", .string("a\n\t'\\ä😀q")), ("'ä'", .string("ä")),
        ("true", .boolean(true)), (" false ", .boolean(false)), ("boolean true", .boolean(true)),
        ("5", .int32(5)), ("-5", .int32(-5)), ("+5", .int32(5)), ("0x1F", .int32(31)), ("017", .int32(15)),
        ("0", .int32(0)), ("1.5", .double(1.5)), ("-1e3", .double(-1000)), (".5", .double(0.5)),
        ("double 2", .double(2)),
        ("byte 255", .byte(255)), ("byte 0xff", .byte(255)), ("int16 -1", .int16(-1)), ("uint16 1", .uint16(1)),
        ("int32 1", .int32(1)), ("uint32 7", .uint32(7)), ("int64 -9", .int64(-9)),
        ("uint64 18446744073709551615", .uint64(.max)), ("@t 1", .uint64(1)), ("@y 0x10", .byte(16)),
        ("string 'a'", .string("a")), ("objectpath '/a/b'", .objectPath("/a/b")), ("signature 'as'", .signature("as")),
        ("['a', 'b']", .strings(["a", "b"])), ("['a']", .strings(["a"])), ("@as []", .strings([])),
        ("@as ['a']", .strings(["a"])), ("[uint32 1, 2]", .array(element: "u", [.uint32(1), .uint32(2)])),
        ("@ay [1, 0x02]", .bytes([1, 2])),
        (
            "[[1], [2]]",
            .array(
                element: "ai",
                [
                    .array(element: "i", [.int32(1)]), .array(element: "i", [.int32(2)]),
                ])
        ),
        ("('a', true)", .structure([.string("a"), .boolean(true)])), ("(1,)", .structure([.int32(1)])),
        ("(1)", .structure([.int32(1)])),
        ("@(su) ('a', 1)", .structure([.string("a"), .uint32(1)])),
        ("@a(ss) []", .array(element: "(ss)", [])),
        ("[('/dev/null', 'rw')]", .array(element: "(ss)", [.structure([.string("/dev/null"), .string("rw")])])),
        ("<'a'>", .variant(.string("a"))), ("<uint64 1>", .variant(.uint64(1))),
        ("{'a': 1}", .array(element: "{si}", [.dictionaryEntry(.string("a"), .int32(1))])),
        ("@a{sv} {'a': <1>}", .array(element: "{sv}", [.dictionaryEntry(.string("a"), .variant(.int32(1)))])),
        ("@a{ss} {}", .array(element: "{ss}", [])),
    ]

    @Test("What it means", arguments: good) func read(text: String, value: Value) throws {
        #expect(try VariantText.value(text) == value)
    }

    static let bad: [(text: String, reason: String)] = [
        ("", "there is no value"), ("   ", "there is no value"),
        ("text", "\"text\" is no value; a text has quotes around it"),
        ("'text", "a quote is missing at the end"), ("'text\\", "a quote is missing at the end"),
        ("'a' 'b'", "something follows the value"), ("1 2", "something follows the value"),
        ("'\\u12'", "a \\u without the number of a character"),
        ("'\\ud800'", "a \\u without the number of a character"),
        ("'\\u0000'", "a text with a NUL in it"),
        ("2147483648", "2147483648 is no value of type i"), ("byte 256", "256 is no value of type y"),
        ("uint64 -1", "-1 is no value of type t"), ("uint32 1.5", "1.5 is no value of type u"),
        ("1x", "1x is no value of type i"), ("--1", "--1 is no value of type i"), ("0x", "0x is no value of type i"),
        ("08", "08 is no value of type i"), ("string 5", "5 is no value of type s"),
        ("uint32 'a'", "\"a\" is no value of type u"),
        ("[]", "an empty array needs a type, as in \"@as []\""),
        ("{}", "an empty dictionary needs a type, as in \"@a{ss} {}\""),
        ("()", "D-Bus has no empty tuple"), ("['a', 1]", "1 is no value of type s"), ("['a' 'b']", "\",\" is missing"),
        ("['a'", "\",\" is missing"), ("('a'", "\",\" is missing"), ("<'a'", "\">\" is missing"),
        ("{'a' 1}", "\":\" is missing"), ("{[1]: 1}", "a key of type ai"), ("@z 1", "\"z\" is no type"),
        ("@ 1", "\"\" is no type"),
        ("@s uint32 1", "type u where s has to be"), ("@as 'a'", "\"a\" is no value of type as"),
        ("@s ['a']", "another value than type s"), ("@(ss) ('a',)", "too few fields"),
        ("@(s) ('a', 'b')", "too many fields"),
        ("nothing", "\"nothing\" is no value; a text has quotes around it"),
        ("just 1", "\"just\" is no value; a text has quotes around it"),
        ("objectpath 'a'", "\"a\" is no value of type o"), ("signature 'z'", "\"z\" is no value of type g"),
        ("@s true", "type b where s has to be"), ("handle 1", "\"handle\" is no value; a text has quotes around it"),
    ]

    @Test("What is none", arguments: bad) func errors(text: String, reason: String) {
        #expect(throws: VariantText.Failure(reason: reason)) { _ = try VariantText.value(text) }
    }

    @Test("Containers in containers have an end") func depth() {
        for open in ["[", "(", "<", "{", "uint32 ", "@v "] {
            #expect(throws: VariantText.Failure.self) {
                _ = try VariantText.value(String(repeating: open, count: 100_000))
            }
        }
    }
}

@Suite("Annotations for systemd") struct AnnotationTests {
    private func properties(_ annotations: [String: String]) throws -> [UnitProperty] {
        try UnitProperties.annotations(annotations)
    }

    @Test("Those that are properties, and no others") func names() throws {
        #expect(
            try properties([
                "org.systemd.property.CollectMode": "'inactive-or-failed'",
                "org.systemd.property.After": "['a.service']",
                "org.systemd.propertyX": "nonsense", "run.oci.x": "y",
            ]) == [
                UnitProperty("After", .strings(["a.service"])),
                UnitProperty("CollectMode", .string("inactive-or-failed")),
            ])
        #expect(try properties([:]).isEmpty)
    }

    @Test("Times in seconds are told in microseconds") func seconds() throws {
        for (name, value, expected) in [
            ("TimeoutStopSec", "90", UnitProperty("TimeoutStopUSec", .uint64(90_000_000))),
            ("TimeoutStopSec", "uint64 2", UnitProperty("TimeoutStopUSec", .uint64(2_000_000))),
            ("TimeoutStopSec", "1.5", UnitProperty("TimeoutStopUSec", .uint64(1_500_000))),
            ("TimeoutStopUSec", "uint64 5", UnitProperty("TimeoutStopUSec", .uint64(5))),
            ("RuntimeMaxSec", "byte 1", UnitProperty("RuntimeMaxUSec", .uint64(1_000_000))),
            ("CPUQuotaPerSecUSec", "uint64 1", UnitProperty("CPUQuotaPerSecUSec", .uint64(1))),
        ] {
            #expect(try properties(["org.systemd.property." + name: value]) == [expected])
        }
    }

    private func error(_ name: String, _ value: String) -> ManagerRefusal? {
        #expect(throws: ManagerRefusal.self) { _ = try properties(["org.systemd.property." + name: value]) }
    }

    @Test("What is wrong is blamed on the annotation") func errors() {
        let hint = "values are written as in GVariant's text format: 'text', true, uint64 5, ['a', 'b']"
        #expect(
            error("Foo", "bar")
                == ManagerRefusal(
                    "annotations.org.systemd.property.Foo",
                    "bar: \"bar\" is no value; a text has quotes around it", hint: hint))
        for value in ["'x'", "-1", "uint64 18446744073709551615", "-1.5", "1e300"] {
            #expect(error("TimeoutStopSec", value)?.reason == value + ": is no number of seconds")
        }
        for name in ["", "A", "AB", "Foo.Bar", "Foo1", "Föö", "Foo Bar"] {
            #expect(error(name, "1")?.reason == "\"\(name)\" is no name of a property")
        }
    }
}

@Suite("Annotations of cgroups below the unit's") struct InnerCgroupsTests {
    private func inner(_ annotations: [String: String], isUnified: Bool = true) throws -> InnerCgroups {
        try InnerCgroups(annotations, isUnified: isUnified)
    }

    @Test("Each has a path, or none") func paths() throws {
        #expect(try inner([:]).suffix == "")
        let both = try inner(["run.oci.systemd.subgroup": "a/b", "run.oci.delegate-cgroup": "c"])
        #expect(both.subgroup == "a/b" && both.delegated == "c" && both.suffix == "/a/b")
        let none = try inner(
            ["run.oci.systemd.subgroup": "", "run.oci.delegate-cgroup": ""], isUnified: false)
        #expect(none.subgroup == nil && none.delegated == nil)
    }

    @Test(
        "What does not lead downwards is refused",
        arguments: ["/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/.", "a\nb"])
    func refused(path: String) {
        for name in ["run.oci.systemd.subgroup", "run.oci.delegate-cgroup"] {
            let error = #expect(throws: ManagerRefusal.self) { _ = try inner([name: path]) }
            #expect(error?.property == "annotations." + name)
        }
    }

    @Test("Version 1 has none") func legacy() {
        let error = #expect(throws: ManagerRefusal.self) {
            _ = try inner(["run.oci.systemd.subgroup": "a"], isUnified: false)
        }
        #expect(error?.reason == "\"a\" needs cgroup version 2")
    }

    @Test("The manager's cgroup lies below the unit's") func manager() throws {
        let layout = Layout(hierarchies: [], unified: .init(mountPoint: "/cg", own: "/"))
        let choice = try ManagerSelection.choose(
            ManagerRequest(
                .systemd, path: "a.slice:b:c", id: "ID",
                annotations: ["run.oci.systemd.subgroup": "d", "run.oci.delegate-cgroup": "e"], layout: layout))
        #expect(choice.manager.unifiedPath == "/cg/a.slice/b-c.scope/d")
        #expect(choice.manager.unit?.name == "b-c.scope" && choice.manager.unit?.delegated == "e")
    }
}
