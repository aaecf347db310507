import Glibc
internal import CLinux
internal import Netlink
internal import OCI
internal import System
internal import SystemPackage

/// A container's directory: `<root>/<id>`, mode 0700.
///
///     config.json   the configuration as it was given, tab-indented
///     state.json    what later commands need; there once the container is created
///     exec.fifo     while the init waits: a byte on it lets the init go
///     exec.report   likewise: what goes wrong between that byte and the user's program
///     network.json  what the launch changed in the host's network, if anything
///     netns         the container's network namespace, where devices of the host's are in it: a mount
///     notify/       where a container's sd_notify messages arrive, if the host wants them
///
/// state.json and network.json end with a checksum of their own, and state.json has config.json's: damage is an error, not
/// another container's pid. `delete --force` goes by config.json alone then.
///
/// Whoever changes something holds the directory's lock (flock), which ends with its process. A directory without
/// state.json belongs to a create that is at work, or, if nobody holds the lock, to one that was interrupted.
struct StateDirectory: Sendable {
    let id: String
    let path: String

    init(root: String, id: ContainerID) {
        self.id = id.description
        path = Paths.join(root, id.description)
    }

    var configPath: String { path + "/config.json" }
    var statePath: String { path + "/state.json" }
    var fifoPath: String { path + "/exec.fifo" }
    var reportPath: String { path + "/exec.report" }
    var notifyPath: String { path + "/notify" }
    var networkPath: String { path + "/network.json" }
    var networkNamespacePath: String { path + "/netns" }

    /// Makes the directory, and locks it. Of two that try, one gets `idInUse`.
    func create() throws(ContainerError) -> Descriptor {
        let isNew = try converting(origin: "container \"\(id)\"") { () throws(SystemError) in
            try Files.makeDirectory(path, mode: 0o700)
        }
        if !isNew { throw ContainerError(.idInUse, "container \"\(id)\"", "exists already") }
        do {
            return try lock()
        } catch {
            _ = try? Files.removeDirectory(path)
            throw error
        }
    }

    /// Waits for the lock, for as long as the descriptor lives.
    ///
    /// - Throws: `containerNotExists`, also if the container went away meanwhile.
    func lock() throws(ContainerError) -> Descriptor {
        guard let lock = try lock(waiting: true) else { throw .notExists(id) }
        return lock
    }

    /// Takes the lock; nil if another has it and `waiting` is false.
    func lock(waiting: Bool) throws(ContainerError) -> Descriptor? {
        let directory = try openDirectory()
        do {
            _ = try systemCall { skep_linux_lock(directory.number, waiting) }
        } catch {
            if error == .wouldBlock && !waiting { return nil }
            throw ContainerError(SystemError("flock", path, error))
        }
        // Whoever held it before may have removed the directory.
        if try !isStill(directory) { throw .notExists(id) }
        return directory
    }

    private func openDirectory() throws(ContainerError) -> Descriptor {
        do {
            return try Descriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { throw .notExists(id) }
            throw ContainerError(error)
        }
    }

    /// Whether the path still leads to the directory that `anchor` is open on. While it is open, no other directory
    /// can come to have its inode number.
    func isStill(_ anchor: borrowing Descriptor) throws(ContainerError) -> Bool {
        var held = stat(), there = stat()
        do {
            _ = try systemCall { fstat(anchor.number, &held) }
            _ = try systemCall(path) { lstat($0, &there) }
        } catch {
            if error == .noSuchFileOrDirectory || error == .notDirectory { return false }
            throw ContainerError(SystemError("stat", path, error))
        }
        return held.st_ino == there.st_ino && held.st_dev == there.st_dev
    }

    /// Whether nothing has its name.
    func isGone() throws(ContainerError) -> Bool {
        try converting { () throws(SystemError) in try Files.kind(of: path) == nil }
    }

    /// Opens the directory only to tell it from others: see `isStill`.
    func anchor() throws(ContainerError) -> Descriptor {
        do {
            return try Descriptor.openDirectory(path)
        } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { throw .notExists(id) }
            throw ContainerError(error)
        }
    }

    /// Writes a file under another name: `commit` makes it what it is called.
    func stage(_ bytes: [UInt8], for file: String) throws(ContainerError) {
        let temporary = file + ".new"
        try converting(origin: "container \"\(id)\"") { () throws(SystemError) in
            let new = try Descriptor.open(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
            do throws(SystemError) {
                try new.write(bytes, path: temporary)
            } catch {
                _ = try? Files.removeFile(temporary)
                throw error
            }
        }
    }

    /// Puts a staged file in its place, whole.
    func commit(_ file: String) throws(ContainerError) {
        try converting(origin: "container \"\(id)\"") { () throws(SystemError) in
            try Files.rename(file + ".new", to: file)
        }
    }

    /// Reads state.json. Nil if it is not there.
    ///
    /// - Throws: `systemError` for one that is damaged.
    func readState() throws(ContainerError) -> StoredState? {
        guard let bytes = try read(statePath) else { return nil }
        let reason: String
        do {
            let state = try StoredState(parsing: bytes)
            if !Checksum.isSealed(bytes) {
                reason = Self.damage
            } else if state.id != id {
                reason = "is of container \"\(state.id)\""
            } else {
                return state
            }
        } catch {
            reason = error.description
        }
        throw ContainerError(
            .systemError, statePath, reason, hint: "\"delete --force\" removes what is left of the container")
    }

    private static let damage = "is damaged: its checksum is another"

    /// Reads network.json. Nil if it is not there.
    ///
    /// - Throws: `systemError` for one that is damaged.
    func readNetworkRecord() throws(ContainerError) -> NetworkRecord? {
        if !Files.exists(networkPath) { return nil }
        guard let bytes = try read(networkPath) else { return nil }
        let record: NetworkRecord
        do {
            record = try NetworkRecord(parsing: bytes)
        } catch {
            throw ContainerError(error, path: networkPath, code: .systemError)
        }
        if Checksum.isSealed(bytes) { return record }
        throw ContainerError(.systemError, networkPath, Self.damage)
    }

    /// Reads config.json.
    ///
    /// - Parameter checksum: what it has to have; nil takes any.
    /// - Returns: the configuration.
    /// - Throws: `containerNotExists` if it is missing, `configInvalid` if it is damaged.
    func readConfiguration(checksum: UInt64? = nil) throws(ContainerError) -> Spec {
        guard let bytes = try read(configPath) else { throw .notExists(id) }
        let spec: Spec
        do {
            spec = try Spec(parsing: bytes)
        } catch {
            throw ContainerError(error, path: configPath)
        }
        guard let checksum, checksum != Checksum.of(bytes[...]) else { return spec }
        throw ContainerError(.configInvalid, configPath, Self.damage)
    }

    /// What is in the file's place instead is neither waited for nor followed elsewhere.
    private func read(_ file: String) throws(ContainerError) -> [UInt8]? {
        do {
            return try Descriptor.open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
                .readToEnd(limit: JSONDocument.maximumSize, isWhole: true, path: file)
        } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return nil }
            throw ContainerError(error, origin: "container \"\(id)\"")
        }
    }

    /// Whether the init waits to be told to go.
    func isWaiting() throws(ContainerError) -> Bool {
        try converting(origin: "container \"\(id)\"") { () throws(SystemError) in try Files.kind(of: fifoPath) != nil }
    }

    /// Removes the directory with all that is in it. A mount inside, but for that of the network namespace, is left, and
    /// so is what it holds.
    func remove() throws(ContainerError) {
        try converting(origin: "container \"\(id)\"") { () throws(SystemError) in
            for name in try names() {
                if name == "netns" { _ = try? NetworkNamespace.unpin(networkNamespacePath) }
                try Files.removeAll(path + "/" + name)
            }
            try Files.removeDirectory(path)
        }
    }

    private func names() throws(SystemError) -> [String] {
        do {
            return try Files.list(path)
        } catch {
            if error.errno == .noSuchFileOrDirectory { return [] }
            throw error
        }
    }
}
