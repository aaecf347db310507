import OCI
import TestSupport
import Testing

@Suite("Configurations") struct SpecTests {
    @Test("Every property is read") func decodesEverything() throws {
        let spec = try Spec(parsing: try fixture("full.json"))
        #expect(spec == .full)
        #expect(spec.process == .full)
        #expect(spec.linux?.resources == .full)
        #expect(spec.linux?.seccomp == .full)
    }

    @Test("Every property is written, in runc's order") func encodesEverything() throws {
        #expect(text(Spec.full) == (try compact(try fixture("full.json"))))
    }

    @Test(
        "Good documents are read, and survive a round trip",
        arguments: [
            "config/good/linux-netdevice.json", "config/good/linux-rdma.json", "config/good/minimal-for-start.json",
            "config/good/minimal.json", "config/good/spec-example.json", "podman.json", "runc-spec.json",
            "runc-spec-rootless.json", "full.json",
        ], [JSONStyle.compact, .spaces, .tabs])
    func roundTrip(name: String, style: JSONStyle) throws {
        let spec = try Spec(parsing: try fixture(name))
        #expect(try Spec(parsing: spec.serialized(style)) == spec)
    }

    @Test("Documents of other programs keep their content", arguments: ["podman.json", "runc-spec.json", "full.json"])
    func keepsContent(name: String) throws {
        let original = try fixture(name)
        var expected = try Tree(parsing: original)
        // An empty domain is the same as none.
        if case .string("") = expected[[.key("domainname")]] { expected[[.key("domainname")]] = nil }
        #expect(try Tree(parsing: try Spec(parsing: original).serialized(.compact)) == expected)
    }

    @Test("Only the version is required")
    func smallest() throws {
        #expect(try Spec(parsing: #"{"ociVersion":"1.0.0"}"#) == Spec(ociVersion: "1.0.0"))
        #expect(text(Spec()) == #"{"ociVersion":"1.3.0"}"#)
        #expect(OCI.version == "1.3.0")
    }

    @Test("null and absent are the same") func nullIsAbsent() throws {
        var tree = try Tree(parsing: try fixture("full.json"))
        guard case .object(let properties) = tree else { return }
        for name in properties.keys where name != "ociVersion" { tree[[.key(name)]] = .null }
        #expect(try Spec(parsing: tree.text) == Spec())
    }

    @Test("Empty lists, maps and strings are the same as absent ones")
    func emptyIsAbsent() throws {
        let spec = try Spec(
            parsing: """
                {"ociVersion":"1.3.0","hostname":"","domainname":"","mounts":[],"annotations":{},
                 "linux":{"cgroupsPath":"","rootfsPropagation":"","sysctl":{},"namespaces":[],"mountLabel":"",
                          "resources":{"devices":[{"allow":true,"type":""}]}}}
                """)
        #expect(spec == Spec(linux: Linux(resources: Resources(devices: [Resources.DeviceRule(allow: true)]))))
    }

    @Test("Seccomp's flags tell empty from absent") func seccompFlags() throws {
        let absent = Seccomp(defaultAction: .allow)
        let empty = Seccomp(defaultAction: .allow, flags: [])
        #expect(try Seccomp(parsing: text(absent)) == absent)
        #expect(try Seccomp(parsing: text(empty)) == empty)
        #expect(text(empty) == #"{"defaultAction":"SCMP_ACT_ALLOW","flags":[]}"#)
    }

    @Test("Unknown properties and other platforms are ignored") func unknown() throws {
        let spec = try Spec(
            parsing: """
                {"ociVersion":"1.3.0","future":[1,{}],"solaris":{"milestone":1},"windows":7,"vm":[],"zos":null,
                 "freebsd":{"jail":{}},"linux":{"later":true,"resources":{"oomScoreAdj":"x"}}}
                """)
        #expect(spec == Spec(linux: Linux(resources: Resources())))
    }

    @Test("The last of several equal keys counts") func duplicateKeys() throws {
        let spec = try Spec(parsing: #"{"ociVersion":"1","hostname":"a","root":{"path":"x"},"hostname":"b"}"#)
        #expect(spec.hostname == "b")
        #expect(
            failure(Spec.self, #"{"ociVersion":"1","ociVersion":2}"#)
                == "ociVersion: expected a string, found an integer (2)")
    }

    @Test("Numbers may be written with a point or an exponent, if integral") func integralNumbers() throws {
        let memory = try Resources.Memory(parsing: #"{"limit":1e3,"swap":-2.0,"kernel":9007199254740992.0}"#)
        #expect(memory == Resources.Memory(limit: 1000, swap: -2, kernel: 9_007_199_254_740_992))
    }

    @Test("The extremes of every width")
    func extremes() throws {
        let rlimit = Process.Rlimit(type: "x", hard: .max, soft: 9_223_372_036_854_775_808)
        #expect(try Process.Rlimit(parsing: text(rlimit)) == rlimit)
        let memory = Resources.Memory(limit: .max, swap: .min, swappiness: UInt64(Int64.max))
        #expect(try Resources.Memory(parsing: text(memory)) == memory)
        let scheduler = Process.Scheduler(policy: .other, nice: .min, priority: .max)
        #expect(try Process.Scheduler(parsing: text(scheduler)) == scheduler)
        let hook = Hook(path: "/", timeout: .max)
        #expect(try Hook(parsing: text(hook)) == hook)
    }

    @Test("Strings keep every character that JSON can say")
    func strings() throws {
        let value = "quote \" backslash \\ slash / tab \t newline \n é 😀 \u{1}\u{7F}\u{2028}"
        let spec = Spec(process: Process(args: [value]), annotations: ["k/\"é": value])
        #expect(try Spec(parsing: spec.serialized(.tabs)) == spec)
        #expect(text(Root(path: "/a/b")) == #"{"path":"/a/b"}"#)
        #expect(try Root(parsing: #"{"path":"\ud83d\ude00\u00e9\/"}"#).path == "😀é/")
    }
}

@Suite("Closed sets") struct NameTests {
    private func check<Name: JSONName & Equatable>(_ type: Name.Type, prefix: String = "", count: Int) throws {
        #expect(Name.allCases.count == count)
        for name in Name.allCases {
            #expect(name.rawValue.hasPrefix(prefix))
            #expect(try [Name](parsing: "[\"\(name.rawValue)\"]") == [name])
            #expect(text(name) == "\"\(name.rawValue)\"")
        }
        let allowed = Name.allCases.map(\.rawValue).joined(separator: ", ")
        for wrong in ["", "nonsense", Name.allCases.first.map { $0.rawValue + " " } ?? ""] {
            #expect(failure([Name].self, "[\"\(wrong)\"]") == "[0]: unknown value \"\(wrong)\" (one of: \(allowed))")
        }
    }

    @Test("The names are the schema's") func names() throws {
        try check(Namespace.Kind.self, count: 8)
        try check(Device.Kind.self, count: 4)
        try check(Resources.DeviceRule.Kind.self, count: 3)
        try check(Seccomp.Action.self, prefix: "SCMP_ACT_", count: 9)
        try check(Seccomp.Operator.self, prefix: "SCMP_CMP_", count: 7)
        try check(Seccomp.Architecture.self, prefix: "SCMP_ARCH_", count: 23)
        try check(Seccomp.Flag.self, prefix: "SECCOMP_FILTER_FLAG_", count: 4)
        try check(Linux.RootfsPropagation.self, count: 8)
        try check(Linux.MemoryPolicy.Mode.self, prefix: "MPOL_", count: 7)
        try check(Linux.MemoryPolicy.Flag.self, prefix: "MPOL_F_", count: 3)
        try check(Linux.Personality.Domain.self, prefix: "LINUX", count: 2)
        try check(Process.Scheduler.Policy.self, prefix: "SCHED_", count: 7)
        try check(Process.Scheduler.Flag.self, prefix: "SCHED_FLAG_", count: 7)
        try check(Process.IOPriority.Class.self, prefix: "IOPRIO_CLASS_", count: 3)
        try check(Status.self, count: 5)
    }
}
