internal import CPlan

/// The resources that setrlimit(2) limits.
package enum Rlimits {
    /// The number of a resource by its name ("RLIMIT_NOFILE").
    package static func number(of name: String) -> Int32? {
        switch name {
        case "RLIMIT_AS": RLIMIT_AS
        case "RLIMIT_CORE": RLIMIT_CORE
        case "RLIMIT_CPU": RLIMIT_CPU
        case "RLIMIT_DATA": RLIMIT_DATA
        case "RLIMIT_FSIZE": RLIMIT_FSIZE
        case "RLIMIT_LOCKS": RLIMIT_LOCKS
        case "RLIMIT_MEMLOCK": RLIMIT_MEMLOCK
        case "RLIMIT_MSGQUEUE": RLIMIT_MSGQUEUE
        case "RLIMIT_NICE": RLIMIT_NICE
        case "RLIMIT_NOFILE": RLIMIT_NOFILE
        case "RLIMIT_NPROC": RLIMIT_NPROC
        case "RLIMIT_RSS": RLIMIT_RSS
        case "RLIMIT_RTPRIO": RLIMIT_RTPRIO
        case "RLIMIT_RTTIME": RLIMIT_RTTIME
        case "RLIMIT_SIGPENDING": RLIMIT_SIGPENDING
        case "RLIMIT_STACK": RLIMIT_STACK
        default: nil
        }
    }

    static let names = [
        "RLIMIT_AS", "RLIMIT_CORE", "RLIMIT_CPU", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_LOCKS", "RLIMIT_MEMLOCK",
        "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_NOFILE", "RLIMIT_NPROC", "RLIMIT_RSS", "RLIMIT_RTPRIO",
        "RLIMIT_RTTIME", "RLIMIT_SIGPENDING", "RLIMIT_STACK",
    ]
}
