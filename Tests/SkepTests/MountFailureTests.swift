@testable import Skep
import SystemPackage
import Testing

@Suite("What to do about mounts that fail") struct MountFailureTests {
    @Test(
        "Hints",
        arguments: [
            (.noSuchFileOrDirectory, "open_tree", "does not exist on the host"),
            (.tooManyOpenFiles, "open_tree", "NOFILE"), (.notPermitted, "open_tree", "rights over the host's mounts"),
            (.operationNotSupportedByDevice, "fsopen", "no such file system"),
            (.invalidArgument, "fsconfig", "no such option"),
            (.notDirectory, "move_mount", "on a file"), (.isDirectory, "move_mount", "on a directory"),
            (.tooManySymbolicLinkLevels, "openat2", "symbolic link"), (.readOnlyFileSystem, "mkdir", "already"),
            (.readOnlyFileSystem, "mknod", "already"), (.invalidArgument, "umount2", "nothing is mounted there"),
            (.fileExists, "symlink", "something else"), (.noSpace, "sendfile", "size="),
            (.notPermitted, "mount_setattr", "user namespace"),
            (.invalidArgument, "mount_setattr IDMAP", "can't be id-mapped"),
            (.notPermitted, "mount_setattr IDMAP", "id-mapped already"),
        ] as [(Errno, String, String)])
    func hint(errno: Errno, call: String, part: String) throws {
        #expect(try #require(MountFailure.hint(errno, call)).contains(part))
    }

    @Test("None where nothing is known") func none() {
        #expect(MountFailure.hint(.ioError, "open_tree") == nil)
        #expect(MountFailure.hint(.invalidArgument, "fstat") == nil)
    }
}
