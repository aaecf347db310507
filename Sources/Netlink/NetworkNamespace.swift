internal import CNetlink
internal import Glibc
package import System
internal import SystemPackage

/// A network namespace, held open: it lives for as long.
package struct NetworkNamespace: ~Copyable {
    /// The file that stands for it.
    package let path: String
    private let descriptor: Descriptor

    /// Opens the namespace that a file stands for.
    package init(_ path: String) throws(SystemError) {
        self.path = path
        descriptor = try Descriptor.open(path, O_RDONLY)
    }

    /// The calling thread's own.
    package static func own() throws(SystemError) -> NetworkNamespace {
        try NetworkNamespace("/proc/thread-self/ns/net")
    }

    /// The descriptor, lent.
    package var number: CInt { descriptor.number }

    /// Whether it is a namespace indeed, and not a file of another kind.
    package var isNamespace: Bool { skep_netlink_is_namespace(descriptor.number) == 1 }

    /// Whether it is the same as another.
    package func isSame(as other: borrowing NetworkNamespace) -> Bool {
        var one = stat(), two = stat()
        return fstat(descriptor.number, &one) == 0 && fstat(other.number, &two) == 0 && one.st_ino == two.st_ino
            && one.st_dev == two.st_dev
    }

    /// Keeps the namespace alive by mounting it on a file, which is made.
    package func pin(at file: String) throws(SystemError) {
        _ = try Descriptor.open(file, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        let source = "/proc/self/fd/" + decimal(descriptor.number)
        do {
            _ = try systemCall { mount(source, file, nil, UInt(MS_BIND), nil) }
        } catch {
            _ = try? Files.removeFile(file)
            throw SystemError("mount", file, error)
        }
    }

    /// Takes away what `pin` has made, or what of it there is.
    package static func unpin(_ file: String) throws(SystemError) {
        do {
            _ = try systemCall { umount2(file, CInt(MNT_DETACH | UMOUNT_NOFOLLOW)) }
        } catch {
            if error == .noSuchFileOrDirectory { return }
            // It is no mount (any more).
            if error != .invalidArgument { throw SystemError("umount2", file, error) }
        }
        try Files.removeFile(file)
    }
}
