import Glibc
internal import System
internal import SystemPackage

/// Compiled filters, each in a file of `<root>/.cache/seccomp` that is named for a hash of what it was compiled from.
///
///     magic | sizes of key, notes, program | key | notes | program | checksum
///
/// An entry is believed if it is the caller's own, nobody else may write to it, all of it is there, and its key is the
/// one that is looked for, byte by byte. Anything else is as good as none: it is compiled again. And nothing that goes
/// wrong here is more than a line in the debug log.
struct FilterCache {
    /// What lies beside the containers' directories.
    static let directoryName = ".cache"

    private let root: String
    private let log: MessageLog?

    /// A compiled filter.
    struct Entry: Equatable {
        var program: [UInt64]
        /// What there was to say about its configuration.
        var notes: [String]
    }

    init(root: String, log: MessageLog?) {
        self.root = root
        self.log = log
    }

    /// The entry of a key; nil if there is none to be believed.
    func find(_ key: [UInt8]) -> Entry? {
        do throws(SystemError) {
            let directory = try open(makingIt: false)
            let name = Self.name(of: key)
            let file = try Descriptor.open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, in: directory.number)
            try Self.check(file, S_IFREG, name)
            let bytes = try file.readToEnd(limit: FilterEntryCoding.maximumSize, path: name)
            if let entry = FilterEntryCoding.decode(bytes, key: key) { return entry }
            log?.debug("the compiled filter \(name) is damaged, or another's")
        } catch {
            if error.errno != .noSuchFileOrDirectory { say(error) }
        }
        return nil
    }

    /// Keeps an entry, in place of whatever has its name.
    func store(_ entry: Entry, for key: [UInt8]) {
        do throws(SystemError) {
            let directory = try open(makingIt: true)
            try Self.write(FilterEntryCoding.encode(entry, key: key), to: Self.name(of: key), in: directory)
            try evict(from: directory)
        } catch {
            say(error)
        }
    }

    private static func write(
        _ bytes: [UInt8], to name: String, in directory: borrowing Descriptor
    ) throws(SystemError) {
        let temporary = temporaryPrefix + decimal(getpid()), number = directory.number
        try Files.removeFile(temporary, in: number)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
        do throws(SystemError) {
            try Descriptor.open(temporary, flags, mode: 0o600, in: number).write(bytes, path: temporary)
            if renameat(number, temporary, number, name) < 0 {
                throw SystemError("rename", name, Errno(rawValue: errno))
            }
        } catch {
            try Files.removeFile(temporary, in: number)
            throw error
        }
    }

    private func say(_ error: SystemError) {
        log?.debug("filters are not kept: \(ContainerError(error))")
    }

    // MARK: The directory

    private func open(makingIt: Bool) throws(SystemError) -> Descriptor {
        var directory = try Descriptor.openDirectory(root)
        for name in [Self.directoryName, "seccomp"] {
            if makingIt && mkdirat(directory.number, name, 0o700) < 0 && errno != EEXIST {
                throw SystemError("mkdir", name, Errno(rawValue: errno))
            }
            let next = try Descriptor.open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, in: directory.number)
            try Self.check(next, S_IFDIR, name)
            directory = next
        }
        return directory
    }

    /// Demands that nobody but the caller can have had a hand in it.
    private static func check(
        _ descriptor: borrowing Descriptor, _ kind: mode_t, _ path: String
    ) throws(SystemError) {
        let status = try descriptor.status(path: path)
        if status.st_mode & S_IFMT != kind || status.st_uid != geteuid() || status.st_mode & 0o022 != 0 {
            throw SystemError("open", path, .notPermitted, hint: "it is not the caller's alone")
        }
    }

    // MARK: What is kept

    /// How many filters are kept; a machine has a handful of profiles.
    static let maximumCount = 64
    private static let temporaryPrefix = ".new."

    /// Removes the oldest beyond the maximum, and what interrupted writers have left.
    private func evict(from directory: borrowing Descriptor) throws(SystemError) {
        let names = try Files.list(root + "/" + Self.directoryName + "/seccomp")
        if names.count <= Self.maximumCount { return }
        var ages: [(seconds: Int, nanoseconds: Int, name: String)] = []
        for name in names {
            var status = stat()
            if fstatat(directory.number, name, &status, AT_SYMLINK_NOFOLLOW) < 0 { continue }
            ages.append((status.st_mtim.tv_sec, status.st_mtim.tv_nsec, name))
        }
        ages.sort { ($0.seconds, $0.nanoseconds) < ($1.seconds, $1.nanoseconds) }
        for old in ages.dropLast(Self.maximumCount) { try Files.removeFile(old.name, in: directory.number) }
    }

    private static func name(of key: [UInt8]) -> String {
        String(decoding: Checksum.digits(Checksum.of(key[...])), as: UTF8.self)
    }
}
