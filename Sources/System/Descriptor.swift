internal import CLinux
public import Glibc
internal import SystemPackage

/// The one owner of a file descriptor: closes it when it goes out of scope.
public struct Descriptor: ~Copyable, Sendable {
    /// The number, lent for a call: it must not outlive the owner.
    public let number: CInt

    /// Takes over an open descriptor.
    public init(owning number: CInt) {
        self.number = number
    }

    deinit {
        // On Linux the descriptor is gone whatever close answers.
        _ = Glibc.close(number)
    }

    /// Gives the descriptor up: whoever takes the number closes it.
    public consuming func release() -> CInt {
        let number = number
        discard self
        return number
    }
}

extension Descriptor {
    /// Opens a file; close-on-exec always.
    ///
    /// - Parameters:
    ///   - path: the file, relative to `directory` unless it is absolute.
    ///   - flags: open(2)'s O_ flags.
    ///   - mode: the permissions of a file that is made.
    ///   - directory: an open directory; by default the working directory.
    /// - Returns: the descriptor.
    /// - Throws: what open(2) failed with.
    public static func open(
        _ path: String, _ flags: CInt, mode: UInt32 = 0, in directory: CInt = AT_FDCWD
    ) throws(SystemError) -> Descriptor {
        do {
            return Descriptor(
                owning: try systemCall(path) { openat(directory, $0, flags | O_CLOEXEC, mode) })
        } catch {
            throw SystemError("open", path, error)
        }
    }

    /// Opens a directory only to refer to it: O_PATH, which needs no permission to read it.
    public static func openDirectory(_ path: String, in directory: CInt = AT_FDCWD) throws(SystemError) -> Descriptor {
        try open(path, CInt(SKEP_LINUX_O_PATH) | O_DIRECTORY, in: directory)
    }

    /// What fstat(2) tells of the file.
    ///
    /// - Throws: what it failed with, about `path`.
    public borrowing func status(path: @autoclosure () -> String) throws(SystemError) -> stat {
        var status = stat()
        let number = number
        do {
            _ = try systemCall { fstat(number, &status) }
        } catch {
            throw SystemError("fstat", path(), error)
        }
        return status
    }

    /// Writes all of `bytes`.
    ///
    /// - Throws: what write(2) failed with, about `path`.
    public borrowing func write(_ bytes: [UInt8], path: @autoclosure () -> String) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let wrote = bytes[done...].withUnsafeBytes { (rest) -> Result<Int, Errno> in
                Result { () throws(Errno) in try systemCall { Glibc.write(number, rest.baseAddress, rest.count) } }
            }
            do {
                done += try wrote.get()
            } catch {
                throw SystemError("write", path(), error)
            }
        }
    }

    /// Reads to the end of the file. One of more than `limit` bytes fails with EFBIG.
    ///
    /// - Parameters:
    ///   - limit: how long it may be.
    ///   - isWhole: whether it comes as a whole, so that a read of less than was asked for is the last: as of a regular
    ///     file, or one that the kernel makes up and that is no list. It saves a call.
    ///   - path: what an error names.
    /// - Returns: what is in it.
    /// - Throws: what read(2) failed with.
    public borrowing func readToEnd(
        limit: Int = 64 << 20, isWhole: Bool = false, path: @autoclosure () -> String
    ) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = 4096
        while true {
            let start = bytes.count
            let wanted = chunk
            let isOver: Bool
            do {
                let got = try appendRead(to: &bytes, atMost: wanted)
                isOver = got == 0 || isWhole && got < wanted
            } catch {
                throw SystemError("read", path(), error)
            }
            if bytes.count > limit { throw SystemError("read", path(), .fileTooLarge) }
            if isOver { return bytes }
            if bytes.count - start == chunk { chunk = min(chunk * 4, 1 << 20) }
        }
    }

    /// Reads the whole file once more: what a virtual file says now.
    public borrowing func readFromStart(path: @autoclosure () -> String) throws(SystemError) -> [UInt8] {
        do {
            _ = try systemCall { lseek(number, 0, SEEK_SET) }
        } catch {
            throw SystemError("lseek", path(), error)
        }
        return try readToEnd(path: path())
    }

    private borrowing func appendRead(to bytes: inout [UInt8], atMost count: Int) throws(Errno) -> Int {
        var outcome = Result<Int, Errno>.success(0)
        withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { buffer in
            outcome = Result { () throws(Errno) in
                try systemCall { Glibc.read(number, buffer.baseAddress, count) }
            }
            if case .success(let got) = outcome { bytes.append(contentsOf: buffer[..<got]) }
        }
        return try outcome.get()
    }
}
