import Glibc
internal import Synchronization
internal import System

/// An init whose parent this process is, or the one of a container that was loaded: waited for by any number of
/// threads, reaped once.
final class InitProcess: Sendable {
    private let handle: ProcessHandle
    private let isChild: Bool
    private let ended = Mutex<ExitStatus?>(nil)

    init(_ handle: consuming ProcessHandle, isChild: Bool) {
        self.handle = handle
        self.isChild = isChild
    }

    /// Waits for the end; nil where only its parent can know how it ended.
    func wait() throws(SystemError) -> ExitStatus? {
        _ = try handle.waitForEnd(milliseconds: -1)
        if !isChild { return nil }
        return try ended.withLock { (ended) throws(SystemError) in
            if let ended { return ended }
            let status = ExitStatus(rawValue: try handle.wait())
            ended = status
            return status
        }
    }
}
