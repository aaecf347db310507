internal import Glibc
internal import SystemPackage

/// What /proc/PID/stat says of a process.
public struct ProcessStat: Sendable, Equatable {
    /// The state's letter: "R", "S", "Z" (dead, not yet reaped), ...
    public var state: Character
    /// The parent's number; 0 for none in the caller's pid namespace.
    public var parent: Int32
    /// When the process started, in clock ticks since boot: with the pid, the process's identity, since pids come
    /// round again.
    public var startTime: UInt64

    /// Reads /proc/`pid`/stat. Nil if there is no such process.
    public static func read(_ pid: Int32) throws(SystemError) -> ProcessStat? {
        let path = "/proc/" + decimal(pid) + "/stat"
        do {
            return ProcessStat(parsing: try Files.read(path, limit: 8192, isWhole: true))
        } catch  where error.errno == .noSuchFileOrDirectory || error.errno == .noSuchProcess {
            return nil
        }
    }

    /// Parses the file's content: proc_pid_stat(5), fields 3, 4 and 22. The second field is the program's name in
    /// parentheses, which may itself hold anything.
    public init?(parsing bytes: [UInt8]) {
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " "), maxSplits: 20)
        guard fields.count >= 20, let letter = fields[0].first,
            let parent = Int32(String(decoding: fields[1], as: UTF8.self)),
            let start = UInt64(String(decoding: fields[19], as: UTF8.self))
        else { return nil }
        state = Character(Unicode.Scalar(letter))
        self.parent = parent
        startTime = start
    }

    public init(state: Character, parent: Int32, startTime: UInt64) {
        self.state = state
        self.parent = parent
        self.startTime = startTime
    }

    /// Whether the process has ended and waits for its parent.
    public var isDead: Bool { state == "Z" || state == "X" }
}
