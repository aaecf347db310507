import Glibc
import OCI
@testable import Skep
import System
import TestSupport
import Testing

@Suite("What a container uses") struct StatisticsTests {
    static let devices = """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
            lo:     168       2    0    0    0     0          0         0      168       2    0    0    0     0       0          0
        eth0:1:     1 2 3 4 5 6 7 8 11 12 13 14 15 16 17 18
          short: 1 2 3

        """

    @Test("Network interfaces") func devices() throws {
        let interfaces = NetworkDevices.parse(Array(Self.devices.utf8))
        #expect(interfaces.map(\.name) == ["lo", "eth0:1"])
        #expect(interfaces[0].received.bytes == 168 && interfaces[0].sent.packets == 2)
        let (received, sent) = (interfaces[1].received, interfaces[1].sent)
        #expect(received.bytes == 1 && received.packets == 2 && received.errors == 3 && received.dropped == 4)
        #expect(sent.bytes == 11 && sent.packets == 12 && sent.errors == 13 && sent.dropped == 14)
    }

    @Test("Of a process that is gone there are none") func gone() {
        #expect(NetworkDevices.read(pid: 5_000_000).isEmpty)
    }

    /// A container whose init is the sleeper, in a cgroup that counts memory.
    private func store(_ sleeper: borrowing Sleeper, in workshop: Workshop) throws -> Container {
        let cgroup = try workshop.directory.add(
            "m", ["memory.oom_control": "", "cgroup.event_control": "", "memory.usage_in_bytes": "42\n"])
        try workshop.store(
            "c",
            StateDocument(pid: sleeper.pid, startTime: try sleeper.startTime, cgroups: ["memory": cgroup]))
        return try workshop.factory.load("c")
    }

    @Test("Of a container that runs") func running() throws {
        let workshop = try Workshop()
        let sleeper = try Sleeper()
        let statistics = try store(sleeper, in: workshop).stats()
        #expect(statistics.memory.usage.usage == 42)
        #expect(statistics.networkInterfaces.contains { $0.name == "lo" })
    }

    @Test("Of one that has stopped or was never started there are none") func stopped() throws {
        let workshop = try Workshop()
        try workshop.store("c", StateDocument())
        let expected = ContainerError(.containerNotRunning, "container \"c\"", "is not running")
        #expect(failure { _ = try workshop.factory.load("c").stats() } == expected)
        #expect(failure { _ = try workshop.factory.stored("c").watch() } == expected)
        let new = try workshop.factory.create("d", workshop.spec())
        #expect(failure { _ = try new.stats() }?.code == .containerNotRunning)
    }

    @Test("A watch tells of deadlines and of the end") func watch() throws {
        let workshop = try Workshop()
        let sleeper = try Sleeper()
        _ = try store(sleeper, in: workshop)
        var watch = try workshop.factory.stored("c").watch()
        #expect(try watch.next(until: Deadline(milliseconds: 5)) == .deadline)
        kill(sleeper.pid, SIGKILL)
        #expect(try watch.next(until: Deadline(milliseconds: 10_000)) == .ended)
        #expect(try watch.next(until: Deadline(milliseconds: 0)) == .ended)
    }
}
