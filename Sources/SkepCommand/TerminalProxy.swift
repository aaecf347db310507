internal import CLinux
internal import Glibc
internal import System

/// Carries what is typed to a process's terminal, and what that shows to standard output.
///
/// Neither side waits for the other: what one can't take yet is kept, up to a bound, and then the other has to wait.
struct TerminalProxy: ~Copyable {
    private let master: Descriptor
    private let host = HostTerminal()
    private let rawMode: RawMode?
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var isInputOpen = true
    private var isOutputOpen = true
    /// Whether what was typed last has not been ended by a newline.
    private var isAmidLine = false
    /// Whether nobody has the other end open, at the moment.
    private var isHungUp = false

    /// What is kept of either direction, in bytes; the kernel's own buffers come on top.
    private static let bound = 4096

    init(master: consuming Descriptor) {
        let flags = fcntl(master.number, F_GETFL)
        _ = fcntl(master.number, F_SETFL, flags | O_NONBLOCK)
        self.master = master
        rawMode = RawMode.begin(STDIN_FILENO)
    }

    /// How long to wait before asking again whether somebody has come back to the terminal; -1 where that shows.
    var timeout: Int32 { isHungUp ? 100 : -1 }

    /// What to wait for: on standard input, the master, and standard output.
    var interests: [pollfd] {
        let wantsInput = isInputOpen && input.count < Self.bound
        let wantsMore = output.count < Self.bound && !isHungUp
        let masterEvents = (wantsMore ? POLLIN : 0) | (input.isEmpty || isHungUp ? 0 : POLLOUT)
        return [
            pollfd(fd: wantsInput ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: masterEvents == 0 ? -1 : master.number, events: Int16(masterEvents), revents: 0),
            pollfd(fd: output.isEmpty ? -1 : STDOUT_FILENO, events: Int16(POLLOUT), revents: 0),
        ]
    }

    /// Does what has become possible.
    mutating func proceed(_ ready: ArraySlice<pollfd>) {
        let events = ready.map(\.revents)
        if events[0] != 0 { readInput() }
        let isReadable = events[1] & Int16(POLLIN | POLLHUP | POLLERR) != 0
        if (isReadable || isHungUp) && output.count < Self.bound { readMaster() }
        if !input.isEmpty { writeMaster() }
        if !output.isEmpty { writeIfPossible() }
    }

    /// Gives the process's terminal the size of the one that the command was called from.
    func resize() {
        host?.passSize(to: master.number)
    }

    /// Shows all that the terminal still has, once the process has ended. A reader that takes nothing more is given up
    /// when a signal says so.
    consuming func finish(unless signals: CInt) {
        repeat {
            readMaster()
            while !output.isEmpty {
                var waiting = [
                    pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0),
                    pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
                ]
                _ = poll(&waiting, 2, -1)
                if waiting[0].revents != 0 { writeOutput() }
                if waiting[1].revents != 0 && Self.isToEnd(skep_linux_next_signal(signals)) { return }
            }
        } while hasMore
    }

    private static func isToEnd(_ signal: Int32) -> Bool {
        [SIGTERM, SIGINT, SIGHUP, SIGQUIT].contains(signal)
    }

    private var hasMore: Bool {
        var waiting = pollfd(fd: master.number, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, 0) > 0 && waiting.revents & Int16(POLLIN) != 0
    }

    private mutating func readInput() {
        let got = Self.read(STDIN_FILENO, into: &input)
        if got > 0 { isAmidLine = input.last != UInt8(ascii: "\n") }
        if got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)) { return }
        isInputOpen = false
        if got < 0 { return }
        // To whoever reads lines from the terminal, the end of the input is a character; amid a line, it only ends that.
        let end = skep_linux_end_of_input(master.number)
        if end > 0 { input += [UInt8](repeating: UInt8(truncatingIfNeeded: end), count: isAmidLine ? 2 : 1) }
    }

    private mutating func readMaster() {
        isHungUp = Self.read(master.number, into: &output) < 0 && errno == EIO
        // The process is not to wait for a reader that is gone.
        if !isOutputOpen { output = [] }
    }

    private static func read(_ number: CInt, into buffer: inout [UInt8]) -> Int {
        var got = 0
        buffer += [UInt8](unsafeUninitializedCapacity: bound) { bytes, initialized in
            got = Glibc.read(number, bytes.baseAddress, bound)
            initialized = max(got, 0)
        }
        return got
    }

    private mutating func writeMaster() {
        let wrote = write(master.number, input, input.count)
        if wrote > 0 { input.removeFirst(wrote) }
    }

    private mutating func writeIfPossible() {
        var waiting = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        if poll(&waiting, 1, 0) > 0 { writeOutput() }
    }

    /// Writes no more than a pipe takes at once, so as not to wait for its reader.
    private mutating func writeOutput() {
        let wrote = write(STDOUT_FILENO, output, min(output.count, Self.bound))
        if wrote > 0 {
            output.removeFirst(wrote)
        } else if wrote < 0 && errno != EINTR && errno != EAGAIN {
            isOutputOpen = false
            output = []
        }
    }
}
