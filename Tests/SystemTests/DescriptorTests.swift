import CLinux
import Glibc
@testable import System
import SystemPackage
import Testing

/// What happens to a descriptor can only be seen while nobody else opens one: numbers far above the usual ones, one
/// for each test.
@Suite("Descriptors and their owners") struct DescriptorTests {
    /// A descriptor whose number is at least `number`.
    private func open(from number: CInt) throws -> CInt {
        let null = try Descriptor.open("/dev/null", O_RDWR)
        return try systemCall { fcntl(null.number, F_DUPFD_CLOEXEC, number) }
    }

    @Test("Closed with their owner") func closed() throws {
        let number = try open(from: 500)
        do {
            let owner = Descriptor(owning: number)
            #expect(owner.number == number)
            #expect(skep_linux_is_open(number))
        }
        #expect(!skep_linux_is_open(number))
    }

    @Test("Closed also when an error ends their owner") func closedByError() throws {
        let number = try open(from: 520)
        #expect(throws: SystemError("write", "p", .badFileDescriptor)) { try fail(number) }
        #expect(!skep_linux_is_open(number))
    }

    private func fail(_ number: CInt) throws(SystemError) {
        let owner = Descriptor(owning: number)
        #expect(skep_linux_is_open(owner.number))
        throw SystemError("write", "p", .badFileDescriptor)
    }

    @Test("Given up, they stay open") func released() throws {
        let number = try open(from: 540)
        let released = Descriptor(owning: number).release()
        #expect(released == number)
        #expect(skep_linux_is_open(number))
        close(number)
    }

    @Test("A list closes all of its own") func list() throws {
        let numbers = try [560, 570, 580].map { try open(from: $0) }
        do {
            var list = DescriptorList()
            for number in numbers { list.append(Descriptor(owning: number)) }
            #expect(list.numbers == numbers)
            #expect(numbers.allSatisfy(skep_linux_is_open))
        }
        #expect(!numbers.contains(where: skep_linux_is_open))
    }

    @Test("Every descriptor is closed on exec") func closeOnExec() throws {
        for opened in [O_RDONLY, O_RDWR, O_WRONLY] {
            let descriptor = try Descriptor.open("/dev/null", opened)
            #expect(fcntl(descriptor.number, F_GETFD) & FD_CLOEXEC != 0)
        }
        let directory = try Descriptor.openDirectory("/")
        #expect(fcntl(directory.number, F_GETFD) & FD_CLOEXEC != 0)
    }

    @Test("What can't be opened is named") func failures() {
        #expect(throws: SystemError("open", "/nowhere/x", .noSuchFileOrDirectory)) {
            _ = try Descriptor.open("/nowhere/x", O_RDONLY)
        }
        #expect(throws: SystemError("open", "/dev/null", .notDirectory)) {
            _ = try Descriptor.openDirectory("/dev/null")
        }
    }

    @Test("What a file is") func status() throws {
        #expect(try Descriptor.open("/dev/null", O_RDONLY).status(path: "null").st_mode & S_IFMT == S_IFCHR)
        #expect(throws: SystemError("fstat", "p", .badFileDescriptor)) {
            // Nobody's, but within a range that no test uses.
            try Descriptor(owning: 999_999).status(path: "p")
        }
    }

    @Test("Opened in a directory") func relative() throws {
        let devices = try Descriptor.openDirectory("/dev")
        let null = try Descriptor.open("null", O_RDONLY, in: devices.number)
        #expect(try null.readToEnd(path: "null").isEmpty)
    }

    @Test("Written to the end, or not at all") func write() throws {
        let full = try Descriptor.open("/dev/full", O_WRONLY)
        #expect(throws: SystemError("write", "/dev/full", .noSpace)) { try full.write([1], path: "/dev/full") }
        try full.write([], path: "/dev/full")
        let null = try Descriptor.open("/dev/null", O_WRONLY)
        #expect(throws: SystemError("read", "/dev/null", .badFileDescriptor)) {
            _ = try null.readToEnd(path: "/dev/null")
        }
    }

    @Test("An endless file is cut off") func endless() throws {
        let zero = try Descriptor.open("/dev/zero", O_RDONLY)
        #expect(throws: SystemError("read", "/dev/zero", .fileTooLarge)) {
            _ = try zero.readToEnd(limit: 100_000, path: "/dev/zero")
        }
    }

    @Test("A pipe is read in many pieces") func pipe() throws {
        var ends: [CInt] = [-1, -1]
        _ = try systemCall { Glibc.pipe(&ends) }
        let reader = Descriptor(owning: ends[0])
        let bytes = (0..<50_000).map { UInt8(truncatingIfNeeded: $0) }
        do {
            let writer = Descriptor(owning: ends[1])
            try writer.write(bytes, path: "pipe")
        }
        #expect(try reader.readToEnd(path: "pipe") == bytes)
    }

    @Test("What comes as a whole is over with a read that gives less than was asked for", arguments: [0, 7, 5000])
    func whole(count: Int) throws {
        var ends: [CInt] = [-1, -1]
        _ = try systemCall { Glibc.pipe(&ends) }
        _ = try systemCall { fcntl(ends[0], F_SETFL, O_NONBLOCK) }
        let reader = Descriptor(owning: ends[0])
        let writer = Descriptor(owning: ends[1])
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        try writer.write(bytes, path: "pipe")
        // To read on would fail, as the pipe's other end is open.
        if count > 0 { #expect(try reader.readToEnd(isWhole: true, path: "pipe") == bytes) }
        #expect(throws: SystemError("read", "pipe", .wouldBlock)) {
            _ = try reader.readToEnd(isWhole: true, path: "pipe")
        }
    }
}
