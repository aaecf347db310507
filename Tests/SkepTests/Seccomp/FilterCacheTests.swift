import Glibc
@testable import Skep
import System
import TestSupport
import Testing

@Suite("The cache of compiled filters") struct FilterCacheTests {
    private let root = TemporaryDirectory()
    private let key = Array("the key of a filter".utf8)
    private let entry = FilterCache.Entry(program: [6, .max, 0x7fff_0000 << 32 | 6], notes: ["one", "two: \"x\""])

    private var cache: FilterCache { FilterCache(root: root.path, log: nil) }
    private var folder: String { root.path + "/.cache/seccomp" }

    /// The one file of the cache, after an entry was stored.
    private func stored() throws -> String {
        cache.store(entry, for: key)
        let names = try Files.list(folder)
        try #require(names.count == 1)
        return folder + "/" + names[0]
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600).write(bytes, path: path)
    }

    @Test("What was stored is found, by its key alone") func found() throws {
        #expect(cache.find(key) == nil)
        let file = try stored()
        #expect(cache.find(key) == entry)
        #expect(cache.find(key + [0]) == nil)
        #expect(cache.find([]) == nil)
        var status = stat()
        #expect(stat(file, &status) == 0 && status.st_mode & 0o7777 == 0o600)
        #expect(stat(folder, &status) == 0 && status.st_mode & 0o7777 == 0o700)
    }

    @Test("An entry without notes") func noNotes() {
        let plain = FilterCache.Entry(program: [6], notes: [])
        cache.store(plain, for: key)
        #expect(cache.find(key) == plain)
    }

    @Test("Storing replaces") func replaced() throws {
        _ = try stored()
        let other = FilterCache.Entry(program: [7], notes: [])
        cache.store(other, for: key)
        #expect(cache.find(key) == other)
        #expect(try Files.list(folder).count == 1)
    }

    @Test("A damaged entry is none, wherever the damage is") func damaged() throws {
        let file = try stored()
        let whole = try Files.read(file)
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= 0x10
            try write(bytes, to: file)
            #expect(cache.find(key) == nil, "byte \(index)")
        }
        try write(whole, to: file)
        #expect(cache.find(key) == entry)
    }

    @Test("One that was cut short, or goes on, is none") func cut() throws {
        let file = try stored()
        let whole = try Files.read(file)
        for count in whole.indices {
            try write(Array(whole[..<count]), to: file)
            #expect(cache.find(key) == nil, "\(count) bytes")
        }
        try write(whole + [0], to: file)
        #expect(cache.find(key) == nil)
        try write(whole + whole, to: file)
        #expect(cache.find(key) == nil)
    }

    @Test("Another key's entry under this one's name is none") func foreignKey() throws {
        let file = try stored()
        let other = Array("another key, as long".utf8.prefix(key.count))
        try write(FilterEntryCoding.encode(entry, key: other), to: file)
        #expect(cache.find(key) == nil)
    }

    @Test("One that others may write to is none", arguments: [0o620, 0o602, 0o666] as [mode_t])
    func writable(mode: mode_t) throws {
        let file = try stored()
        chmod(file, mode)
        #expect(cache.find(key) == nil)
        cache.store(entry, for: key)
        #expect(cache.find(key) == entry)
    }

    @Test("One of somebody else's is none", .enabled(if: getuid() == 0, "needs root")) func foreign() throws {
        let file = try stored()
        #expect(chown(file, 1, 1) == 0)
        #expect(cache.find(key) == nil)
        cache.store(entry, for: key)
        #expect(cache.find(key) == entry)
    }

    @Test("A symbolic link, a directory or a fifo in its place is none") func otherKinds() throws {
        let file = try stored()
        try Files.rename(file, to: root.path + "/elsewhere")
        #expect(symlink(root.path + "/elsewhere", file) == 0)
        #expect(cache.find(key) == nil)
        cache.store(entry, for: key)
        #expect(cache.find(key) == entry)
        #expect(try Files.kind(of: file) == .file)

        try Files.removeFile(file)
        #expect(mkfifo(file, 0o600) == 0)
        #expect(cache.find(key) == nil)

        try Files.removeFile(file)
        #expect(mkdir(file, 0o700) == 0)
        #expect(cache.find(key) == nil)
        cache.store(entry, for: key)
        #expect(cache.find(key) == nil)
        #expect(try Files.list(folder).count == 1, "no temporary file is left")
    }

    @Test("A folder that others may write to is not used", arguments: ["/.cache", "/.cache/seccomp"])
    func writableFolder(name: String) throws {
        let file = try stored()
        chmod(root.path + name, 0o777)
        #expect(cache.find(key) == nil)
        try Files.removeFile(file)
        cache.store(entry, for: key)
        #expect(try Files.list(folder).isEmpty)
    }

    @Test("Nor one behind a symbolic link", arguments: ["/.cache", "/.cache/seccomp"])
    func linkedFolder(name: String) throws {
        _ = try stored()
        try Files.rename(root.path + name, to: root.path + "/moved")
        #expect(symlink(root.path + "/moved", root.path + name) == 0)
        #expect(cache.find(key) == nil)
    }

    @Test("A root that is not there, or is a file, is no failure") func noRoot() throws {
        for path in [root.path + "/none", "/dev/null"] {
            let cache = FilterCache(root: path, log: nil)
            cache.store(entry, for: key)
            #expect(cache.find(key) == nil)
        }
    }

    @Test("The oldest go where there are too many") func evicted() throws {
        for number in 0..<FilterCache.maximumCount + 5 {
            cache.store(entry, for: key + [UInt8(number)])
            usleep(2000)
        }
        #expect(try Files.list(folder).count == FilterCache.maximumCount)
        for number in 0..<5 { #expect(cache.find(key + [UInt8(number)]) == nil) }
        for number in 5..<FilterCache.maximumCount + 5 { #expect(cache.find(key + [UInt8(number)]) == entry) }
    }

    @Test("What an interrupted writer has left is written over") func leftOver() throws {
        _ = try stored()
        try write([1, 2, 3], to: folder + "/.new.\(getpid())")
        cache.store(entry, for: key + [1])
        #expect(cache.find(key + [1]) == entry)
        #expect(try Files.list(folder).count == 2)
    }
}
