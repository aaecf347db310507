internal import Cgroups
internal import System
internal import SystemPackage

/// What the kernel means when a version 2 cgroup takes no process that is cloned into it, or lets it become no init
/// there: clone(2), CLONE_INTO_CGROUP; cgroups(7).
enum BirthFailure {
    static func explained(_ error: SystemError) -> SystemError {
        switch (error.operation, error.errno) {
        case ("execveat", .noMemory):
            // The OOM killer spares it, as it still shares its parent's memory.
            return error.blaming("linux.resources.memory.limit", hint: "its cgroup, or one above, has no memory left")
        case ("clone3", let errno):
            guard let hint = hint(errno) else { return error }
            return error.blaming("linux.cgroupsPath", hint: hint)
        default: return error
        }
    }

    private static func hint(_ errno: Errno) -> String? {
        switch errno {
        case .notSupported:
            "a cgroup above it is threaded, which makes it \"domain invalid\" (see cgroup.type); choose a place elsewhere"
        case .resourceBusy:
            "it hands controllers down (cgroup.subtree_control), and then takes no process itself; choose one below it"
        case .permissionDenied:
            "its cgroup.procs and that of the nearest cgroup above both it and the caller have to be writable (delegation)"
        case .noSuchFileOrDirectory: DelegationBoundary.hint
        default: nil
        }
    }
}
