import Glibc
internal import System
internal import SystemPackage

/// Hands a version 2 cgroup over to a container's user: config-linux.md, Cgroup ownership; cgroups(7), delegation.
enum Delegation {
    /// Where the kernel lists the files whose owner may change: with any other a container could raise its own limits.
    static let listing = "/sys/kernel/cgroup/delegate"
    private static let everywhere = ["cgroup.procs", "cgroup.subtree_control", "cgroup.threads"]

    /// Changes the owner of the cgroup at `path`.
    ///
    /// - Parameters:
    ///   - path: the cgroup's directory.
    ///   - uid: the host's number of its new owner.
    ///   - listing: a file that lists names, one a line; where it is missing, the names are the specification's.
    /// - Throws: what chown(2) failed with.
    static func handOver(_ path: String, to uid: UInt32, listing: String = Delegation.listing) throws(SystemError) {
        let names = (try? Files.readLine(listing))?.split(separator: "\n").map(String.init) ?? everywhere
        try own(path, uid)
        // Which of them there are depends on the cgroup's controllers.
        for name in names where Files.exists(path + "/" + name) { try own(path + "/" + name, uid) }
    }

    private static func own(_ path: String, _ uid: UInt32) throws(SystemError) {
        do {
            _ = try systemCall { fchownat(AT_FDCWD, path, uid, gid_t.max, AT_SYMLINK_NOFOLLOW) }
        } catch {
            throw SystemError("chown \(uid)", path, error, property: "linux.cgroupsPath")
        }
    }
}
