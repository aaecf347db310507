internal import CPlan
internal import OCI

/// Plans what every process of a container has of linux.personality and linux.memoryPolicy: the first, and those that
/// join.
enum ExecutionDomain {
    static func plan(_ linux: Linux, into plan: inout Plan) throws(ConfigurationError) {
        if let policy = linux.memoryPolicy {
            plan.append(try memoryPolicy(policy), from: Origin("linux.memoryPolicy"))
        }
        guard let personality = linux.personality else { return }
        if !personality.flags.isEmpty {
            plan.warnings.append(
                ConfigurationError(Origin("linux.personality.flags"), "are ignored: the specification has none yet"))
        }
        let persona =
            switch personality.domain {
            case .linux: PER_LINUX
            case .linux32: PER_LINUX32
            }
        plan.append(.personality(UInt64(persona)), from: Origin("linux.personality"))
    }

    /// As many memory nodes as a kernel can be built for.
    private static let maximumNodes = 1024

    /// Takes the policy, unless it contradicts itself by the kernel's own rules (set_mempolicy(2)).
    private static func memoryPolicy(_ policy: Linux.MemoryPolicy) throws(ConfigurationError) -> Action {
        let origin = Origin("linux.memoryPolicy")
        let name = policy.mode.rawValue
        var nodes = CPUSet(words: [])
        if let list = policy.nodes, !list.isEmpty {
            nodes = try CPUSet(
                parsing: list, of: "memory node", limit: maximumNodes, origin: origin.appending("nodes"))
        }
        let takesNodes = policy.mode != .default && policy.mode != .local
        if !takesNodes && !nodes.words.isEmpty {
            throw ConfigurationError(origin.appending("nodes"), "\(name) takes none")
        }
        if takesNodes && policy.mode != .preferred && nodes.words.isEmpty {
            throw ConfigurationError(origin.appending("nodes"), "\(name) needs at least one")
        }
        try check(policy.flags, for: policy.mode, hasNodes: !nodes.words.isEmpty)
        let flags = policy.flags.reduce(0) { $0 | bit(of: $1) }
        return .memoryPolicy(mode: number(of: policy.mode) | flags, nodes: nodes)
    }

    private static func check(
        _ flags: [Linux.MemoryPolicy.Flag], for mode: Linux.MemoryPolicy.Mode, hasNodes: Bool
    ) throws(ConfigurationError) {
        let origin = Origin("linux.memoryPolicy.flags")
        let isAboutNodes = flags.contains(.staticNodes) || flags.contains(.relativeNodes)
        if flags.contains(.staticNodes) && flags.contains(.relativeNodes) {
            throw ConfigurationError(
                origin, "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES contradict each other")
        }
        if isAboutNodes && !hasNodes {
            throw ConfigurationError(origin, "say what nodes are meant, but there are none")
        }
        if flags.contains(.numaBalancing) && mode != .bind && mode != .preferredMany {
            throw ConfigurationError(
                origin, "MPOL_F_NUMA_BALANCING is for MPOL_BIND and MPOL_PREFERRED_MANY, not for \(mode.rawValue)")
        }
    }

    private static func number(of mode: Linux.MemoryPolicy.Mode) -> UInt64 {
        switch mode {
        case .default: UInt64(MPOL_DEFAULT)
        case .bind: UInt64(MPOL_BIND)
        case .interleave: UInt64(MPOL_INTERLEAVE)
        case .weightedInterleave: UInt64(SKEP_MPOL_WEIGHTED_INTERLEAVE)
        case .preferred: UInt64(MPOL_PREFERRED)
        case .preferredMany: UInt64(MPOL_PREFERRED_MANY)
        case .local: UInt64(MPOL_LOCAL)
        }
    }

    private static func bit(of flag: Linux.MemoryPolicy.Flag) -> UInt64 {
        switch flag {
        case .numaBalancing: UInt64(MPOL_F_NUMA_BALANCING)
        case .relativeNodes: UInt64(MPOL_F_RELATIVE_NODES)
        case .staticNodes: UInt64(MPOL_F_STATIC_NODES)
        }
    }
}
