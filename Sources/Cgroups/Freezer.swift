internal import Glibc
internal import System
internal import SystemPackage

/// The version 1 freezer: freezer.state of a cgroup.
enum LegacyFreezer {
    /// How often a cgroup that is FREEZING is told again, and the pause between in microseconds: 5 s in all.
    private static let attempts = 5000
    private static let pause: UInt32 = 1000

    /// After so many attempts all are let go for a moment: one that waits for another which is frozen already, as the
    /// parent of a vfork does, would never get to where it can be frozen itself.
    private static let attemptsInARow = 100

    /// Freezes all processes, and waits until they are. After a failure none is.
    static func freeze(_ path: String, attempts: Int = attempts) throws(SystemError) {
        let file = path + "/freezer.state"
        do throws(SystemError) {
            for attempt in 1...attempts {
                try Files.write("FROZEN", to: file)
                if try Files.readLine(file) == "FROZEN" { return }
                if attempt % attemptsInARow == 0 { try Files.write("THAWED", to: file) }
                usleep(pause)
            }
            throw SystemError(
                "write FROZEN", file, .timedOut, hint: "a process waits for something that can't be interrupted")
        } catch {
            try? Files.write("THAWED", to: file)
            throw error
        }
    }

    /// Lets all processes go on.
    static func thaw(_ path: String) throws(SystemError) {
        let file = path + "/freezer.state"
        try Files.write("THAWED", to: file)
        if try isFrozen(path) {
            throw SystemError("write THAWED", file, .resourceBusy, hint: "a cgroup above it is frozen")
        }
    }

    /// Whether processes are frozen, or on the way there. Not in a cgroup that is gone.
    static func isFrozen(_ path: String) throws(SystemError) -> Bool {
        do throws(SystemError) {
            return try Files.readLine(path + "/freezer.state").hasPrefix("F")
        } catch  where error.errno == .noSuchFileOrDirectory || error.errno == .operationNotSupportedByDevice {
            return false
        }
    }
}

/// The version 2 freezer: cgroup.freeze of a cgroup, and what cgroup.events tells of it.
enum UnifiedFreezer {
    /// How long it may take until all processes are where they shall be, in milliseconds.
    private static let patience: Int64 = 5000

    /// Freezes all processes, and waits until they are. After a failure none is.
    static func freeze(_ path: String, patience: Int64 = patience) throws(SystemError) {
        do throws(SystemError) {
            try set(true, path, patience, hint: "a process waits for something that can't be interrupted")
        } catch {
            try? Files.write("0", to: path + "/cgroup.freeze")
            throw error
        }
    }

    /// Lets all processes go on.
    static func thaw(_ path: String, patience: Int64 = patience) throws(SystemError) {
        try set(false, path, patience, hint: "a cgroup above it is frozen")
    }

    private static func set(
        _ isFrozen: Bool, _ path: String, _ patience: Int64, hint: String
    ) throws(SystemError) {
        let events = try WatchedFile(path + "/cgroup.events")
        let file = path + "/cgroup.freeze"
        let value = isFrozen ? "1" : "0"
        let deadline = Deadline(milliseconds: patience)
        try Files.write(value, to: file)
        while (CgroupDirectory.counter("frozen", of: try events.read()) == 1) != isFrozen {
            let rest = deadline.rest
            if rest == 0 { throw SystemError("write \(value)", file, .timedOut, hint: hint) }
            _ = try events.waitForChange(milliseconds: rest)
        }
    }

    /// Whether all processes are frozen.
    static func isFrozen(_ path: String) -> Bool {
        CgroupDirectory.counter("frozen", in: path + "/cgroup.events") == 1
    }
}
