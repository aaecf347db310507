internal import System

/// Where a container's processes are below the unit's own cgroup, as crun's annotations have it.
package struct InnerCgroups: Sendable, Equatable {
    /// run.oci.systemd.subgroup: the container's cgroup, with its limits, lies there.
    package var subgroup: String?
    /// run.oci.delegate-cgroup: the processes are there, below the container's cgroup, once the container has its
    /// cgroup namespace: the container's root has no processes then, and can hand its controllers down.
    package var delegated: String?

    package static let subgroupName = "run.oci.systemd.subgroup"
    package static let delegatedName = "run.oci.delegate-cgroup"

    /// Reads the annotations of a configuration.
    ///
    /// - Parameters:
    ///   - annotations: all there are.
    ///   - isUnified: whether the host has cgroup version 2; version 1 can't have them.
    /// - Throws: `ManagerRefusal` for what is no path downwards.
    package init(_ annotations: [String: String], isUnified: Bool) throws(ManagerRefusal) {
        subgroup = try Self.path(annotations, Self.subgroupName, isUnified)
        delegated = try Self.path(annotations, Self.delegatedName, isUnified)
    }

    private static func path(
        _ annotations: [String: String], _ name: String, _ isUnified: Bool
    ) throws(ManagerRefusal) -> String? {
        guard let path = annotations[name], !path.isEmpty else { return nil }
        let origin = "annotations." + name
        guard isUnified else { throw ManagerRefusal(origin, "\"\(path)\" needs cgroup version 2") }
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isDownwards = parts.allSatisfy {
            !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
        }
        guard isDownwards, !path.utf8.contains(UInt8(ascii: "\n")) else {
            throw ManagerRefusal(origin, "\"\(path)\" is no path below a cgroup, such as \"container\"")
        }
        return path
    }

    /// What comes behind the unit's cgroup.
    var suffix: String { subgroup.map { "/" + $0 } ?? "" }
}
