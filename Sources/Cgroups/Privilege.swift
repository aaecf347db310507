import Glibc
internal import System

/// What the calling process may do to the host.
package enum Privilege {
    /// Whether it is root of the host, and not only of a user namespace.
    package static func isHostRoot() -> Bool {
        geteuid() == 0 && isInitial((try? Files.read("/proc/self/uid_map")) ?? [])
    }

    /// Whether it is root of a user namespace that is not the host's.
    package static func isNamespaceRoot() -> Bool {
        geteuid() == 0 && !isHostRoot()
    }

    /// Whether nobody may set groups in the user namespace that it is in (user_namespaces(7)).
    package static func mayNotSetGroups() -> Bool {
        (try? Files.readLine("/proc/self/setgroups")) == "deny"
    }

    /// Whether a uid_map is that of the host's own user namespace, where every id stands for itself.
    static func isInitial(_ map: [UInt8]) -> Bool {
        let numbers = map.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        return numbers.count == 3 && zip(numbers, ["0", "0", "4294967295"]).allSatisfy { $0.elementsEqual($1.utf8) }
    }
}
