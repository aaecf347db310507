import OCI
@testable import Planning
import Testing

@Suite("linux.personality and linux.memoryPolicy") struct ExecutionDomainTests {
    typealias Policy = Linux.MemoryPolicy

    private func spec(_ policy: Policy) -> Spec {
        .container { $0.linux?.memoryPolicy = policy }
    }

    static let policies: [(given: Policy, mode: UInt64, nodes: [UInt64])] = [
        (Policy(mode: .default), 0, []), (Policy(mode: .default, nodes: ""), 0, []),
        (Policy(mode: .preferred), 1, []), (Policy(mode: .preferred, nodes: "1"), 1, [2]),
        (Policy(mode: .bind, nodes: "0-3,64"), 2, [15, 1]), (Policy(mode: .interleave, nodes: " 0 , 2 "), 3, [5]),
        (Policy(mode: .local), 4, []), (Policy(mode: .preferredMany, nodes: "0"), 5, [1]),
        (Policy(mode: .weightedInterleave, nodes: "0"), 6, [1]),
        (Policy(mode: .bind, nodes: "0", flags: [.staticNodes]), 0x8002, [1]),
        (Policy(mode: .bind, nodes: "0", flags: [.relativeNodes, .numaBalancing]), 0x6002, [1]),
        (Policy(mode: .preferredMany, nodes: "0", flags: [.numaBalancing]), 0x2005, [1]),
    ]

    @Test("Policies", arguments: policies) func policy(given: Policy, mode: UInt64, nodes: [UInt64]) throws {
        let expected = [Action.memoryPolicy(mode: mode, nodes: CPUSet(words: nodes))]
        let plan = try spec(given).plan()
        #expect(plan.actions(from: "linux.memoryPolicy") == expected)
        let joining = try Planner.planJoining(spec(given), process: Process(args: ["sh"], cwd: "/"))
        #expect(joining.actions(from: "linux.memoryPolicy") == expected)
    }

    @Test("Only once the process is in its cgroup, whose memory nodes count") func order() throws {
        let plan = try spec(Policy(mode: .bind, nodes: "0")).plan()
        #expect(plan.names.filter { ["cgroup", "memory-policy"].contains($0) } == ["cgroup", "memory-policy"])
        let joining = try Planner.planJoining(
            spec(Policy(mode: .bind, nodes: "0")), process: Process(args: ["sh"], cwd: "/"))
        #expect(joining.names.filter { ["cgroup", "memory-policy"].contains($0) } == ["cgroup", "memory-policy"])
    }

    static let contradictions: [(given: Policy, refusal: String)] = [
        (Policy(mode: .default, nodes: "0"), "nodes: MPOL_DEFAULT takes none"),
        (Policy(mode: .local, nodes: "0"), "nodes: MPOL_LOCAL takes none"),
        (Policy(mode: .bind), "nodes: MPOL_BIND needs at least one"),
        (Policy(mode: .interleave, nodes: ""), "nodes: MPOL_INTERLEAVE needs at least one"),
        (Policy(mode: .weightedInterleave), "nodes: MPOL_WEIGHTED_INTERLEAVE needs at least one"),
        (Policy(mode: .preferredMany), "nodes: MPOL_PREFERRED_MANY needs at least one"),
        (
            Policy(mode: .bind, nodes: "0-"),
            "nodes: \"0-\" is no memory node and no range of memory nodes, as \"0-3,7\" has them"
        ),
        (Policy(mode: .bind, nodes: "1024"), "nodes: 1024 is no memory node: the highest is 1023"),
        (Policy(mode: .bind, nodes: " , "), "nodes: \" , \" has no memory node in it"),
        (
            Policy(mode: .bind, nodes: "0", flags: [.staticNodes, .relativeNodes]),
            "flags: MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES contradict each other"
        ),
        (Policy(mode: .preferred, flags: [.staticNodes]), "flags: say what nodes are meant, but there are none"),
        (Policy(mode: .local, flags: [.relativeNodes]), "flags: say what nodes are meant, but there are none"),
        (
            Policy(mode: .interleave, nodes: "0", flags: [.numaBalancing]),
            "flags: MPOL_F_NUMA_BALANCING is for MPOL_BIND and MPOL_PREFERRED_MANY, not for MPOL_INTERLEAVE"
        ),
    ]

    @Test("What contradicts itself", arguments: contradictions) func contradiction(given: Policy, refusal: String) {
        #expect(spec(given).refusal() == "linux.memoryPolicy." + refusal)
    }

    @Test("Domains", arguments: [(.linux, 0), (.linux32, 8)] as [(Linux.Personality.Domain, UInt64)])
    func domain(domain: Linux.Personality.Domain, persona: UInt64) throws {
        let spec = Spec.container { $0.linux?.personality = Linux.Personality(domain: domain) }
        #expect(try spec.plan().actions(from: "linux.personality") == [.personality(persona)])
        let joining = try Planner.planJoining(spec, process: Process(args: ["sh"], cwd: "/"))
        #expect(joining.actions(from: "linux.personality") == [.personality(persona)])
        #expect(try spec.plan().warnings == [])
    }

    @Test("Flags of a personality have no meaning yet") func flags() throws {
        let spec = Spec.container { $0.linux?.personality = Linux.Personality(domain: .linux, flags: ["X"]) }
        #expect(
            try spec.plan().warnings.map(\.description)
                == ["linux.personality.flags: are ignored: the specification has none yet"])
    }

    @Test("Nothing without them") func nothing() throws {
        #expect(try Spec.container().plan().names.allSatisfy { $0 != "personality" && $0 != "memory-policy" })
    }
}
