internal import CLinux
internal import Glibc
internal import SystemPackage

/// A process, held by a pidfd: it stays this process, whatever becomes of its number.
public struct ProcessHandle: ~Copyable, Sendable {
    /// The process's number in the caller's pid namespace.
    public let pid: Int32
    private let descriptor: Descriptor

    /// Takes over a pidfd of `pid`.
    public init(pid: Int32, owning pidfd: consuming Descriptor) {
        self.pid = pid
        self.descriptor = pidfd
    }

    /// Opens a process by its number. Nil if there is none.
    public static func open(pid: Int32) throws(SystemError) -> ProcessHandle? {
        do {
            return ProcessHandle(
                pid: pid, owning: Descriptor(owning: try systemCall { skep_linux_pidfd_open(pid) }))
        } catch {
            if Self.isNobody(error) && pid > 0 { return nil }
            throw SystemError("pidfd_open", "process \(pid)", error)
        }
    }

    /// Whether the kernel knows no process of that number. EINVAL, and ENOENT since 6.16, are of one that is no
    /// process's, which a process's own is at the moment when it goes.
    private static func isNobody(_ error: Errno) -> Bool {
        error == .noSuchProcess || error == .invalidArgument || error == .noSuchFileOrDirectory
    }

    /// The pidfd, lent: readable once the process has ended.
    public var number: CInt { descriptor.number }

    /// Whether it runs in the caller's memory, as a child that was cloned with CLONE_VM does until its exec.
    public var sharesMemory: Bool { skep_linux_shares_memory(pid) }

    /// Sends a signal; 0 only asks whether the process is there. False if it has ended.
    public borrowing func signal(_ number: Int32) throws(SystemError) -> Bool {
        do {
            _ = try systemCall { skep_linux_pidfd_send_signal(descriptor.number, number) }
            return true
        } catch {
            if error == .noSuchProcess { return false }
            throw SystemError("pidfd_send_signal \(number)", "process \(pid)", error)
        }
    }

    /// Waits for a child's end and reaps it; wait(2)'s status.
    public borrowing func wait() throws(SystemError) -> Int32 {
        var status: CInt = 0
        do {
            _ = try systemCall { skep_linux_wait(descriptor.number, true, &status) }
        } catch {
            throw SystemError("waitid", "process \(pid)", error)
        }
        return status
    }

    /// Waits until the process, a child or not, has ended. False when `milliseconds` have passed first; -1 is for
    /// ever.
    public borrowing func waitForEnd(milliseconds: Int32) throws(SystemError) -> Bool {
        var waiting = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        do {
            return try systemCall { poll(&waiting, 1, milliseconds) } > 0
        } catch {
            throw SystemError("poll", "process \(pid)", error)
        }
    }
}
