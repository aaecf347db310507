import System
import SystemPackage
import Testing

@testable import Skep

@Suite("Why a cgroup takes no process") struct BirthFailureTests {
    @Test(
        "Each reason has its hint, and the property",
        arguments: [
            (Errno.notSupported, "domain invalid"), (.resourceBusy, "cgroup.subtree_control"),
            (.permissionDenied, "delegation"),
            (.noSuchFileOrDirectory, "nsdelegate"),
        ])
    func hint(errno: Errno, words: String) {
        let error = BirthFailure.explained(SystemError("clone3", "the init", errno))
        #expect(error.property == "linux.cgroupsPath" && error.errno == errno)
        #expect(error.hint?.contains(words) == true)
    }

    @Test("What has nothing to do with cgroups stays as it is") func other() {
        let error = BirthFailure.explained(SystemError("clone3", "the init", .noMemory))
        #expect(error.property == nil && error.hint == nil)
    }
}
