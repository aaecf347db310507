import Glibc
import OCI
@testable import Skep
import System
import SystemPackage
import TestSupport
import Testing

/// Containers as a launch leaves them, with a sleeping child in place of an init.
@Suite("A container that was started") struct StoredContainerTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop()
    }

    /// Stores a container whose init is the sleeper.
    private func store(_ sleeper: borrowing Sleeper, isWaiting: Bool = false, freezer: String? = nil) throws
        -> Container
    {
        var cgroups: [String: String] = [:]
        if let freezer {
            cgroups["freezer"] = try workshop.directory.add("cgroup", ["freezer.state": freezer])
        }
        try workshop.store("c", StateDocument(pid: sleeper.pid, startTime: try sleeper.startTime, cgroups: cgroups))
        if isWaiting { mkfifo(workshop.root + "/c/exec.fifo", 0o600) }
        return try workshop.factory.load("c")
    }

    @Test("It runs") func running() throws {
        let sleeper = try Sleeper()
        let container = try store(sleeper)
        #expect(try container.status == .running)
        #expect(try container.pid == sleeper.pid)
        #expect(try workshop.factory.summary(of: "c").pid == sleeper.pid)
    }

    @Test("It waits to be let go") func created() throws {
        let sleeper = try Sleeper()
        #expect(try store(sleeper, isWaiting: true).status == .created)
    }

    @Test("It is frozen", arguments: [true, false]) func paused(isWaiting: Bool) throws {
        let sleeper = try Sleeper()
        let container = try store(sleeper, isWaiting: isWaiting, freezer: "FROZEN\n")
        #expect(try container.status == .paused)
        #expect(failure(container.exec)?.code == .containerPaused)
        #expect(failure { try container.start() }?.code == .containerPaused)
    }

    @Test("It is frozen and thawed") func pause() throws {
        let sleeper = try Sleeper()
        let container = try store(sleeper, freezer: "THAWED")
        let name = "container \"c\""
        #expect(failure(container.resume) == ContainerError(.containerNotPaused, name, "is not paused"))
        try container.pause()
        #expect(try container.status == .paused)
        #expect(failure(container.pause) == ContainerError(.containerPaused, name, "is paused already"))
        try container.resume()
        #expect(try container.status == .running)
    }

    @Test("It has stopped, and is not frozen nor thawed") func pauseStopped() throws {
        try workshop.store("c", StateDocument())
        let container = try workshop.factory.load("c")
        let expected = ContainerError(.containerNotRunning, "container \"c\"", "is not running")
        #expect(failure(container.pause) == expected)
        #expect(failure(container.resume) == expected)
    }

    @Test("SIGKILL thaws it", arguments: [SIGKILL, SIGTERM]) func killFrozen(signal: Int32) throws {
        let sleeper = try Sleeper()
        let container = try store(sleeper, freezer: "FROZEN")
        try container.signal(signal)
        #expect(try directoryState() == (signal == SIGKILL ? "THAWED" : "FROZEN"))
    }

    private func directoryState() throws -> String {
        try Files.readLine(workshop.directory.path + "/cgroup/freezer.state")
    }

    @Test("SIGKILL reaches all where the pid namespace is shared", arguments: [true, false])
    func killShared(isShared: Bool) throws {
        let sleeper = try Sleeper()
        let other = try Sleeper()
        let cgroup = try workshop.directory.add(
            "cgroup", ["cgroup.kill": "", "cgroup.procs": "\(sleeper.pid)\n\(other.pid)\n"])
        var document = StateDocument(
            pid: sleeper.pid, startTime: try sleeper.startTime, cgroups: ["": cgroup])
        document.members["shares_pid_namespace"] = "\(isShared)"
        try workshop.store("c", document)
        try workshop.factory.load("c").signal(SIGKILL)
        #expect(try Files.readLine(cgroup + "/cgroup.kill") == (isShared ? "1" : ""))
    }

    @Test("Its number is another process's now") func otherProcess() throws {
        let sleeper = try Sleeper()
        try workshop.store("c", StateDocument(pid: sleeper.pid, startTime: try sleeper.startTime + 1))
        let container = try workshop.factory.load("c")
        #expect(try container.status == .stopped)
        #expect(failure { try container.signal(SIGKILL) }?.code == .containerNotRunning)
        try container.destroy(force: true)
        #expect(try !sleeper.isDead)
        #expect(try workshop.ids() == [])
    }

    @Test("It has ended, and nobody has reaped it") func dead() throws {
        let sleeper = try Sleeper()
        let container = try store(sleeper)
        kill(sleeper.pid, SIGKILL)
        while try !sleeper.isDead { usleep(1000) }
        #expect(try container.status == .stopped)
        #expect(try container.wait() == nil)
    }

    @Test("Signals reach it") func signal() throws {
        let sleeper = try Sleeper()
        let container = try store(sleeper)
        try container.signal(0)
        try container.signal(SIGKILL)
        while try !sleeper.isDead { usleep(1000) }
        let error = failure { try container.signal(SIGKILL) }
        #expect(error == ContainerError(.containerNotRunning, "container \"c\"", "is not running"))
    }

    @Test("No signal has this number") func badSignal() throws {
        let sleeper = try Sleeper()
        let container = try store(sleeper)
        let error = failure { try container.signal(1000) }
        #expect(error?.code == .systemError && error?.errno == .invalidArgument)
    }

    @Test("It runs already") func execRunning() throws {
        let sleeper = try Sleeper()
        let container = try store(sleeper)
        #expect(
            failure(container.exec) == ContainerError(.containerNotStopped, "container \"c\"", "is running already"))
        #expect(failure { try container.run() }?.code == .containerNotStopped)
    }

    @Test("It has stopped for good") func execStopped() throws {
        try workshop.store("c", StateDocument())
        let container = try workshop.factory.load("c")
        #expect(
            failure(container.exec)
                == ContainerError(.containerNotRunning, "container \"c\"", "has stopped and can't be started again"))
        #expect(failure { try container.start() }?.code == .containerNotRunning)
        #expect(failure { try container.run() }?.code == .containerNotStopped)
    }

    // MARK: Its end

    @Test("A running one is not removed unasked") func destroyRunning() throws {
        let sleeper = try Sleeper()
        let container = try store(sleeper)
        #expect(
            failure { try container.destroy() }
                == ContainerError(
                    .containerNotStopped, "container \"c\"", "is running", hint: "stop it first, or use --force"))
        #expect(try !sleeper.isDead)
        #expect(try container.status == .running)
    }

    @Test("By force it is, and its cgroups too") func destroyByForce() throws {
        let sleeper = try Sleeper()
        let cgroup = try workshop.directory.add("hierarchy/c")
        try workshop.store(
            "c", StateDocument(pid: sleeper.pid, startTime: try sleeper.startTime, cgroups: ["memory": cgroup]))
        try workshop.factory.load("c").destroy(force: true)
        #expect(try sleeper.isDead)
        #expect(try Files.kind(of: cgroup) == nil)
        #expect(try workshop.ids() == [])
    }

    @Test("One that waits is removed, and its init with it") func destroyCreated() throws {
        let sleeper = try Sleeper()
        let container = try store(sleeper, isWaiting: true)
        try container.destroy()
        #expect(try sleeper.isDead)
        #expect(try workshop.ids() == [])
    }

    @Test("A stopped one is removed", arguments: [true, false]) func destroyStopped(force: Bool) throws {
        try workshop.store("c", StateDocument())
        try workshop.factory.load("c").destroy(force: force)
        #expect(try workshop.ids() == [])
    }

    /// Calls on a container, by their names.
    static let calls: [(name: String, call: @Sendable (Container) throws -> Void)] = [
        ("status", { container in _ = try container.status }),
        ("pid", { container in _ = try container.pid }),
        ("processes", { container in _ = try container.processes() }),
        ("exec", { container in try container.exec() }),
        ("signal", { container in try container.signal(0) }),
        ("pause", { container in try container.pause() }),
        ("resume", { container in try container.resume() }),
        ("signal all", { container in try container.signal(9, all: true) }),
        ("wait", { container in _ = try container.wait() }),
        ("destroy", { container in try container.destroy() }),
        ("destroy by force", { container in try container.destroy(force: true) }),
    ]

    @Test("Once another factory has removed it, every call says so", arguments: calls.indices) func gone(index: Int)
        throws
    {
        try workshop.store("c", StateDocument())
        let container = try workshop.factory.load("c")
        try workshop.another().load("c").destroy()
        let error = failure { try Self.calls[index].call(container) }
        #expect(
            error == ContainerError(.containerNotExists, "container \"c\"", "does not exist"),
            "\(Self.calls[index].name)")
    }

    @Test("Also once another container has its id", arguments: calls.indices) func replaced(index: Int) throws {
        try workshop.store("c", StateDocument())
        let container = try workshop.factory.load("c")
        try workshop.another().load("c").destroy()
        let sleeper = try Sleeper()
        _ = try store(sleeper)
        let error = failure { try Self.calls[index].call(container) }
        #expect(error?.code == .containerNotExists, "\(Self.calls[index].name)")
        #expect(try workshop.ids() == ["c"])
        #expect(try !sleeper.isDead)
    }
}
