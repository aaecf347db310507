import Glibc
internal import CLinux
internal import System
internal import SystemPackage

/// What is done alike to a cgroup's directory in every version.
enum CgroupDirectory {
    /// How often the removal of a busy cgroup is tried, and the pause between tries in microseconds: 5 s in all.
    private static let removalAttempts = 500
    private static let removalPause: UInt32 = 10_000

    /// How often processes that have been killed are looked for again, 1 ms apart.
    private static let killAttempts = 5000

    /// Makes a cgroup. One that exists is taken over, if no process lives in it but for the one that it is for.
    static func make(_ path: String, for pid: Int32? = nil) throws(SystemError) {
        do {
            if try Files.makeDirectory(path, mode: 0o755) { return }
        } catch  where error.errno == .noSuchFileOrDirectory {
            do {
                return try Files.makeDirectories(path, mode: 0o755)
            } catch {
                throw refused(error)
            }
        } catch {
            throw refused(error)
        }
        if try allProcesses(in: path).allSatisfy({ $0 == pid }) { return }
        throw SystemError(
            "use", path, .resourceBusy, property: "linux.cgroupsPath",
            hint: "the cgroup exists and has processes in it; choose another or end them")
    }

    private static func refused(_ error: SystemError) -> SystemError {
        let way = "or do without by --cgroup-manager disabled"
        let hint: String? =
            switch error.errno {
            case .permissionDenied, .notPermitted:
                "this user may not make cgroups there; have it handed over (systemd: Delegate=yes), \(way)"
            case .readOnlyFileSystem: "cgroups are mounted read-only, as in a container; have them writable, \(way)"
            default: nil
            }
        return error.blaming("linux.cgroupsPath", hint: hint)
    }

    /// The processes in a cgroup; none if it does not exist.
    static func processes(in path: String) throws(SystemError) -> [Int32] {
        do {
            return try Files.read(path + "/cgroup.procs").split(separator: UInt8(ascii: "\n")).compactMap {
                Int32(String(decoding: $0, as: UTF8.self))
            }
        } catch  where error.errno == .noSuchFileOrDirectory || error.errno == .operationNotSupportedByDevice {
            return []
        } catch  where error.errno == .notSupported {
            return []  // a threaded cgroup lists its processes at its root
        }
    }

    /// The processes in a cgroup and in all below it.
    static func allProcesses(in path: String) throws(SystemError) -> [Int32] {
        var all = try processes(in: path)
        for child in try children(of: path) { all += try allProcesses(in: child) }
        return all
    }

    /// The cgroups directly below.
    static func children(of path: String) throws(SystemError) -> [String] {
        do {
            var children: [String] = []
            for name in try Files.listDirectories(path) { children.append(path + "/" + name) }
            return children
        } catch  where error.errno == .noSuchFileOrDirectory {
            return []
        }
    }

    /// Removes a cgroup and those below it. Processes that are still in them are killed, and on their way out keep
    /// them busy for a while.
    static func remove(_ path: String) throws(SystemError) {
        for attempt in 1...removalAttempts {
            do {
                try Files.removeDirectory(path)
                return
            } catch  where error.errno == .resourceBusy {
                if attempt == removalAttempts {
                    throw SystemError("rmdir", path, .resourceBusy, hint: stillIn(try allProcesses(in: path)))
                }
            }
            if attempt == 1 { try kill(path) }
            for child in try children(of: path) { try remove(child) }
            if attempt > 1 { usleep(removalPause) }
        }
    }

    /// Removes a cgroup if nothing is in it. True if it is gone.
    static func discard(_ path: String) -> Bool {
        (try? Files.removeDirectory(path)) != nil
    }

    /// Kills all processes in a cgroup and below: at once where the kernel can (cgroup.kill, 5.14), else round by
    /// round until none is left.
    static func kill(_ path: String) throws(SystemError) {
        do {
            return try Files.write("1", to: path + "/cgroup.kill")
        } catch  where error.errno == .noSuchFileOrDirectory {}
        var alive: [Int32] = []
        for _ in 1...killAttempts {
            alive = try allProcesses(in: path)
            if alive.isEmpty { return }
            for pid in alive { _ = try ProcessHandle.open(pid: pid)?.signal(SIGKILL) }
            usleep(1000)
        }
        throw SystemError("kill", path, .resourceBusy, hint: stillIn(alive))
    }

    private static func stillIn(_ processes: [Int32]) -> String {
        "these processes are still in it: \(processes); a cgroup above may be frozen"
    }

    /// The number behind `key` in a file of "key number" lines; nil if there is none, or no such file.
    static func counter(_ key: String, in path: String) -> Int? {
        (try? Files.read(path)).flatMap { counter(key, of: $0) }
    }

    /// The same of a file's content.
    static func counter(_ key: String, of bytes: [UInt8]) -> Int? {
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "))
            if fields.count == 2 && fields[0].elementsEqual(key.utf8) {
                return Int(String(decoding: fields[1], as: UTF8.self))
            }
        }
        return nil
    }
}
