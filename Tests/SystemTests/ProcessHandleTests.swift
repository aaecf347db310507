import CLinux
import Glibc
@testable import System
import SystemPackage
import TestSupport
import Testing

@Suite("Processes") struct ProcessHandleTests {
    /// Starts a program that does nothing else than to wait or to end.
    private func spawn(_ arguments: String...) throws -> Int32 {
        var pid: pid_t = 0
        // The threads of tests have their signals blocked, and a child would inherit that.
        var attributes = posix_spawnattr_t(), none = sigset_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let copies = arguments.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        let result = posix_spawn(&pid, arguments[0], nil, &attributes, copies, nil)
        try #require(result == 0)
        return pid
    }

    private func handle(_ pid: Int32) throws -> ProcessHandle {
        guard let handle = try ProcessHandle.open(pid: pid) else { throw SystemError("pidfd_open", "", .noSuchProcess) }
        return handle
    }

    @Test("Its end is waited for", arguments: [0, 1, 255] as [Int32]) func end(status: Int32) throws {
        let child = try handle(try spawn("/bin/sh", "-c", "exit \(status)"))
        #expect(try child.waitForEnd(milliseconds: -1))
        #expect(try child.wait() == status << 8)
        #expect(throws: SystemError("waitid", "process \(child.pid)", .noChildProcess)) { try child.wait() }
    }

    @Test("Signals end it, and none once it has ended", arguments: [SIGKILL, SIGTERM]) func signal(number: Int32) throws
    {
        let child = try handle(try spawn("/bin/sleep", "100"))
        #expect(try child.signal(0))
        #expect(try !child.waitForEnd(milliseconds: 0))
        #expect(try child.signal(number))
        #expect(try child.waitForEnd(milliseconds: 10_000))
        #expect(try child.wait() == number)
        #expect(try !child.signal(0))
        #expect(try !child.signal(number))
        #expect(try child.waitForEnd(milliseconds: 0))
        #expect(try ProcessHandle.open(pid: child.pid)?.pid == nil)
    }

    @Test("Memory is one's own, but for a child's before its exec") func memory() throws {
        let own = try handle(getpid()).sharesMemory
        let child = try handle(try spawn("/bin/sleep", "100"))
        #expect(own)
        // posix_spawn is a vfork, too: its parent may be ahead by a moment.
        for _ in 0..<10_000 where child.sharesMemory { usleep(1000) }
        var shares = child.sharesMemory
        #expect(!shares)
        _ = try child.signal(SIGKILL)
        _ = try child.wait()
        shares = child.sharesMemory
        #expect(!shares)
    }

    @Test("A dead process is known by its state until it is reaped") func dead() throws {
        let pid = try spawn("/bin/true")
        let child = try handle(pid)
        _ = try child.waitForEnd(milliseconds: -1)
        #expect(try ProcessStat.read(pid)?.isDead == true)
        _ = try child.wait()
        #expect(try ProcessStat.read(pid) == nil)
    }

    @Test("No signal has this number", arguments: [-1, 65, 1000] as [Int32]) func badSignal(number: Int32) throws {
        let child = try handle(try spawn("/bin/sleep", "100"))
        #expect(throws: SystemError("pidfd_send_signal \(number)", "process \(child.pid)", .invalidArgument)) {
            try child.signal(number)
        }
        _ = try child.signal(SIGKILL)
        _ = try child.wait()
    }

    /// Whether the calling thread is not the process's first, and its number no process's.
    private static func hasNobodysNumber() -> Bool {
        var name = [CChar](repeating: 0, count: 64)
        // "PID/task/TID"
        guard readlink("/proc/thread-self", &name, 63) > 0, let slash = name.lastIndex(of: CChar(UInt8(ascii: "/")))
        else { return false }
        let number = Int32(atoi(Array(name[(slash + 1)...])))
        do {
            return try number != getpid() && number > 0 && ProcessHandle.open(pid: number)?.pid == nil
        } catch {
            return false
        }
    }

    @Test("No process has this number") func none() throws {
        #expect(try ProcessHandle.open(pid: 5_000_000)?.pid == nil)
        // A thread's.
        #expect(Background { Self.hasNobodysNumber() }.value())
        #expect(throws: SystemError("pidfd_open", "process -1", .invalidArgument)) {
            _ = try ProcessHandle.open(pid: -1)
        }
    }

    @Test(
        "Names of signals",
        arguments: [
            ("HUP", 1), ("INT", 2), ("KILL", 9), ("USR1", 10), ("TERM", 15), ("CHLD", 17), ("CLD", 17), ("STOP", 19),
            ("WINCH", 28), ("POLL", 29), ("IO", 29), ("IOT", 6), ("ABRT", 6), ("PWR", 30), ("SYS", 31), ("RTMIN", 34),
            ("RTMIN+0", 34), ("RTMIN+15", 49), ("RTMIN+30", 64), ("RTMAX", 64), ("RTMAX-0", 64), ("RTMAX-14", 50),
            ("RTMAX-30", 34),
        ] as [(String, Int32)])
    func signalNames(name: String, number: Int32) {
        #expect(skep_linux_signal_number(name) == number)
    }

    @Test(
        "Names of none",
        arguments: [
            "", "SIGTERM", "term", "NOSUCH", "15", "RTMIN+", "RTMIN-1", "RTMAX+1", "RTMIN+31", "RTMIN+1x", "RTMIN+ 1",
            "RTMINX", "RTMIN+-1", "RTMIN+99999999999999999999", "EXIT", "TERM ",
        ])
    func noSignal(name: String) {
        #expect(skep_linux_signal_number(name) == -1)
    }
}
