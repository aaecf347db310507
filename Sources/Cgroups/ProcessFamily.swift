import Glibc
internal import System
internal import SystemPackage

/// The host's processes, and which descend from which.
struct ProcessFamily {
    private let parents: [Int32: Int32]

    init(parents: [Int32: Int32]) {
        self.parents = parents
    }

    /// Reads /proc. What ends meanwhile is left out.
    static func read() throws(SystemError) -> ProcessFamily {
        var parents: [Int32: Int32] = [:]
        for name in try Files.listDirectories("/proc") {
            guard let pid = Int32(name), let stat = try ProcessStat.read(pid), !stat.isDead else { continue }
            parents[pid] = stat.parent
        }
        return ProcessFamily(parents: parents)
    }

    /// A process, with all that descend from it, and, with its namespace, all that are in its pid namespace or descend
    /// from one that is: those that were sent in from outside are nobody's children there.
    func family(of first: Int32, withNamespace: Bool) -> [Int32] {
        family(of: first, companions: withNamespace ? companions(of: first) : [])
    }

    /// The same, with those who are in the namespace given.
    func family(of first: Int32, companions: Set<Int32>) -> [Int32] {
        var isMember: [Int32: Bool] = [first: true]
        for companion in companions { isMember[companion] = true }
        for pid in parents.keys {
            var line: [Int32] = []
            var next = pid
            // A number may have come round again between two reads, so a line may lead back into itself.
            while isMember[next] == nil, let parent = parents[next], !line.contains(next) {
                line.append(next)
                next = parent
            }
            let answer = isMember[next] ?? false
            for passed in line { isMember[passed] = answer }
        }
        return isMember.filter { $0.value && parents[$0.key] != nil }.map(\.key).sorted()
    }

    private func companions(of first: Int32) -> Set<Int32> {
        guard let own = Self.namespace(of: first) else { return [] }
        return Set(parents.keys.filter { Self.namespace(of: $0) == own })
    }

    /// The number of a process's pid namespace; nil for one that has ended, or may not be looked at.
    private static func namespace(of pid: Int32) -> UInt64? {
        var status = stat()
        return stat("/proc/" + decimal(pid) + "/ns/pid", &status) == 0 ? UInt64(status.st_ino) : nil
    }
}
