@testable internal import CPlan
@testable internal import Networks
@testable internal import OCI
@testable internal import Planning
@testable internal import Skep

/// A configuration: read, written and read again it is the same; what it is planned as is encoded, and the bootstrap's
/// reader takes it.
enum ConfigurationTarget {
    static func run(_ bytes: [UInt8]) {
        guard let spec = try? Spec(parsing: bytes) else { return }
        roundTrip(spec)
        for cgroups in [CgroupView.v2, .v1([.init(directory: "memory", controllers: ["memory"], path: "/c")])] {
            var situation = Planner.Situation(
                rootfs: "/bundle/rootfs", bundle: "/bundle", cgroups: cgroups, securityModules: [.selinux, .appArmor],
                id: "c", environment: ["A=1"])
            situation.filter = filter(spec)
            if let plan = try? Planner.plan(spec, in: situation) { encode(plan) }
            situation.isPrivileged = false
            if let plan = try? Planner.plan(spec, in: situation) { encode(plan) }
            hotplug(spec, cgroups)
        }
        if let process = spec.process, let plan = try? Planner.planJoining(spec, process: process) { encode(plan) }
    }

    /// Its mounts as those that are brought to a container which runs already, and taken away again.
    private static func hotplug(_ spec: Spec, _ cgroups: CgroupView) {
        let mounting = try? Planner.planMounting(
            spec.mounts, in: spec, bundle: "/bundle", cgroups: cgroups, securityModules: [.selinux])
        if let mounting { encode(mounting) }
        if let unmounting = try? Planner.planUnmounting(spec.mounts, in: spec) { encode(unmounting) }
    }

    private static func filter(_ spec: Spec) -> SystemCallFilter? {
        let program: [UInt64]? = spec.linux?.seccomp == nil ? nil : [6 | 0x7fff_0000 << 32]
        return try? SystemCallFilter(program, of: spec, receiver: nil)
    }

    private static func encode(_ plan: Plan) {
        for step in plan.steps { _ = "\(step.action)" }
        guard let bytes = try? plan.encoded() else { return }
        let words = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
        defer { words.deallocate() }
        words.copyBytes(from: bytes)
        guard let start = words.baseAddress else { return }
        var read = skep_plan()
        let refusal = skep_plan_read(start, bytes.count, &read)
        demand(refusal == nil, refusal.map { String(cString: $0) } ?? "")
        demand(Int(read.step_count) == plan.steps.count)
    }
}

/// What is read is written as what it is read from, in every style.
func roundTrip<Document: JSONDecodable & JSONEncodable & Equatable>(_ document: Document) {
    for style in [JSONStyle.compact, .spaces, .tabs] {
        do {
            let again = try Document(parsing: document.serialized(style))
            // A number that is none equals nothing, itself included.
            demand(again == document || document != document, "\(again)")
        } catch {
            fatalError("\(error)")
        }
    }
}

/// What lies in a container's directory, and what is told of it.
enum StateTarget {
    static func run(_ bytes: [UInt8]) {
        demand(!Checksum.isSealed(bytes) || bytes.last == UInt8(ascii: "}"))
        if let state = try? StoredState(parsing: bytes) {
            roundTrip(state)
            demand(Checksum.isSealed(state.document))
            demand((try? StoredState(parsing: state.document)) == state)
        }
        if let record = try? NetworkRecord(parsing: bytes) {
            roundTrip(record)
            demand((try? NetworkRecord(parsing: record.document)) == record)
        }
        if let state = try? State(parsing: bytes) { roundTrip(state) }
        if let state = try? ContainerProcessState(parsing: bytes) { roundTrip(state) }
        if let features = try? Features(parsing: bytes) { roundTrip(features) }
    }
}

/// A configuration of networks.
enum NetworksTarget {
    static func run(_ bytes: [UInt8]) {
        guard let configuration = try? NetworkConfiguration(parsing: bytes) else { return }
        roundTrip(configuration)
        _ = try? NetworkPlanner.plan(configuration, namespaces: [Namespace(type: .network)])
    }
}
