import Glibc
internal import CLinux
internal import CPlan
internal import System
internal import SystemPackage

/// The two fifos between a waiting init and the command that lets it go.
///
/// The init holds the read end of exec.fifo, where a byte means "go", and exec.report, which it closes by becoming
/// the user's program, or writes to when it can't.
enum ExecFifo {
    /// The init's ends.
    struct Ends: ~Copyable {
        let go: Descriptor
        let report: Descriptor
    }

    /// Makes both, for a container to be created.
    static func make(in directory: StateDirectory) throws(SystemError) -> Ends {
        for path in [directory.fifoPath, directory.reportPath] {
            do {
                _ = try systemCall(path) { mkfifo($0, 0o600) }
            } catch {
                throw SystemError("mkfifo", path, error)
            }
        }
        // Read and write: one that can only be read has come to its end, again and again, once a start has opened the
        // other end and closed it; one that can only be written to can't be opened before there is a reader.
        return Ends(
            go: try Descriptor.open(directory.fifoPath, O_RDWR),
            report: try Descriptor.open(directory.reportPath, O_RDWR))
    }

    /// Lets the init go, and waits until it has become the user's program.
    ///
    /// - Returns: the report of what went wrong instead; nil for success.
    /// - Throws: `containerNotRunning` if there is no init waiting.
    static func release(in directory: StateDirectory) throws(ContainerError) -> skep_report? {
        do throws(SystemError) {
            // Which only succeeds if somebody holds the other end: else the report would be waited for in vain.
            _ = try open(directory.reportPath, O_WRONLY)
            _ = try open(directory.fifoPath, O_WRONLY)
            let report = try open(directory.reportPath, O_RDONLY)
            // Read and write: an init that is killed by now leaves it a reader, so that no SIGPIPE is raised.
            let go = try open(directory.fifoPath, O_RDWR)
            // Before the init goes: where nothing can be removed, the container would look as if it had not.
            try Files.removeFile(directory.reportPath)
            try go.write([0], path: directory.fifoPath)
            try Files.removeFile(directory.fifoPath)
            if let report = try waitForReport(report, path: directory.reportPath) { return report }
            // The init has let the report go: as the user's program, or killed before it was told to.
            if try wait(for: go, milliseconds: 0, path: directory.fifoPath) {
                throw SystemError("write", directory.fifoPath, .noSuchAddressOrDevice)
            }
            return nil
        } catch {
            if error.errno == .noSuchAddressOrDevice {  // nobody holds the other end
                throw ContainerError(
                    .containerNotRunning, "container \"\(directory.id)\"", "its init process is gone")
            }
            throw ContainerError(error)
        }
    }

    /// What is in a fifo's place instead is not written to.
    private static func open(_ path: String, _ flags: CInt) throws(SystemError) -> Descriptor {
        let descriptor = try Descriptor.open(path, flags | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY)
        if try descriptor.status(path: path).st_mode & S_IFMT == S_IFIFO { return descriptor }
        throw SystemError("open", path, .invalidArgument, hint: "it is no fifo")
    }

    private static func waitForReport(
        _ end: borrowing Descriptor, path: String
    ) throws(SystemError) -> skep_report? {
        _ = try wait(for: end, milliseconds: -1, path: path)
        do {
            var report = skep_report()
            let number = end.number
            let got = try systemCall { Glibc.read(number, &report, MemoryLayout<skep_report>.size) }
            return got == MemoryLayout<skep_report>.size ? report : nil
        } catch {
            throw SystemError("read", path, error)
        }
    }

    /// Whether there is something to read, or the other end is closed, within the time; -1 is for ever.
    private static func wait(
        for end: borrowing Descriptor, milliseconds: CInt, path: String
    ) throws(SystemError) -> Bool {
        var waiting = pollfd(fd: end.number, events: Int16(POLLIN), revents: 0)
        do {
            return try systemCall { poll(&waiting, 1, milliseconds) } > 0
        } catch {
            throw SystemError("poll", path, error)
        }
    }
}
