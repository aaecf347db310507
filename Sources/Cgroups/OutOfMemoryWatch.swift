internal import CLinux
internal import Glibc
internal import System
internal import SystemPackage

/// Tells when the kernel's OOM killer strikes in a cgroup, without asking again and again.
public struct OutOfMemoryWatch: ~Copyable, Sendable {
    private let descriptor: Descriptor
    /// The cgroup's directory.
    private let path: String
    /// Whether the descriptor is version 1's eventfd, which counts; else it is version 2's memory.events.
    private let isCounter: Bool
    private var known = 0
    /// What counts along, for when the cgroup is gone.
    private var above: Above?

    /// The counter of a cgroup above, which has what happens below it. Of others below it, it has that, too.
    private struct Above {
        let events: String
        /// Its count when the watched cgroup's own was last read.
        var known: Int
    }

    private init(_ descriptor: consuming Descriptor, _ path: String, isCounter: Bool) {
        self.descriptor = descriptor
        self.path = path
        self.isCounter = isCounter
    }

    /// Watches the version 1 cgroup at `path` by memory.oom_control (cgroup v1 memory documentation, OOM Control).
    static func legacy(_ path: String) throws(SystemError) -> OutOfMemoryWatch {
        let counter = try makeCounter()
        let control = try Descriptor.open(path + "/memory.oom_control", O_RDONLY)
        let registration = decimal(counter.number) + " " + decimal(control.number)
        try Files.write(registration, to: path + "/cgroup.event_control")
        return OutOfMemoryWatch(counter, path, isCounter: true)
    }

    private static func makeCounter() throws(SystemError) -> Descriptor {
        do {
            return Descriptor(owning: try systemCall { skep_linux_eventfd() })
        } catch {
            throw SystemError("eventfd", "", error)
        }
    }

    /// Watches the version 2 cgroup at `path`. What has happened until now is not told.
    static func unified(_ path: String) throws(SystemError) -> OutOfMemoryWatch {
        let events = try Descriptor.open(path + "/memory.events", O_RDONLY)
        var watch = OutOfMemoryWatch(events, path, isCounter: false)
        watch.known = try watch.killed()
        return watch
    }

    /// The descriptor to poll, lent, with `events`.
    public var number: CInt { descriptor.number }

    /// What to poll it for.
    public var events: Int16 { Int16(isCounter ? POLLIN : POLLPRI) }

    /// Has `events`, the memory.events of a cgroup above, tell once the watched one is gone: its end may come before
    /// anybody asks.
    mutating func fallBack(to events: String) {
        above = Self.kills(events).map { Above(events: events, known: $0) }
    }

    private static func kills(_ events: String) -> Int? { CgroupDirectory.counter("oom_kill", in: events) }

    /// How often the OOM killer has struck since this was last asked. Version 1 counts its attempts, of which several
    /// may come to one process: they are told as one. Version 2 tells of a cgroup that is gone only by `fallBack`.
    public mutating func strikes() -> Int {
        if isCounter {
            let count = takeCount()
            // The end of the cgroup counts as an event, too, a moment after it is gone.
            if count == 1 && !Files.exists(path) { return waitForCount() ? 1 : 0 }
            return count > 0 ? 1 : 0
        }
        // Before the cgroup's own: what comes in between is then told rather twice than never.
        let knownAbove = above?.known ?? 0
        let nowAbove = above.flatMap { Self.kills($0.events) } ?? knownAbove
        defer { above?.known = nowAbove }
        guard let now = try? killed() else { return max(nowAbove - knownAbove, 0) }
        defer { known = max(now, known) }
        return max(now - known, 0)
    }

    private borrowing func takeCount() -> UInt64 {
        var count: UInt64 = 0
        return Glibc.read(descriptor.number, &count, 8) == 8 ? count : 0
    }

    /// Whether the counter counts once more, within 100 ms.
    private borrowing func waitForCount() -> Bool {
        var waiting = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, 100) > 0
    }

    private borrowing func killed() throws(SystemError) -> Int {
        CgroupDirectory.counter("oom_kill", of: try descriptor.readFromStart(path: path + "/memory.events")) ?? 0
    }
}
