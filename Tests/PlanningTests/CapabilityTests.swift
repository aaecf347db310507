import OCI
import Planning
import Testing

@Suite("Capabilities") struct CapabilityTests {
    /// All that there are, in the order of their numbers (linux/capability.h).
    static let names = [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
        "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST",
        "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO",
        "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
        "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
        "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ]

    private func plan(_ capabilities: Process.Capabilities?) throws -> Plan {
        try Spec.running(Process(args: ["sh"], cwd: "/", capabilities: capabilities)).plan()
    }

    private func sets(_ plan: Plan) -> [Action] {
        ["cap-bound", "caps", "cap-ambient"].flatMap { plan.actions(named: $0) }
    }

    @Test("Each by its number", arguments: Array(names.enumerated()).map { ($0.offset, $0.element) })
    func number(number: Int, name: String) throws {
        let set = CapabilitySet(rawValue: 1 << UInt64(number))
        let plan = try plan(
            Process.Capabilities(
                bounding: [name], effective: [name], inheritable: [name], permitted: [name], ambient: [name]))
        #expect(
            sets(plan) == [
                .boundingSet(set), .capabilities(effective: set, permitted: set, inheritable: set), .ambientSet(set),
            ])
        #expect(plan.warnings.isEmpty && plan.notes.isEmpty)
    }

    @Test("The names of a set") func namesOfSet() {
        #expect(CapabilitySet(rawValue: 1 << 24 | 1).names == ["CAP_CHOWN", "CAP_SYS_RESOURCE"])
        #expect(CapabilitySet(rawValue: 1 << 63).names == ["63"])
        #expect(CapabilitySet().names == [])
    }

    @Test("All of them, and the list that features prints") func all() throws {
        #expect(Self.names.count == 41)
        let plan = try plan(Process.Capabilities(bounding: Self.names + Self.names))
        #expect(plan.actions(named: "cap-bound") == [.boundingSet(CapabilitySet(rawValue: 1 << 41 - 1))])
        // A newer libcap may know more; what has no name is no name.
        #expect(CapabilitySet.knownNames.prefix(41) == Self.names[...])
        #expect(CapabilitySet.knownNames.allSatisfy { $0.hasPrefix("CAP_") })
    }

    @Test("Each set is its own") func separate() throws {
        let plan = try plan(
            Process.Capabilities(
                bounding: ["CAP_CHOWN"], effective: ["CAP_DAC_OVERRIDE"], inheritable: ["CAP_FOWNER"],
                permitted: ["CAP_FSETID"]))
        #expect(
            sets(plan) == [
                .boundingSet(CapabilitySet(rawValue: 1)),
                .capabilities(
                    effective: CapabilitySet(rawValue: 2), permitted: CapabilitySet(rawValue: 16),
                    inheritable: CapabilitySet(rawValue: 8)),
                .ambientSet([]),
            ])
    }

    @Test("None given, none kept") func none() throws {
        let empty: [Action] = [
            .boundingSet([]), .capabilities(effective: [], permitted: [], inheritable: []), .ambientSet([]),
        ]
        #expect(try sets(plan(nil)) == empty)
        #expect(try sets(plan(Process.Capabilities())) == empty)
    }

    @Test(
        "Unknown ones are ignored with a warning",
        arguments: [
            "CAP_NOTHING", "CHOWN", "cap_chown", "CAP_chown", "Cap_Chown", "", "0", "CAP_", "CAP_0", "CAP_64", "all",
            "CAP_CHOWN ", " CAP_CHOWN", "CAP_CHOWN2", "CAP_CHOWN=ep", "CAP_CHOWN,CAP_KILL",
        ])
    func unknown(name: String) throws {
        let plan = try plan(Process.Capabilities(bounding: ["CAP_KILL", name, "CAP_CHOWN"], permitted: [name]))
        #expect(plan.actions(named: "cap-bound") == [.boundingSet(CapabilitySet(rawValue: 0x21))])
        #expect(
            Set(plan.warnings.map(\.description)) == [
                "process.capabilities.bounding[1]: unknown capability \"\(name)\" is ignored",
                "process.capabilities.permitted[0]: unknown capability \"\(name)\" is ignored",
            ])
        #expect(plan.notes.isEmpty)
    }

    @Test(
        "Ambient ones must be permitted and inheritable",
        arguments: [
            (["CAP_CHOWN"], ["CAP_CHOWN"], ["CAP_CHOWN"], 1, false),
            (["CAP_CHOWN"], [], ["CAP_CHOWN"], 0, true),
            ([], ["CAP_CHOWN"], ["CAP_CHOWN"], 0, true),
            (
                ["CAP_CHOWN", "CAP_KILL"], ["CAP_KILL", "CAP_FOWNER"], ["CAP_CHOWN", "CAP_KILL", "CAP_FOWNER"], 32, true
            ),
            (["CAP_CHOWN", "CAP_KILL"], ["CAP_CHOWN", "CAP_KILL"], ["CAP_KILL"], 32, false),
            ([], [], [], 0, false),
        ] as [([String], [String], [String], UInt64, Bool)])
    func ambient(
        permitted: [String], inheritable: [String], ambient: [String], kept: UInt64, hasNote: Bool
    ) throws {
        let plan = try plan(
            Process.Capabilities(inheritable: inheritable, permitted: permitted, ambient: ambient))
        #expect(plan.actions(named: "cap-ambient") == [.ambientSet(CapabilitySet(rawValue: kept))])
        #expect(
            plan.notes.map(\.description)
                == (hasNote
                    ? [
                        "process.capabilities.ambient: "
                            + "capabilities that are not both permitted and inheritable are ignored"
                    ] : []))
        #expect(plan.warnings.isEmpty)
    }

    @Test("The bounding set is dropped as root, the others once the user is there") func order() throws {
        let names = try plan(nil).names
        let order = ["cap-bound", "user", "caps", "cap-ambient", "exec"].compactMap { names.firstIndex(of: $0) }
        #expect(order.count == 5 && order == order.sorted())
    }
}
