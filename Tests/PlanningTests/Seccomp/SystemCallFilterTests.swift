import OCI
@testable import Planning
import Testing

@Suite("Filters for the kernel") struct SystemCallFilterTests {
    static let notify: UInt64 = 0x7fc0_0000 << 32 | 6
    static let allow: UInt64 = 0x7fff_0000 << 32 | 6

    private func filter(
        _ program: [UInt64]? = [Self.allow], receiver: String? = nil, change: (inout Spec) -> Void = { _ in }
    ) throws -> SystemCallFilter? {
        var spec = Spec(linux: Linux(seccomp: Seccomp(defaultAction: .allow)))
        change(&spec)
        return try SystemCallFilter(program, of: spec, receiver: receiver)
    }

    private func refusal(
        _ program: [UInt64]? = [Self.allow], receiver: String? = nil, change: (inout Spec) -> Void = { _ in }
    ) -> String? {
        #expect(throws: ConfigurationError.self) {
            try filter(program, receiver: receiver, change: change)
        }?.description
    }

    static let flags: [(flags: [Seccomp.Flag]?, plain: UInt32?, listening: UInt32)] = [
        (nil, 4, 12), ([], 0, 8), ([.tsync], 1, 25), ([.log], 2, 10), ([.specAllow], 4, 12),
        ([.tsync, .log, .specAllow], 7, 31), ([.waitKillableRecv], nil, 40),
    ]

    @Test("Flags, by themselves and with a listener", arguments: flags)
    func numbers(flags: [Seccomp.Flag]?, plain: UInt32?, listening: UInt32) throws {
        if let plain {
            #expect(try filter { $0.linux?.seccomp?.flags = flags }?.flags == plain)
        } else {
            #expect(
                refusal { $0.linux?.seccomp?.flags = flags }
                    == "linux.seccomp.flags[0]: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs a rule with "
                    + "SCMP_ACT_NOTIFY")
        }
        let filter = try filter([Self.allow, Self.notify], receiver: "/s") { $0.linux?.seccomp?.flags = flags }
        #expect(filter?.flags == listening)
    }

    @Test("The agent: the configuration's, else the annotation's, else the environment's") func agent() throws {
        let annotation = "run.oci.seccomp.receiver"
        func agent(_ change: (inout Spec) -> Void) throws -> SystemCallAgent? {
            try filter([Self.notify], receiver: "/environment", change: change)?.agent
        }
        #expect(
            try agent { spec in
                spec.annotations[annotation] = "/annotation"
                spec.linux?.seccomp?.listenerPath = "/path"
                spec.linux?.seccomp?.listenerMetadata = "m"
            } == SystemCallAgent(socket: "/path", metadata: "m", origin: Origin("linux.seccomp.listenerPath")))
        #expect(
            try agent { $0.annotations[annotation] = "/annotation" }
                == SystemCallAgent(
                    socket: "/annotation", origin: Origin("annotations", nil, "run.oci.seccomp.receiver")))
        #expect(
            try agent { _ in }
                == SystemCallAgent(socket: "/environment", origin: Origin("RUN_OCI_SECCOMP_RECEIVER")))
    }

    @Test("A filter that asks nobody needs no agent, whatever is named") func noAgent() throws {
        let filter = try filter(receiver: "relative") { spec in
            spec.linux?.seccomp?.listenerPath = "relative"
            spec.linux?.seccomp?.listenerMetadata = "m"
        }
        #expect(filter?.agent == nil)
        #expect(filter?.flags == 4)
    }

    @Test("An agent that can't be told of anything") func wrongAgent() {
        #expect(
            refusal([Self.notify])
                == "linux.seccomp.listenerPath is missing, and SCMP_ACT_NOTIFY needs an agent to ask")
        #expect(
            refusal([Self.notify]) { $0.linux?.seccomp?.listenerPath = "a/b" }
                == "linux.seccomp.listenerPath: must be absolute, not \"a/b\"")
        #expect(
            refusal([Self.notify], receiver: "a") == "RUN_OCI_SECCOMP_RECEIVER: must be absolute, not \"a\"")
        #expect(
            refusal { $0.linux?.seccomp?.listenerMetadata = "m" }
                == "linux.seccomp.listenerMetadata: needs linux.seccomp.listenerPath")
    }

    @Test("No filter where none is asked for") func none() throws {
        #expect(try SystemCallFilter(nil, of: Spec()) == nil)
    }

    @Test("More than the kernel takes") func tooLong() throws {
        #expect(try filter([UInt64](repeating: Self.allow, count: 4096))?.program.count == 4096)
        #expect(
            refusal([UInt64](repeating: Self.allow, count: 4097))
                == "linux.seccomp: makes a filter of 4097 instructions; the kernel takes 4096")
    }

    // MARK: crun's annotations

    private static let annotation = "run.oci.seccomp_bpf_data"

    @Test("A filter as it is, with or without linux.seccomp") func raw() throws {
        let own = try filter(nil) { $0.annotations[Self.annotation] = "BgAAAAAA/38GAAAAAAD/fw==" }
        #expect(own?.program == [Self.allow, Self.allow])
        #expect(own?.origin.description == "annotations.run.oci.seccomp_bpf_data")
        let alone = try SystemCallFilter(
            nil, of: Spec(annotations: [Self.annotation: "BgAAAAAAwH8="]), receiver: "/agent")
        #expect(alone?.program == [Self.notify])
        #expect(alone?.flags == 12)
    }

    static let texts: [(text: String, reason: String)] = [
        ("BgAAAAAA/38", ": is not base64"), ("BgAAAAAA/3=8", ": is not base64"), ("BgAA AAA/38=", ": is not base64"),
        ("BgAAAAAA/39=", ": is not base64"), ("====", ": is not base64"), ("A===", ": is not base64"),
        ("", ": has 0 bytes"), ("AAAA", ": has 3 bytes"), ("BgAAAAAA/38G", ": has 9 bytes"),
        (String(repeating: "A", count: 43702) + "==", ": has 32776 bytes"),
    ]

    @Test("What is no filter", arguments: texts) func notRaw(text: String, reason: String) {
        let refusal = refusal(nil) { $0.annotations[Self.annotation] = text }
        let wanted = reason.hasPrefix(": is ") ? String(reason.dropFirst(1)) : reason
        #expect(refusal?.hasPrefix("annotations.run.oci.seccomp_bpf_data" + wanted) == true)
    }

    @Test("Whether unknown names are an error", arguments: [("0", false), ("1", true), ("true", true), ("", true)])
    func refusing(value: String, refuses: Bool) {
        let spec = Spec(annotations: ["run.oci.seccomp_fail_unknown_syscall": value])
        #expect(FilterAnnotations.refuseUnknown(spec) == refuses)
        #expect(!FilterAnnotations.refuseUnknown(Spec()))
        #expect(!FilterAnnotations.haveProgram(spec))
    }

    // MARK: The key

    static let different: [@Sendable (inout Seccomp) -> Void] = [
        { _ in }, { $0.defaultAction = .log }, { $0.defaultErrnoRet = 0 }, { $0.defaultErrnoRet = 1 },
        { $0.architectures = [.x86] }, { $0.architectures = [.x86, .x32] }, { $0.syscalls = [] },
        { $0.syscalls[0].names = ["rea", "d"] }, { $0.syscalls[0].names = ["read", "write"] },
        { $0.syscalls[0].action = .allow }, { $0.syscalls[0].errnoRet = 0 }, { $0.syscalls[0].args[0].index = 1 },
        { $0.syscalls[0].args[0].value = 9 }, { $0.syscalls[0].args[0].valueTwo = 9 },
        { $0.syscalls[0].args[0].op = .notEqual }, { $0.syscalls[0].args = [] },
        { $0.syscalls += $0.syscalls },
    ]

    @Test("All that makes a filter different makes its key different") func keys() {
        let keys = Self.different.map { change in
            var seccomp = Seccomp(
                defaultAction: .errno,
                syscalls: [
                    Seccomp.Rule(
                        names: ["read"], action: .trap, args: [Seccomp.Argument(index: 0, value: 1, op: .equal)])
                ])
            change(&seccomp)
            return FilterKey.bytes(of: seccomp)
        }
        #expect(Set(keys).count == Self.different.count)
    }

    @Test("What does not is not in it") func sameKey() {
        let plain = Seccomp(defaultAction: .errno)
        let other = Seccomp(
            defaultAction: .errno, flags: [.log], listenerPath: "/s", listenerMetadata: "m")
        #expect(FilterKey.bytes(of: plain) == FilterKey.bytes(of: other))
    }
}
