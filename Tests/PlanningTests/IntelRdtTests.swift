import OCI
import Planning
import Testing

@Suite("linux.intelRdt") struct IntelRdtTests {
    private func refusal(_ control: Linux.IntelRdt) -> String? {
        Spec.container { $0.linux?.intelRdt = control }.refusal()
    }

    static let goodCases: [Linux.IntelRdt] = [
        .init(), .init(closID: "/"), .init(closID: "gold"), .init(l3CacheSchema: "L3:0=ff;1=f0\nL3CODE:0=f"),
        .init(memBwSchema: "MB:0=20;1=70"), .init(schemata: ["L3:0=7f0", "L2:0=f", "MB:0=20"], enableMonitoring: true),
    ]

    @Test("What can be meant", arguments: goodCases) func good(control: Linux.IntelRdt) throws {
        #expect(refusal(control) == nil)
        #expect(try Spec.container { $0.linux?.intelRdt = control }.plan().warnings == [])
    }

    static let badNames = [
        ".", "..", "a/b", "/a", "info", "mon_groups", "mon_data", "a\nb", String(repeating: "x", count: 256),
    ]

    @Test("Groups that are none", arguments: badNames) func group(name: String) {
        #expect(
            refusal(.init(closID: name))
                == "linux.intelRdt.closID: \"\(name)\" is not the name of a group, nor \"/\" for the default one")
    }

    static let badSchemata: [(control: Linux.IntelRdt, refusal: String)] = [
        (.init(l3CacheSchema: "ff"), "l3CacheSchema: \"ff\" is no schema like \"L3:0=ff\""),
        (.init(l3CacheSchema: "L3:0=f\n:"), "l3CacheSchema: \":\" is no schema like \"L3:0=ff\""),
        (.init(memBwSchema: "L3:0=f"), "memBwSchema: \"L3:0=f\" is not one line that begins with \"MB:\""),
        (
            .init(memBwSchema: "MB:0=1\nMB:1=1"),
            "memBwSchema: \"MB:0=1\nMB:1=1\" is not one line that begins with \"MB:\""
        ),
        (.init(schemata: ["L3:0=f", "x"]), "schemata[1]: \"x\" is no schema like \"L3:0=ff\""),
        (.init(schemata: ["L3:0=f\nMB:0=1"]), "schemata[0]: \"L3:0=f\nMB:0=1\" is no schema like \"L3:0=ff\""),
    ]

    @Test("Schemata that are none", arguments: badSchemata) func schema(control: Linux.IntelRdt, refusal: String) {
        #expect(self.refusal(control) == "linux.intelRdt." + refusal)
    }

    @Test("Bandwidth among the cache's lines is ignored") func bandwidth() throws {
        let spec = Spec.container { $0.linux?.intelRdt = .init(l3CacheSchema: "MB:0=7\nL3:0=f", memBwSchema: "MB:0=9") }
        #expect(
            try spec.plan().warnings.map(\.description) == [
                "linux.intelRdt.l3CacheSchema: its line \"MB:0=7\" is ignored: memBwSchema is the place for that"
            ])
    }
}
