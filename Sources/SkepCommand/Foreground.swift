internal import CLinux
internal import Glibc
internal import Skep
internal import System
internal import SystemPackage

/// Standing in for a container in the foreground: its signals are passed on, its orphans reaped, its end awaited.
struct Foreground: ~Copyable {
    private let signals: Descriptor

    /// Blocks all signals from here on, so that none is lost between the launch and the wait, or ends this process
    /// with a container half made.
    init(isSubreaper: Bool) throws(Failure) {
        if isSubreaper { _ = skep_linux_set_subreaper(true) }
        signals = try failing("signals") { () throws(SystemError) in try Self.blockSignals() }
    }

    private static func blockSignals() throws(SystemError) -> Descriptor {
        do {
            return Descriptor(owning: try systemCall { skep_linux_block_signals() })
        } catch {
            throw SystemError("signalfd", "", error)
        }
    }

    /// Passes signals on until the container's init has ended.
    borrowing func wait(for container: Container) throws(Failure) -> ExitStatus {
        let pid = try failing { () throws(ContainerError) in try container.pid }
        let handle = try failing("wait") { () throws(SystemError) in try ProcessHandle.open(pid: pid) }
        guard let handle else { return try status(of: container) }
        var waiting = [
            pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: handle.number, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            _ = poll(&waiting, 2, -1)
            if waiting[1].revents != 0 { return try status(of: container) }
            if waiting[0].revents != 0 { passOn(to: container, pid: pid) }
        }
    }

    private borrowing func passOn(to container: Container, pid: Int32) {
        while true {
            let number = skep_linux_next_signal(signals.number)
            if number < 0 { return }
            if number == SIGCHLD {
                skep_linux_reap_others(pid)
            } else {
                // One that has just ended needs no signal any more.
                try? container.signal(number)
            }
        }
    }

    private borrowing func status(of container: Container) throws(Failure) -> ExitStatus {
        let status = try failing { () throws(ContainerError) in try container.wait() }
        guard let status else { throw .container(ContainerError(.systemError, "wait", "the init is not our child")) }
        return status
    }
}
