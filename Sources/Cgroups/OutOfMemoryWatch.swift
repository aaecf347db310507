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

    /// How often the OOM killer has struck since this was last asked. Version 1 counts its attempts, of which several
    /// may come to one process: they are told as one. None any more once the cgroup is gone.
    public mutating func strikes() -> Int {
        if isCounter {
            var count: UInt64 = 0
            // The end of the cgroup counts as an event, too.
            return Glibc.read(descriptor.number, &count, 8) == 8 && Files.exists(path) ? 1 : 0
        }
        let before = known
        known = max((try? killed()) ?? known, known)
        return known - before
    }

    private borrowing func killed() throws(SystemError) -> Int {
        CgroupDirectory.counter("oom_kill", of: try descriptor.readFromStart(path: path + "/memory.events"))
    }
}
