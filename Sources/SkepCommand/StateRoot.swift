internal import Cgroups
internal import Glibc
internal import System

/// Where the state of containers is kept without --root, which is where runc keeps it, by another name.
enum StateRoot {
    private static let ofHost = "/run/skep"

    /// /run/skep; for who is not the host's root a directory in $XDG_RUNTIME_DIR, where there is that.
    static func find() throws(Failure) -> String {
        guard let root = place else {
            throw .usage("an ordinary user needs $XDG_RUNTIME_DIR or --root", command: nil)
        }
        if root == ofHost { return root }
        // What is not sticky there may be cleared away when it has not been used for a while (XDG Base Directory
        // Specification).
        if mkdir(root, 0o700) == 0 { chmod(root, 0o1700) }
        return root
    }

    /// Where that is, made or not; nil for an ordinary user without a runtime directory.
    static var place: String? {
        let runtime = HostProgram.variable("XDG_RUNTIME_DIR") ?? ""
        if geteuid() == 0 && (runtime.isEmpty || isOfHostsRoot()) { return ofHost }
        return runtime.isEmpty ? nil : runtime + "/skep"
    }

    /// Whether the caller's runtime directory, if any, is that of a root. A user who enters a user namespace is still
    /// called what they were before.
    private static func isOfHostsRoot() -> Bool {
        Privilege.isHostRoot() || HostProgram.variable("USER") == "root"
    }
}
