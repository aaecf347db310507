internal import Glibc
internal import SystemPackage

/// A file of a virtual file system that tells when its content changes, as cgroup.events and memory.events do.
public struct WatchedFile: ~Copyable, Sendable {
    /// The file.
    public let path: String
    private let descriptor: Descriptor

    /// Opens the file. What changes from here on can be waited for.
    public init(_ path: String) throws(SystemError) {
        self.path = path
        descriptor = try Descriptor.open(path, O_RDONLY)
    }

    /// The whole content as it is now; `waitForChange` counts from here.
    public borrowing func read() throws(SystemError) -> [UInt8] {
        try descriptor.readFromStart(path: path)
    }

    /// Waits until the content is another than was last read. False when `milliseconds` have passed first.
    public borrowing func waitForChange(milliseconds: Int32) throws(SystemError) -> Bool {
        var waiting = pollfd(fd: descriptor.number, events: Int16(POLLPRI), revents: 0)
        do {
            return try systemCall { poll(&waiting, 1, milliseconds) } > 0
        } catch {
            throw SystemError("poll", path, error)
        }
    }
}

/// A moment until which something is waited for.
public struct Deadline: Sendable {
    private let end: Int64

    /// The moment that is `milliseconds` from now.
    public init(milliseconds: Int64) {
        end = Self.now() + milliseconds
    }

    private init(end: Int64) {
        self.end = end
    }

    /// The moment that is `milliseconds` after this one.
    public func advanced(milliseconds: Int64) -> Deadline {
        Deadline(end: end + milliseconds)
    }

    /// What is left until then, in milliseconds, as poll(2) takes it: 0 once it has passed.
    public var rest: Int32 {
        Int32(clamping: max(end - Self.now(), 0))
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
