public import Glibc
internal import SystemPackage

/// Files and directories by path: one call each, with the path in the error.
public enum Files {
    /// The whole of a file: see `Descriptor.readToEnd`.
    public static func read(
        _ path: String, limit: Int = 64 << 20, isWhole: Bool = false, in directory: CInt = AT_FDCWD
    ) throws(SystemError) -> [UInt8] {
        try Descriptor.open(path, O_RDONLY, in: directory).readToEnd(limit: limit, isWhole: isWhole, path: path)
    }

    /// The whole of a small text file, without its trailing newline.
    public static func readLine(_ path: String) throws(SystemError) -> String {
        var bytes = try read(path, limit: 1 << 20, isWhole: true)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes `text` to an existing file in one call, as the kernel's control files want it.
    public static func write(_ text: String, to path: String) throws(SystemError) {
        let file = try Descriptor.open(path, O_WRONLY)
        let length = text.utf8.count
        do {
            _ = try systemCall(text) { Glibc.write(file.number, $0, length) }
        } catch {
            throw SystemError("write \(text)", path, error)
        }
    }

    /// Makes a directory. False if something of that name is there already.
    public static func makeDirectory(_ path: String, mode: UInt32) throws(SystemError) -> Bool {
        do {
            _ = try systemCall(path) { mkdir($0, mode) }
            return true
        } catch {
            if error == .fileExists { return false }
            throw SystemError("mkdir", path, error)
        }
    }

    /// Makes a directory and what is missing above it.
    public static func makeDirectories(_ path: String, mode: UInt32) throws(SystemError) {
        do {
            _ = try makeDirectory(path, mode: mode)
        } catch  where error.errno == .noSuchFileOrDirectory {
            let parent = Paths.parent(of: path)
            if parent.isEmpty || parent == path { throw error }
            try makeDirectories(parent, mode: mode)
            _ = try makeDirectory(path, mode: mode)
        }
    }

    /// Removes a file. False if it is not there.
    @discardableResult
    public static func removeFile(_ path: String, in directory: CInt = AT_FDCWD) throws(SystemError) -> Bool {
        try remove(path, in: directory, flags: 0)
    }

    /// Removes an empty directory. False if it is not there.
    @discardableResult
    public static func removeDirectory(_ path: String) throws(SystemError) -> Bool {
        try remove(path, in: AT_FDCWD, flags: AT_REMOVEDIR)
    }

    @discardableResult
    private static func remove(
        _ name: String, in directory: CInt, flags: CInt, path: String? = nil
    ) throws(SystemError) -> Bool {
        do {
            _ = try systemCall(name) { unlinkat(directory, $0, flags) }
            return true
        } catch {
            if error == .noSuchFileOrDirectory { return false }
            throw SystemError(flags == 0 ? "unlink" : "rmdir", path ?? name, error)
        }
    }

    /// Removes a file, or a directory with all that is in it, and says nothing of what is not there. No symbolic link is
    /// followed, also not one that takes a directory's place meanwhile. A directory that is mounted on fails, and keeps
    /// what it holds.
    public static func removeAll(_ path: String) throws(SystemError) {
        try removeAll(path, in: AT_FDCWD, path: path)
    }

    private static func removeAll(_ name: String, in directory: CInt, path: String) throws(SystemError) {
        do {
            try remove(name, in: directory, flags: 0, path: path)
        } catch  where error.errno == .isDirectory {
            do {
                // Asked first: of a directory that is mounted on this fails in another way.
                try remove(name, in: directory, flags: AT_REMOVEDIR, path: path)
            } catch  where error.errno == .directoryNotEmpty {
                let held = try Descriptor.open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, in: directory)
                for entry in try list(held, path: path) {
                    try removeAll(entry, in: held.number, path: path + "/" + entry)
                }
                try remove(name, in: directory, flags: AT_REMOVEDIR, path: path)
            }
        }
    }

    private static func list(_ directory: borrowing Descriptor, path: String) throws(SystemError) -> [String] {
        let number = directory.number
        let own = try Descriptor.open(".", O_RDONLY | O_DIRECTORY, in: number)
        guard let stream = fdopendir(own.number) else { throw SystemError("fdopendir", path, currentErrno()) }
        _ = own.release()
        return try list(stream, path) { _ in true }
    }

    /// Gives a file another name, in place of whatever has it.
    public static func rename(_ path: String, to other: String) throws(SystemError) {
        do {
            _ = try systemCall(path) { path in other.withCString { Glibc.rename(path, $0) } }
        } catch {
            throw SystemError("rename", other, error)
        }
    }

    /// The names in a directory, without "." and "..", in no particular order.
    public static func list(_ path: String) throws(SystemError) -> [String] {
        try list(path) { _ in true }
    }

    /// The names of the directories in a directory of a virtual file system, which says at once which they are.
    public static func listDirectories(_ path: String) throws(SystemError) -> [String] {
        try list(path) { Int32($0.d_type) == Int32(DT_DIR) }
    }

    private static func list(_ path: String, where isWanted: (dirent) -> Bool) throws(SystemError) -> [String] {
        guard let stream = path.withCString({ opendir($0) }) else { throw SystemError("opendir", path, currentErrno()) }
        return try list(stream, path, where: isWanted)
    }

    /// Closes the stream.
    private static func list(
        _ stream: OpaquePointer, _ path: String, where isWanted: (dirent) -> Bool
    ) throws(SystemError) -> [String] {
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            Glibc.errno = 0
            guard let entry = readdir(stream) else {
                if Glibc.errno != 0 { throw SystemError("readdir", path, currentErrno()) }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." && isWanted(entry.pointee) { names.append(name) }
        }
    }

    /// What kind of thing a path names, without following a symbolic link in its last component; nil if nothing.
    public static func kind(of path: String) throws(SystemError) -> Kind? {
        var status = stat()
        do {
            _ = try systemCall(path) { lstat($0, &status) }
        } catch {
            if error == .noSuchFileOrDirectory { return nil }
            throw SystemError("lstat", path, error)
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return .directory
        case S_IFREG: return .file
        case S_IFLNK: return .symbolicLink
        default: return .other
        }
    }

    /// What `kind(of:)` tells apart.
    public enum Kind: Sendable {
        case directory, file, symbolicLink, other
    }

    /// Whether a path exists, symbolic links followed.
    public static func exists(_ path: String) -> Bool {
        path.withCString { access($0, F_OK) } == 0
    }
}
