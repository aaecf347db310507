import OCI
import TestSupport
import Testing

@Suite("Inspection: everything that is wrong with a document") struct InspectionTests {
    private func inspect(_ json: String) throws -> JSONInspection<Spec> {
        try JSONInspection(Spec.self, parsing: Array(json.utf8))
    }

    @Test("A document in order has nothing to tell") func good() throws {
        let inspection = try JSONInspection(Spec.self, parsing: try fixture("full.json"))
        #expect(inspection.problems == [])
        #expect(inspection.unknownProperties(known: Spec.otherPlatforms) == [])
        #expect(inspection.repeatedProperties() == [])
        #expect(inspection.value == .full)
    }

    @Test("All problems are found, with their whole paths") func all() throws {
        let inspection = try inspect(
            """
            {"process": {"user": {"uid": "0", "gid": -1}, "args": ["sh", 1, null], "capabilities": {"bounding": 5}},
             "root": {}, "mounts": [{"destination": 1}, {"options": ["ro", true]}, 7],
             "annotations": {"a.b": 1, "c": "d"},
             "linux": {"namespaces": [{"type": "net"}, {}], "resources": {"memory": {"limit": "12"}},
                       "timeOffsets": {"realtime": {}}, "uidMappings": [{"hostID": 1}]}}
            """)
        #expect(
            inspection.problems.map(\.description) == [
                "ociVersion: required, but missing",
                #"process.user.uid: expected an integer, found a string ("0")"#,
                "process.user.gid: -1 is out of range (0 to 4294967295)",
                "process.args[1]: expected a string, found an integer (1)",
                "process.args[2]: expected a string, found null",
                "process.cwd: required, but missing",
                "process.capabilities.bounding: expected an array, found an integer (5)",
                "root.path: required, but missing",
                "mounts[0].destination: expected a string, found an integer (1)",
                "mounts[1].destination: required, but missing",
                "mounts[1].options[1]: expected a string, found a boolean (true)",
                "mounts[2]: expected an object, found an integer (7)",
                #"annotations["a.b"]: expected a string, found an integer (1)"#,
                "linux.uidMappings[0].containerID: required, but missing",
                "linux.uidMappings[0].size: required, but missing",
                #"linux.resources.memory.limit: expected an integer, found a string ("12")"#,
                #"linux.namespaces[0].type: unknown value "net" "#
                    + "(one of: mount, pid, network, uts, ipc, user, cgroup, time)",
                "linux.namespaces[1].type: required, but missing",
                #"linux.timeOffsets: unknown value "realtime" (one of: boottime, monotonic)"#,
            ])
        // What can be read is there, and everything is in its place.
        #expect(inspection.value?.mounts.count == 3)
        #expect(inspection.value?.process?.args.first == "sh")
        #expect(inspection.value?.annotations == ["c": "d"])
    }

    @Test(
        "The first problem is the one that reading alone finds",
        arguments: ["full.json", "config/good/spec-example.json"])
    func first(name: String) throws {
        let document = try Tree(parsing: try fixture(name))
        for path in document.paths {
            var changed = document
            changed[path[...]] = .array([.null])
            let inspection = try inspect(changed.text)
            do {
                _ = try Spec(parsing: changed.text)
                #expect(inspection.problems == [], "\(path.description)")
            } catch {
                #expect(inspection.problems.first == error, "\(path.description)")
            }
        }
    }

    @Test("A document that is no object has one problem, and no value") func noObject() throws {
        let inspection = try inspect("[]")
        #expect(inspection.problems == [JSONError(.wrongType(expected: .object, found: .array, text: ""))])
        #expect(inspection.value == nil)
    }

    @Test("Unknown properties are named, with those that may be meant") func unknown() throws {
        let inspection = try inspect(
            """
            {"ociVersion": "1.0.0", "proces": {}, "windows": {"x": 1}, "annotations": {"x": "y"}, "Hostname": "h",
             "mounts": [{"destination": "/a", "typ": "tmpfs"}], "linux": {"sysctl": {"a": "b"}, "foo.bar": 1,
             "resources": {"memory": {"limits": 1}, "unified": {"memory.high": "1"}}, "seccomp": {"syscals": []}}}
            """)
        func unknown(_ known: [String]) -> [String] {
            inspection.unknownProperties(known: known).map { "\($0.path): \($0.suggestion ?? "nothing")" }
        }
        let wanted = [
            "proces: process", "Hostname: hostname", "mounts[0].typ: mounts[0].type", #"linux["foo.bar"]: nothing"#,
            "linux.resources.memory.limits: linux.resources.memory.limit",
            "linux.seccomp.syscals: linux.seccomp.syscalls",
        ]
        #expect(unknown(Spec.otherPlatforms) == wanted)
        #expect(unknown([]).contains("windows: nothing"))
    }

    @Test("Properties that occur twice are named") func repeated() throws {
        let inspection = try inspect(
            #"{"ociVersion":"1.0.0","root":{"path":"a","path":"b","\u0070ath":"c"},"annotations":{"x":"1","x":"2"}}"#)
        #expect(inspection.repeatedProperties() == ["root.path", "root.path", "annotations.x"])
        #expect(inspection.value?.root?.path == "c")
    }

    @Test("What is taken out leaves the others their places") func removal() throws {
        let inspection = try inspect(
            """
            {"ociVersion": "1.0.0", "hostname": "h", "mounts": [{"destination": "/a"}, {"destination": "/b"},
             {"destination": "/c", "options": ["x", "y", "z"]}], "linux": {"sysctl": {"a.b": "c"}}}
            """)
        #expect(inspection.remove("mounts[0]", neutral: { _ in nil }) == "mounts[0]")
        #expect(inspection.value?.mounts.map(\.destination) == ["/b", "/c"])
        #expect(inspection.remove("mounts[1].options[1]", neutral: { _ in nil }) == "mounts[2].options[1]")
        #expect(inspection.value?.mounts[1].options == ["x", "z"])
        #expect(inspection.original("mounts[1].options[1]") == "mounts[2].options[2]")
        #expect(inspection.string(at: "mounts[1].options[1]") == "z")
        // What is missing takes out what it is missing from.
        #expect(inspection.remove("mounts[0].type", neutral: { _ in nil }) == "mounts[1].type")
        #expect(inspection.value?.mounts.map(\.destination) == ["/c"])
        #expect(inspection.remove("linux.sysctl.a.b", neutral: { _ in nil }) == #"linux.sysctl["a.b"]"#)
        #expect(inspection.value?.linux?.sysctl == [:])
        // Neutral values come first.
        let neutral: (String) -> String? = { $0 == "mounts[].destination" ? #""/n""# : nil }
        #expect(inspection.remove("mounts[0].destination", neutral: neutral) == "mounts[2].destination")
        #expect(inspection.value?.mounts.map(\.destination) == ["/n"])
        #expect(inspection.remove("process", neutral: { _ in nil }) == nil)
        #expect(inspection.problems == [])
    }

    @Test("Every document can be taken apart to the end") func end() throws {
        let document = try Tree(parsing: try fixture("full.json"))
        let inspection = try inspect(document.text)
        var count = 0
        for path in document.paths.reversed() where inspection.remove(path.description, neutral: { _ in nil }) != nil {
            count += 1
        }
        #expect(count > 100)
        #expect(inspection.value?.mounts == [])
    }
}

@Suite("Likeness") struct LikenessTests {
    @Test(
        "What may be meant",
        arguments: [
            ("SCMP_ACT_ALOW", "SCMP_ACT_ALLOW"), ("scmp_act_allow", "SCMP_ACT_ALLOW"),
            ("SCMP_ACT_KIL", "SCMP_ACT_KILL"),
            ("SCMP_ACT_ALLWO", "SCMP_ACT_ALLOW"), ("", nil), ("x", nil), ("something else", nil),
            (String(repeating: "SCMP", count: 10_000), nil),
        ])
    func best(word: String, wanted: String?) {
        let words = ["SCMP_ACT_KILL", "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO"]
        #expect(Likeness.best(for: word, of: words) == wanted)
    }

    @Test("Errors tell what may be meant") func hints() {
        func hint(_ kind: JSONError.Kind) -> String? { JSONError(kind).hint }
        #expect(hint(.unknownValue("\"net\"", allowed: ["mount", "network", "ipc"])) == nil)
        #expect(hint(.unknownValue("\"netwrk\"", allowed: ["mount", "network"])) == "did you mean \"network\"?")
        #expect(hint(.wrongType(expected: .integer, found: .string, text: "\"12\"")) == "write it without quotes")
        #expect(hint(.wrongType(expected: .integer, found: .string, text: "\"12m\"")) == nil)
        #expect(hint(.wrongType(expected: .boolean, found: .string, text: "\"true\"")) == "write it without quotes")
        #expect(hint(.wrongType(expected: .string, found: .integer, text: "1")) == "write it in double quotes")
        #expect(hint(.missing) == nil)
    }
}
