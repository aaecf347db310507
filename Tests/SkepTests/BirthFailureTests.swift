import System
import SystemPackage
import Testing

@testable import Skep

@Suite("Why a cgroup takes no process") struct BirthFailureTests {
    @Test(
        "Each reason has its hint, and the property",
        arguments: [
            (
                Errno.notSupported,
                "a cgroup above it is threaded, which makes it \"domain invalid\" (see cgroup.type); choose a place elsewhere"
            ),
            (
                .resourceBusy,
                "it hands controllers down (cgroup.subtree_control), and then takes no process itself; choose one below it"
            ),
            (
                .permissionDenied,
                "its cgroup.procs and that of the nearest cgroup above both it and the caller have to be writable (delegation)"
            ),
            (
                .noSuchFileOrDirectory,
                "this cgroup and the caller's have to lie below the root of the caller's cgroup namespace (nsdelegate); "
                    + "see /proc/self/cgroup"
            ),
        ])
    func hint(errno: Errno, hint: String) {
        let error = BirthFailure.explained(SystemError("clone3", "the init", errno))
        #expect(error.property == "linux.cgroupsPath" && error.errno == errno)
        #expect(error.hint == hint)
    }

    @Test("A cgroup without memory is named as the reason why no init came of it") func memory() {
        let error = BirthFailure.explained(SystemError("execveat", "/proc/self/exe", .noMemory))
        #expect(error.property == "linux.resources.memory.limit")
        #expect(error.hint == "its cgroup, or one above, has no memory left")
        let other = BirthFailure.explained(SystemError("execveat", "/proc/self/exe", .permissionDenied))
        #expect(other.property == nil && other.hint == nil)
    }

    @Test("What has nothing to do with cgroups stays as it is") func other() {
        let error = BirthFailure.explained(SystemError("clone3", "the init", .noMemory))
        #expect(error.property == nil && error.hint == nil)
    }
}
