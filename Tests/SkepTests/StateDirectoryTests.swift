import Glibc
import OCI
@testable import Skep
import System
import SystemPackage
import TestSupport
import Testing

@Suite("A container's directory") struct StateDirectoryTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop()
    }

    private func isLocked(_ directory: StateDirectory) throws -> Bool {
        try directory.lock(waiting: false) == nil
    }

    @Test("Its lock is held by one at a time") func lock() throws {
        let directory = try workshop.state("c")
        do {
            let lock = try directory.create()
            #expect(lock.number >= 0)
            #expect(try isLocked(directory))
            #expect(try isLocked(workshop.state("c")))
            withExtendedLifetime(lock.number) {}
        }
        #expect(try !isLocked(directory))
        #expect(try !isLocked(directory))
    }

    @Test("Two directories have two locks") func twoLocks() throws {
        let first = try workshop.state("a").create()
        #expect(try workshop.state("b").create().number != first.number)
    }

    @Test("The lock is waited for") func waiting() throws {
        let directory = try workshop.state("c")
        let held = try directory.create().release()
        let waiter = Background { failure { _ = try directory.lock() } }
        usleep(20_000)
        close(held)
        #expect(waiter.value() == nil)
    }

    @Test("Whoever waits for a container that is removed gets none", arguments: [true, false])
    func removedMeanwhile(isRemade: Bool) throws {
        let directory = try workshop.state("c")
        let held = try directory.create().release()
        let waiter = Background { failure { _ = try directory.lock() } }
        #expect(try isWaitedFor(held))
        try directory.remove()
        if isRemade { try workshop.directory.add("root/c") }
        close(held)
        #expect(waiter.value()?.code == .containerNotExists)
    }

    /// Whether somebody comes to wait for a lock that is held, within 10 seconds: proc_locks(5).
    private func isWaitedFor(_ held: CInt) throws -> Bool {
        var status = stat()
        #expect(fstat(held, &status) == 0)
        for _ in 1...1000 {
            let locks = String(decoding: try Files.read("/proc/locks"), as: UTF8.self).split(separator: "\n")
            let inode = ":\(status.st_ino) "
            if locks.contains(where: { $0.contains("-> FLOCK") && $0.contains(inode) }) { return true }
            usleep(10_000)
        }
        return false
    }

    @Test("Nothing to lock") func missing() throws {
        let directory = try workshop.state("c")
        #expect(failure { _ = try directory.lock() }?.code == .containerNotExists)
        #expect(
            failure { _ = try directory.lock(waiting: false) }?.code == .containerNotExists
        )
    }

    @Test("A link is not followed") func link() throws {
        try workshop.directory.add("elsewhere")
        symlink(workshop.directory.path + "/elsewhere", workshop.root + "/c")
        let directory = try workshop.state("c")
        let error = failure { _ = try directory.lock() }
        #expect(error != nil)
    }

    @Test("Files appear whole, or not at all") func staged() throws {
        let directory = try workshop.state("c")
        _ = try directory.create()
        try directory.stage(Array("one".utf8), for: directory.statePath)
        #expect(try Files.list(directory.path) == ["state.json.new"])
        try directory.commit(directory.statePath)
        #expect(try Files.list(directory.path) == ["state.json"])
        try directory.stage(Array("2".utf8), for: directory.statePath)
        #expect(try workshop.directory.content("root/c/state.json") == "one")
        try directory.commit(directory.statePath)
        #expect(try workshop.directory.content("root/c/state.json") == "2")
        let error = failure { try directory.commit(directory.statePath) }
        #expect(error?.code == .systemError && error?.operation == "rename" && error?.origin == "container \"c\"")
    }

    @Test("A longer file that was staged before leaves no trace") func stagedAgain() throws {
        let directory = try workshop.state("c")
        _ = try directory.create()
        try directory.stage(Array("longer".utf8), for: directory.statePath)
        try directory.stage(Array("x".utf8), for: directory.statePath)
        try directory.commit(directory.statePath)
        #expect(try workshop.directory.content("root/c/state.json") == "x")
    }

    @Test("Removed with all that is in it, also twice") func remove() throws {
        let directory = try workshop.state("c")
        try workshop.directory.add("root/c", ["config.json": "", "state.json": "", "x": ""])
        mkfifo(directory.fifoPath, 0o600)
        #expect(try directory.isWaiting())
        try directory.remove()
        #expect(try workshop.ids() == [])
        #expect(try !directory.isWaiting())
        try directory.remove()
    }

    @Test("Where things are") func paths() throws {
        let directory = try workshop.state("c")
        #expect(directory.id == "c")
        #expect(directory.path == workshop.root + "/c")
        #expect(directory.configPath == workshop.root + "/c/config.json")
        #expect(directory.statePath == workshop.root + "/c/state.json")
        #expect(directory.fifoPath == workshop.root + "/c/exec.fifo")
    }
}
