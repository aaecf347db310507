import Glibc
import OCI
@testable import Skep
import System
import TestSupport
import Testing

/// Files of a container's directory that are not what was written.
@Suite("Damaged files") struct DamageTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop()
    }

    /// Everything that one mistake can make of a file: cut at every length, and each bit another.
    private func damaged(_ bytes: [UInt8]) -> [[UInt8]] {
        var all = bytes.indices.map { Array(bytes[..<$0]) }
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << bit
                all.append(changed)
            }
        }
        return all
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600).write(bytes, path: path)
    }

    private func check(_ error: ContainerError?, _ code: ContainerError.Code, _ path: String) {
        guard let error else {
            Issue.record("\(path) was taken for a whole one")
            return
        }
        #expect(error.code == code && error.description.hasPrefix(path))
        #expect(error.description.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }

    @Test("state.json: whatever changes in it shows") func state() throws {
        let state = try StoredState(parsing: StoredStateTests.document.text)
        try workshop.directory.add("root/c")
        let directory = try workshop.state("c")
        try write(state.document, to: directory.statePath)
        #expect(try directory.readState() == state)
        for bytes in damaged(state.document) {
            try write(bytes, to: directory.statePath)
            check(failure { _ = try directory.readState() }, .systemError, directory.statePath)
        }
    }

    @Test("An object is sealed whatever is in it", arguments: ["{}", #"{"a":1}"#]) func sealed(text: String) throws {
        let sealed = Checksum.seal(Array(text.utf8))
        #expect(Checksum.isSealed(sealed) && !Checksum.isSealed(Array(text.utf8)))
        _ = try NetworkRecord(parsing: sealed)
        for bytes in damaged(sealed) { #expect(!Checksum.isSealed(bytes)) }
    }

    @Test("state.json: another container's is refused") func another() throws {
        try workshop.store("c", StateDocument(id: "d"))
        let error = failure { _ = try workshop.factory.summary(of: "c") }
        #expect(error?.description.contains(#"state.json is of container "d""#) == true)
    }

    @Test("network.json: whatever changes in it shows") func network() throws {
        let record = NetworkRecord(
            devices: [
                .init(
                    name: "eth7", hardwareAddress: [2, 0, 0, 0, 0, 1], mtu: 1500, isUp: true, addresses: [],
                    innerName: "eth0", innerIndex: 3)
            ],
            pairs: [.init(name: "skep01020304", hardwareAddress: [2, 1, 2, 3, 4, 5])])
        try workshop.directory.add("root/c")
        let directory = try workshop.state("c")
        try write(record.document, to: directory.networkPath)
        #expect(try directory.readNetworkRecord() == record)
        for bytes in damaged(record.document) {
            try write(bytes, to: directory.networkPath)
            check(failure { _ = try directory.readNetworkRecord() }, .systemError, directory.networkPath)
        }
    }

    @Test("config.json: whatever changes in it shows to those who need it") func configuration() throws {
        let document = workshop.spec().serialized(.compact)
        var state = StateDocument()
        state.members["config_checksum"] = String(Checksum.of(document[...]))
        try workshop.store("c", state)
        let path = try workshop.state("c").configPath
        try write(document, to: path)
        #expect(try workshop.factory.load("c").config == workshop.spec())
        for bytes in damaged(document) {
            try write(bytes, to: path)
            check(failure { _ = try workshop.factory.load("c") }, .configInvalid, path)
            #expect(try workshop.factory.summary(of: "c").status == .stopped)
        }
    }

    @Test("What is in a file's place is not waited for, not followed, and removed") func otherKinds() throws {
        let directory = try workshop.state("c")
        let path = directory.statePath
        try workshop.directory.add("elsewhere", ["state.json": StateDocument().text])
        let original = workshop.directory.path + "/elsewhere/state.json"
        let kinds: [() -> Void] = [
            { mkfifo(path, 0o600) }, { symlink(original, path) }, { symlink("/nowhere", path) },
            {
                for directory in [path, path + "/inner"] { mkdir(directory, 0o700) }
                symlink(original, path + "/inner/link")
            },
        ]
        for make in kinds {
            try workshop.store("c", StateDocument())
            try Files.removeFile(path)
            make()
            #expect(failure { _ = try workshop.factory.stored("c") }?.code == .systemError)
            try workshop.factory.removeRemains(of: "c")
            #expect(try workshop.ids() == [])
            #expect(Files.exists(original))
        }
    }

    @Test("A directory is removed whatever is called by its files' names") func anyKind() throws {
        let names = ["config.json", "state.json", "exec.fifo", "exec.report", "network.json", "netns", "notify"]
        for name in names { try workshop.directory.add("root/c/\(name)/inner", ["file": ""]) }
        try workshop.state("c").remove()
        for name in names { try workshop.directory.add("root/c", [name: ""]) }
        try workshop.state("c").remove()
        #expect(try workshop.ids() == [])
    }

    @Test("Another fifo than the init's is not waited for") func anotherFifo() throws {
        let directory = try workshop.state("c")
        try workshop.directory.add("root/c")
        let ends = try ExecFifo.make(in: directory)
        unlink(directory.reportPath)
        mkfifo(directory.reportPath, 0o600)
        #expect(failure { _ = try ExecFifo.release(in: directory) }?.code == .containerNotRunning)
        withExtendedLifetime(ends.go.number) {}
    }

    @Test("A byte goes to a fifo only", arguments: ["exec.fifo", "exec.report"]) func noFifo(name: String) throws {
        let directory = try workshop.state("c")
        try workshop.directory.add("root/c", ["file": "as it was"])
        let ends = try ExecFifo.make(in: directory)
        unlink(directory.path + "/" + name)
        for make in [link, symlink] {
            _ = make(directory.path + "/file", directory.path + "/" + name)
            #expect(failure { _ = try ExecFifo.release(in: directory) }?.code == .systemError)
            unlink(directory.path + "/" + name)
        }
        #expect(try workshop.directory.content("root/c/file") == "as it was")
        withExtendedLifetime(ends.go.number) {}
    }
}
