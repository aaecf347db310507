/// Paths inside a container, as text.
enum InnerPath {
    /// The path from the root, without ".", ".." and doubled slashes. What ".." means behind a symbolic link is for
    /// the kernel to say when the path is opened; here it can only shorten.
    static func normalized(_ path: String) -> String {
        if isNormal(path) { return path }
        var result: [UInt8] = []
        for component in Array(path.utf8).split(separator: slash) {
            if component.elementsEqual([dot, dot]) {
                while let byte = result.popLast(), byte != slash {}
            } else if !component.elementsEqual([dot]) {
                result.append(slash)
                result += component
            }
        }
        return result.isEmpty ? "/" : String(decoding: result, as: UTF8.self)
    }

    private static var slash: UInt8 { UInt8(ascii: "/") }
    private static var dot: UInt8 { UInt8(ascii: ".") }

    /// Most paths are: they are told by their bytes, since each kind of collection that a command uses has to be made
    /// known to Swift's runtime first.
    private static func isNormal(_ path: String) -> Bool {
        guard path.utf8.first == slash, path.utf8.count > 1, path.utf8.last != slash else { return path == "/" }
        // Of the component: how long it is, and how many of its bytes are dots. Before the first there is no empty one.
        var length = 3
        var dots = 0
        for byte in path.utf8 {
            if byte == slash {
                if length == dots && length <= 2 { return false }
                length = 0
                dots = 0
            } else {
                length += 1
                if byte == dot { dots += 1 }
            }
        }
        return length != dots || length > 2
    }

    /// Whether `path` is `directory` or lies below it.
    static func isWithin(_ path: String, _ directory: String) -> Bool {
        path == directory || path.hasPrefix(directory == "/" ? "/" : directory + "/")
    }

    /// Files of /proc that container managers replace with their own (lxcfs), and that no security decision reads.
    static func mayBeMountedInProc(_ path: String) -> Bool {
        switch path {
        case "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps", "/proc/uptime",
            "/proc/loadavg", "/proc/slabinfo", "/proc/sys/kernel/ns_last_pid", "/proc/sys/crypto/fips_enabled":
            true
        default: false
        }
    }
}
