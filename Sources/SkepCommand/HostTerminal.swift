internal import CLinux
internal import Glibc
internal import OCI

/// The terminal that the command was called from.
struct HostTerminal {
    /// A descriptor of it.
    let number: CInt

    /// Nil where none of the standard descriptors is a terminal.
    init?() {
        guard let number = [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO].first(where: { isatty($0) == 1 }) else {
            return nil
        }
        self.number = number
    }

    /// Its size; nil where it has none.
    var size: OCI.Process.ConsoleSize? {
        var rows: UInt16 = 0
        var columns: UInt16 = 0
        guard skep_linux_window_size(number, &rows, &columns) == 0, rows > 0, columns > 0 else { return nil }
        return OCI.Process.ConsoleSize(height: UInt64(rows), width: UInt64(columns))
    }

    /// Gives another terminal the size of this one.
    func passSize(to other: CInt) {
        guard let size else { return }
        _ = skep_linux_set_window_size(other, UInt16(size.height), UInt16(size.width))
    }
}

/// A terminal in raw mode, for as long as this lives. A guard process restores it should this one be killed.
struct RawMode: ~Copyable {
    private let mode: skep_linux_raw_mode

    private init(_ mode: skep_linux_raw_mode) {
        self.mode = mode
    }

    /// Nil where the descriptor is no terminal. Not a failing initialiser: that would run the deinitialiser.
    static func begin(_ terminal: CInt) -> RawMode? {
        var mode = skep_linux_raw_mode()
        guard isatty(terminal) == 1, skep_linux_begin_raw_mode(terminal, &mode) == 0 else { return nil }
        return RawMode(mode)
    }

    deinit {
        var mode = mode
        skep_linux_end_raw_mode(&mode)
    }
}
