import Glibc
internal import System

/// What the calling process may do to the host.
enum Privilege {
    /// Whether it is root of the host, and not only of a user namespace.
    static func isHostRoot() -> Bool {
        geteuid() == 0 && isInitial((try? Files.read("/proc/self/uid_map")) ?? [])
    }

    /// Whether a uid_map is that of the host's own user namespace, where every id stands for itself.
    static func isInitial(_ map: [UInt8]) -> Bool {
        let numbers = map.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        return numbers.count == 3 && zip(numbers, ["0", "0", "4294967295"]).allSatisfy { $0.elementsEqual($1.utf8) }
    }
}
