internal import Glibc
internal import System

/// The end of a scope, which systemd sees to in version 2: it hears from the kernel when the last process has ended,
/// removes the cgroup, and forgets the unit before it listens to anybody again.
enum ScopeEnd {
    /// How long systemd may take before it is asked, in milliseconds.
    private static let patience: Int64 = 500
    /// The longest pause between two looks, in microseconds; the first is the shortest.
    private static let longestPause: UInt32 = 2000
    private static let shortestPause: UInt32 = 125

    /// Whether systemd has taken the cgroup at `path` away, or does so soon. What is still in there is killed.
    static func isSeen(_ path: String, killing manager: any Manager) throws(SystemError) -> Bool {
        let deadline = Deadline(milliseconds: patience)
        var pause = shortestPause
        var hasKilled = false
        while Files.exists(path) {
            if !hasKilled, CgroupDirectory.counter("populated", in: path + "/cgroup.events") == 1 {
                try manager.kill()
                hasKilled = true
            }
            if deadline.rest == 0 { return false }
            usleep(pause)
            pause = min(pause * 2, longestPause)
        }
        // Where no cgroups are to be seen, none is seen to be gone.
        return Files.exists(Layout.root + "/cgroup.controllers")
    }
}
