internal import Cgroups
internal import System
internal import SystemPackage

/// What the kernel means when a version 2 cgroup takes no process that is cloned into it: clone(2), CLONE_INTO_CGROUP;
/// cgroups(7).
enum BirthFailure {
    static func explained(_ error: SystemError) -> SystemError {
        guard let hint = hint(error.errno) else { return error }
        return error.blaming("linux.cgroupsPath", hint: hint)
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
