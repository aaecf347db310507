internal import System

/// The root of a cgroup namespace, where the version 2 tree is mounted with `nsdelegate`: kernel documentation,
/// admin-guide/cgroup-v2, Delegation. From inside, the root's own limits can't be changed (EPERM), and no process comes
/// in or goes out (ENOENT).
public enum DelegationBoundary {
    /// The hint to a process that may not be moved.
    public static let hint =
        "this cgroup and the caller's have to lie below the root of the caller's cgroup namespace (nsdelegate); "
        + "see /proc/self/cgroup"

    /// The hint to a control file that may not be written to; nil for one of version 1, which has no such boundary.
    static func hint(in directory: String) -> String? {
        guard Files.exists(directory + "/cgroup.controllers") else { return nil }
        return "the cgroup is the root of the caller's cgroup namespace, "
            + "and whoever made that keeps its limits (nsdelegate)"
    }
}
