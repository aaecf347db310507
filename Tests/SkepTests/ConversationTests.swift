import CPlan
import Glibc
@testable import Skep
import System
import SystemPackage
import TestSupport
import Testing

/// What passes between a parent and an init, with a thread of the tests' as the init.
@Suite("The conversation with an init") struct ConversationTests {
    private let workshop: Workshop
    private let directory: StateDirectory

    init() throws {
        workshop = try Workshop()
        directory = try workshop.state("c")
        try workshop.directory.add("root/c")
    }

    private func report(_ kind: skep_report_kind, step: UInt32 = 0) -> skep_report {
        var report = skep_report()
        report.kind = kind.rawValue
        report.step = step
        return report
    }

    // MARK: The socket

    @Test("An init is ready, fails, or goes") func receive() throws {
        let ends = try InitSocketPair()
        let child = ends.child.number
        let connection = InitConnection(socket: Descriptor(owning: fcntl(ends.parent.number, F_DUPFD_CLOEXEC, 3)))
        for report in [report(SKEP_REPORT_READY), report(SKEP_REPORT_ERROR, step: 7)] {
            try withUnsafeBytes(of: report) { bytes in
                let sent = Glibc.send(child, bytes.baseAddress, bytes.count, 0)
                try #require(sent == bytes.count)
            }
        }
        guard case .ready = try connection.receive() else {
            Issue.record("not ready")
            return
        }
        guard case .failed(let failed) = try connection.receive() else {
            Issue.record("no failure")
            return
        }
        #expect(failed.step == 7)
        shutdown(child, Int32(SHUT_RDWR))
        guard case .closed = try connection.receive() else {
            Issue.record("not closed")
            return
        }
        // It is gone, which is no failure of the order.
        try connection.send(SKEP_ORDER_GO)
    }

    @Test("An order arrives with its descriptors") func order() throws {
        let ends = try InitSocketPair()
        let child = ends.child.number
        let connection = InitConnection(socket: Descriptor(owning: fcntl(ends.parent.number, F_DUPFD_CLOEXEC, 3)))
        let null = try Descriptor.open("/dev/null", O_RDONLY)
        try connection.send(SKEP_ORDER_CGROUP, [null.number, null.number])
        var order = skep_order()
        #expect(recv(child, &order, MemoryLayout<skep_order>.size, 0) == MemoryLayout<skep_order>.size)
        #expect(order.kind == SKEP_ORDER_CGROUP.rawValue && order.fd_count == 2)
        #expect(throws: SystemError("sendmsg", "the init", .messageTooLong)) {
            try connection.send(SKEP_ORDER_CGROUP, Array(repeating: null.number, count: 254))
        }
    }

    @Test("A plan's descriptors arrive in as many orders as they need", arguments: [4, 253, 254, 600])
    func plan(count: Int) throws {
        let ends = try InitSocketPair()
        let child = ends.child.number
        let connection = InitConnection(socket: Descriptor(owning: fcntl(ends.parent.number, F_DUPFD_CLOEXEC, 3)))
        let null = try Descriptor.open("/dev/null", O_RDONLY)
        try connection.sendPlan(Array(repeating: null.number, count: count))
        var order = skep_order()
        var counts: [UInt32] = []
        repeat {
            try #require(recv(child, &order, MemoryLayout<skep_order>.size, 0) == MemoryLayout<skep_order>.size)
            #expect(order.kind == (counts.isEmpty ? SKEP_ORDER_PLAN : SKEP_ORDER_SOURCES).rawValue)
            counts.append(order.fd_count)
        } while order.following > 0
        #expect(counts.reduce(0, +) == count)
        #expect(counts.dropLast().allSatisfy { $0 == 253 })
    }

    @Test("What an init said before it went is heard, also where it left an order unread") func unread() throws {
        var ends: [CInt] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
        let connection = InitConnection(socket: Descriptor(owning: ends[0]))
        try connection.send(SKEP_ORDER_CGROUP)
        try withUnsafeBytes(of: report(SKEP_REPORT_ERROR, step: 3)) { bytes in
            try #require(Glibc.send(ends[1], bytes.baseAddress, bytes.count, 0) == bytes.count)
        }
        _ = Glibc.close(ends[1])
        guard case .failed(let failed) = try connection.receive() else {
            Issue.record("no failure")
            return
        }
        #expect(failed.step == 3)
        guard case .closed = try connection.receive() else {
            Issue.record("not closed")
            return
        }
    }

    @Test("The board is shared") func board() throws {
        let board = try InitBoard()
        #expect(board.begun == 0)
        var begun: UInt32 = 7
        #expect(pwrite(board.descriptor.number, &begun, 4, 0) == 4)
        #expect(board.begun == 7)
    }

    @Test("Who waits for a step is not kept if it is begun already, or none is awaited") func begunAlready() throws {
        for (awaited, begun) in [(3, UInt32(3)), (3, 4), (0, 0)] {
            let board = try InitBoard(awaited: awaited)
            var begun = begun
            #expect(pwrite(board.descriptor.number, &begun, 4, 0) == 4)
            let hasWaited = board.wait(milliseconds: 60_000)
            #expect(!hasWaited)
        }
    }

    // MARK: The fifos

    /// Lets an init go that does `answer` with its end of exec.report once it may.
    private func release(_ answer: @escaping @Sendable (CInt) -> Void) throws -> skep_report? {
        let ends = try ExecFifo.make(in: directory)
        #expect(try directory.isWaiting())
        let go = fcntl(ends.go.number, F_DUPFD_CLOEXEC, 3), report = fcntl(ends.report.number, F_DUPFD_CLOEXEC, 3)
        close(ends)
        let initThread = Background {
            var waiting = pollfd(fd: go, events: Int16(POLLIN), revents: 0)
            poll(&waiting, 1, 10_000)
            var byte: UInt8 = 1
            let got = read(go, &byte, 1)
            answer(report)
            Glibc.close(report)
            Glibc.close(go)
            return got == 1 && byte == 0
        }
        let directory = directory
        let result = Result { () throws(ContainerError) in try ExecFifo.release(in: directory) }
        #expect(initThread.value())
        #expect(try !directory.isWaiting())
        #expect(try Files.list(directory.path) == [])
        return try result.get()
    }

    private func close(_ ends: consuming ExecFifo.Ends) {}

    @Test("An init that becomes the user's program says nothing") func released() throws {
        #expect(try release { _ in } == nil)
    }

    @Test("One that can't says why") func failed() throws {
        let message = report(SKEP_REPORT_ERROR, step: 9)
        let report = try release { descriptor in
            withUnsafeBytes(of: message) { bytes in _ = write(descriptor, bytes.baseAddress, bytes.count) }
        }
        #expect(report?.step == 9)
    }

    @Test("There is nobody to be let go") func nobody() throws {
        close(try ExecFifo.make(in: directory))
        let error = failure { _ = try ExecFifo.release(in: directory) }
        #expect(error == ContainerError(.containerNotRunning, "container \"c\"", "its init process is gone"))
    }

    @Test("One that is killed before it could read that it may go is gone") func killed() throws {
        let ends = try ExecFifo.make(in: directory)
        let go = fcntl(ends.go.number, F_DUPFD_CLOEXEC, 3), report = fcntl(ends.report.number, F_DUPFD_CLOEXEC, 3)
        close(ends)
        let initThread = Background {
            var waiting = pollfd(fd: go, events: Int16(POLLIN), revents: 0)
            let isToldToGo = poll(&waiting, 1, 10_000) == 1
            Glibc.close(go)
            Glibc.close(report)
            return isToldToGo
        }
        let error = failure { _ = try ExecFifo.release(in: directory) }
        #expect(initThread.value())
        #expect(error == ContainerError(.containerNotRunning, "container \"c\"", "its init process is gone"))
    }

    @Test("They are made once") func twice() throws {
        let ends = try ExecFifo.make(in: directory)
        #expect(throws: SystemError("mkfifo", directory.fifoPath, .fileExists)) { _ = try ExecFifo.make(in: directory) }
        close(ends)
    }
}
