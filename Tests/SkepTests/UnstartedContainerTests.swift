import Glibc
import OCI
@testable import Skep
import System
import SystemPackage
import Testing

@Suite("A container that was never started") struct UnstartedContainerTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop()
    }

    private func make() throws -> Container {
        try workshop.factory.create("c", workshop.spec())
    }

    @Test("It is being made") func status() throws {
        #expect(try make().status == .creating)
        #expect(Skep.Status.creating.rawValue == "creating")
    }

    @Test("It is removed") func destroy() throws {
        for force in [true, false] {
            let container = try make()
            try container.destroy(force: force)
            #expect(try workshop.ids() == [])
            #expect(failure { _ = try container.status }?.code == .containerNotExists)
            #expect(failure { try container.destroy() }?.code == .containerNotExists)
        }
    }

    @Test("It has no process") func calls() throws {
        let container = try make()
        let expected = ContainerError(.containerNotRunning, "container \"c\"", "has not been started")
        #expect(failure { _ = try container.pid } == expected)
        #expect(failure { _ = try container.processes() } == expected)
        #expect(failure { _ = try container.wait() } == expected)
        #expect(failure { try container.signal(9) } == expected)
        #expect(failure(container.exec) == expected)
        #expect(failure(container.pause) == expected)
        #expect(failure(container.resume) == expected)
    }

    @Test("Once its directory is gone, every call says so") func gone() throws {
        let container = try make()
        unlink(workshop.root + "/c/config.json")
        rmdir(workshop.root + "/c")
        let expected = ContainerError(.containerNotExists, "container \"c\"", "does not exist")
        #expect(failure { _ = try container.status } == expected)
        #expect(failure { _ = try container.pid } == expected)
        #expect(failure { _ = try container.processes() } == expected)
        #expect(failure { try container.signal(9) } == expected)
        #expect(failure(container.exec) == expected)
        #expect(failure { _ = try container.wait() } == expected)
        #expect(failure { try container.destroy() } == expected)
    }

    @Test("A process that can't be is refused before anything is started") func badProcess() throws {
        let container = try make()
        let error = failure { try container.start(ContainerProcess(args: [])) }
        #expect(error == ContainerError(.configInvalid, "process.args", "must name a program to run"))
        #expect(try Files.list(workshop.root + "/c") == ["config.json"])
        #expect(try container.status == .creating)
    }

    @Test("A rootfs that has gone meanwhile") func rootfsGone() throws {
        let container = try make()
        rmdir(workshop.rootfs)
        let error = failure { try container.start() }
        #expect(error?.code == .configInvalid && error?.origin == "root.path")
        #expect(try container.status == .creating)
    }

    @Test("A container without a process needs one to start") func withoutProcess() throws {
        let container = try workshop.factory.create("c", workshop.spec { $0.process = nil })
        #expect(
            failure { try container.start() }
                == ContainerError(.configInvalid, "process", "is missing"))
    }

    @Test("A process in short") func process() {
        let process = ContainerProcess(args: ["sh", "-c", "x"])
        #expect(process.process == Process(args: ["sh", "-c", "x"], env: [ContainerProcess.defaultPath], cwd: "/"))
        #expect(process.standardInput == nil && process.preservedDescriptors == 0)
        #expect(ContainerProcess().process == nil)
    }
}
