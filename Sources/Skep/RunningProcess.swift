internal import Glibc
internal import Synchronization
internal import System

/// A process of a container. It may be waited for by any number of threads.
public final class RunningProcess: Sendable {
    /// Its number, as the host counts processes.
    public let pid: Int32
    private let handle: ProcessHandle
    private let isChild: Bool
    private let ended = Mutex<ExitStatus?>(nil)

    init(_ handle: consuming ProcessHandle, isChild: Bool) {
        pid = handle.pid
        self.handle = handle
        self.isChild = isChild
    }

    /// Waits for the process's end. Blocks the calling thread; SkepConcurrency has one that doesn't.
    ///
    /// - Returns: how it ended; nil where this program is not its parent, since only a parent is told.
    public func wait() throws(ContainerError) -> ExitStatus? {
        try converting(origin: "process \(pid)") { () throws(SystemError) in
            _ = try handle.waitForEnd(milliseconds: -1)
            return isChild ? try reap() : nil
        }
    }

    private func reap() throws(SystemError) -> ExitStatus {
        try ended.withLock { (ended) throws(SystemError) in
            if let ended { return ended }
            let status = ExitStatus(rawValue: try handle.wait())
            ended = status
            return status
        }
    }

    /// A pidfd of the process, lent: readable once it has ended.
    package var pidfd: Int32 { handle.number }

    /// Sends the process a signal; 0 only asks whether it is there.
    ///
    /// - Returns: false if it has ended.
    /// - Throws: `systemError`.
    public func signal(_ number: Int32) throws(ContainerError) -> Bool {
        try converting(origin: "process \(pid)") { () throws(SystemError) in try handle.signal(number) }
    }
}
