internal import CLinux
internal import Glibc
internal import Skep
internal import System
internal import SystemPackage

/// Standing in for a process in the foreground: its signals are passed on, its terminal served, its orphans reaped,
/// its end awaited.
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

    /// Stays until the process has ended.
    borrowing func wait(
        for process: RunningProcess, terminal: consuming TerminalProxy? = nil, notify: NotifyProxy? = nil
    ) throws(Failure) -> ExitStatus {
        if var terminal = terminal.take() {
            terminal.resize()
            while true {
                let waiting = interests(process, notify) + terminal.interests
                let ready = Self.poll(waiting, timeout: terminal.timeout)
                if act(on: ready, process, notify) { terminal.resize() }
                terminal.proceed(ready[3...])
                if ready[1].revents != 0 { break }
            }
            terminal.finish(unless: signals.number)
        } else {
            while true {
                let ready = Self.poll(interests(process, notify), timeout: -1)
                _ = act(on: ready, process, notify)
                if ready[1].revents != 0 { break }
            }
        }
        return try status(of: process)
    }

    private borrowing func interests(_ process: RunningProcess, _ notify: NotifyProxy?) -> [pollfd] {
        [signals.number, process.pidfd, notify?.number ?? -1].map { number in
            pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        }
    }

    private static func poll(_ waiting: [pollfd], timeout: Int32) -> [pollfd] {
        var waiting = waiting
        if Glibc.poll(&waiting, nfds_t(waiting.count), timeout) < 0 {
            for index in waiting.indices { waiting[index].revents = 0 }
        }
        return waiting
    }

    /// Does what signals and notifications ask for. True if the window has changed its size.
    private borrowing func act(
        on ready: [pollfd], _ process: RunningProcess, _ notify: NotifyProxy?
    ) -> Bool {
        // The service is this process, which ends when the container's does.
        if ready[2].revents != 0 { _ = notify?.passOn(pid: getpid()) }
        return ready[0].revents != 0 && passSignals(to: process)
    }

    private borrowing func passSignals(to process: RunningProcess) -> Bool {
        var isResized = false
        while true {
            let number = skep_linux_next_signal(signals.number)
            switch number {
            case ..<0: return isResized
            case SIGCHLD: skep_linux_reap_others(process.pid)
            case SIGWINCH: isResized = true
            // One that has just ended needs no signal any more.
            default: _ = try? process.signal(number)
            }
        }
    }

    private borrowing func status(of process: RunningProcess) throws(Failure) -> ExitStatus {
        let status = try failing { () throws(ContainerError) in try process.wait() }
        guard let status else { throw .container(ContainerError(.systemError, "wait", "the process is not our child")) }
        return status
    }
}
