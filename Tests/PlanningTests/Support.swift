import OCI
import Planning
import Testing

extension Spec {
    /// A configuration with no more in it than every container has, and what `change` makes of it.
    static func container(_ change: (inout Spec) -> Void = { _ in }) -> Spec {
        let kinds: [Namespace.Kind] = [.mount, .pid, .network, .uts, .ipc, .cgroup]
        var spec = Spec(
            process: Process(args: ["/bin/true"], cwd: "/"), root: Root(path: "rootfs"),
            linux: Linux(namespaces: kinds.map { Namespace(type: $0) }))
        change(&spec)
        return spec
    }

    /// The same without the namespaces of these kinds.
    static func container(without kinds: Namespace.Kind..., change: (inout Spec) -> Void = { _ in }) -> Spec {
        container { spec in
            spec.linux?.namespaces.removeAll { kinds.contains($0.type) }
            change(&spec)
        }
    }

    /// A container of one process.
    static func running(_ process: Process) -> Spec {
        container { $0.process = process }
    }

    /// A container with these mounts and no others.
    static func mounting(_ mounts: Mount...) -> Spec {
        container { $0.mounts = mounts }
    }

    func plan(on cgroups: CgroupView = .v2) throws -> Plan {
        try Planner.plan(self, in: Planner.Situation(rootfs: "/bundle/rootfs", bundle: "/bundle", cgroups: cgroups))
    }

    /// Why the configuration is refused; nil if it is not.
    func refusal(on cgroups: CgroupView = .v2) -> String? {
        do {
            _ = try Planner.plan(self, in: Planner.Situation(rootfs: "/bundle/rootfs", cgroups: cgroups))
            return nil
        } catch {
            return error.description
        }
    }
}

extension Plan {
    /// What is done for a property, in order.
    func actions(from origin: String) -> [Action] {
        steps.filter { $0.origin.description == origin }.map(\.action)
    }

    /// What is done by steps of that name, in order.
    func actions(named name: String) -> [Action] {
        steps.map(\.action).filter { $0.name == name }
    }

    /// The steps' names, in order.
    var names: [String] { steps.map(\.action.name) }

    /// The steps as `skep plan` would print them.
    var lines: [String] {
        steps.map { step in
            let detail = step.action.description
            return step.action.name + (detail.isEmpty ? "" : " \(detail)") + " <- \(step.origin)"
        }
    }
}

/// MOUNT_ATTR_ flags, as linux/mount.h has them.
enum Attribute {
    static let readonly: UInt64 = 0x1
    static let nosuid: UInt64 = 0x2
    static let nodev: UInt64 = 0x4
    static let noexec: UInt64 = 0x8
    static let noatime: UInt64 = 0x10
    static let strictatime: UInt64 = 0x20
    static let accessTime: UInt64 = 0x70
    static let nodiratime: UInt64 = 0x80
    static let nosymfollow: UInt64 = 0x20_0000
}

/// MS_ propagation flags, as linux/mount.h has them.
enum Propagation {
    static let recursive: UInt64 = 1 << 14
    static let unbindable: UInt64 = 1 << 17
    static let `private`: UInt64 = 1 << 18
    static let slave: UInt64 = 1 << 19
    static let shared: UInt64 = 1 << 20
}

/// CLONE_NEW flags, as linux/sched.h has them.
enum CloneFlag {
    static let mount: UInt64 = 0x0002_0000
    static let cgroup: UInt64 = 0x0200_0000
    static let uts: UInt64 = 0x0400_0000
    static let ipc: UInt64 = 0x0800_0000
    static let pid: UInt64 = 0x2000_0000
    static let network: UInt64 = 0x4000_0000
    static let user: UInt64 = 0x1000_0000
    static let time: UInt64 = 0x80
}
