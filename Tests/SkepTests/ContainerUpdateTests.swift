import Glibc
import OCI
@testable import Skep
import System
import SystemPackage
import TestSupport
import Testing

@Suite("A container whose limits are changed") struct ContainerUpdateTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop()
    }

    /// Stores a container whose init is the sleeper, in a cgroup with two files.
    private func store(_ sleeper: borrowing Sleeper) throws -> Container {
        let cgroups = [
            "memory": try workshop.directory.add("memory", ["memory.limit_in_bytes": "100"]),
            "pids": try workshop.directory.add("pids", ["pids.max": "max"]),
        ]
        try workshop.store(
            "c", StateDocument(pid: sleeper.pid, startTime: try sleeper.startTime, cgroups: cgroups),
            config: workshop.spec { $0.linux?.resources = Resources(memory: .init(limit: 100)) })
        return try workshop.factory.load("c")
    }

    private func content(_ file: String) throws -> String {
        try Files.readLine(workshop.directory.path + "/" + file)
    }

    @Test("They are written and remembered, also by other factories") func update() throws {
        let sleeper = try Sleeper()
        let container = try store(sleeper)
        let other = try workshop.another().load("c")
        try container.update(Resources(pids: .init(limit: 10)))
        #expect(try content("pids/pids.max").hasPrefix("10"))
        let expected = Resources(memory: .init(limit: 100), pids: .init(limit: 10))
        #expect(container.config.linux?.resources == expected)
        #expect(try workshop.another().load("c").config.linux?.resources == expected)
        // One that was loaded before builds on it, too.
        try other.update(Resources(memory: .init(limit: 200)))
        #expect(
            try workshop.factory.load("c").config.linux?.resources
                == Resources(memory: .init(limit: 200), pids: .init(limit: 10)))
        #expect(try container.status == .running)
    }

    @Test("A failure leaves everything as it was") func failed() throws {
        let sleeper = try Sleeper()
        let container = try store(sleeper)
        let state = try content("root/c/state.json")
        let error = failure {
            try container.update(Resources(memory: .init(limit: 300), cpu: .init(shares: 5), pids: .init(limit: 5)))
        }
        #expect(error?.code == .systemError && error?.origin == "linux.resources.cpu.shares")
        #expect(try content("memory/memory.limit_in_bytes") == "100")
        #expect(try content("root/c/state.json") == state)
        #expect(try Files.list(workshop.root + "/c").sorted() == ["config.json", "state.json"])
        #expect(container.config.linux?.resources == Resources(memory: .init(limit: 100)))
    }

    @Test("If it can't be remembered, it is not done") func unremembered() throws {
        let sleeper = try Sleeper()
        let container = try store(sleeper)
        // In the place where the new state would be staged.
        mkdir(workshop.root + "/c/state.json.new", 0o700)
        #expect(failure { try container.update(Resources(memory: .init(limit: 300))) }?.errno == .isDirectory)
        #expect(try content("memory/memory.limit_in_bytes") == "100")
        rmdir(workshop.root + "/c/state.json.new")
    }

    @Test("What can't be meant is the configuration's fault") func invalid() throws {
        let sleeper = try Sleeper()
        let container = try store(sleeper)
        let error = failure { try container.update(Resources(memory: .init(swap: 50))) }
        #expect(error?.code == .configInvalid && error?.origin == "linux.resources.memory.limit")
    }

    @Test("It has stopped, or was never started") func stopped() throws {
        try workshop.store("c", StateDocument())
        let container = try workshop.factory.load("c")
        #expect(
            failure { try container.update(Resources()) }
                == ContainerError(.containerNotRunning, "container \"c\"", "is not running"))
        let new = try workshop.factory.create("d", workshop.spec())
        #expect(failure { try new.update(Resources()) }?.code == .containerNotRunning)
    }
}
