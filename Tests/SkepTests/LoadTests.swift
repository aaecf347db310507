import Glibc
import OCI
@testable import Skep
import System
import SystemPackage
import TestSupport
import Testing

@Suite("Finding containers again") struct LoadTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop()
    }

    private func loadFailure(_ id: String = "c") -> ContainerError? {
        failure { _ = try workshop.factory.load(id) }
    }

    private func content(of config: Spec) -> String {
        String(decoding: config.serialized(.tabs), as: UTF8.self)
    }

    @Test("What was stored is found") func load() throws {
        let spec = workshop.spec { $0.hostname = "h" }
        try workshop.store("c", StateDocument(), config: spec)
        let container = try workshop.factory.load("c")
        #expect(container.id == "c")
        #expect(container.config == spec)
        #expect(try container.status == .stopped)
        #expect(try container.pid == 5_000_000)
        #expect(try container.processes().isEmpty)
        #expect(try container.wait() == nil)
    }

    @Test("There is none") func none() {
        #expect(loadFailure() == ContainerError(.containerNotExists, "container \"c\"", "does not exist"))
        #expect(loadFailure()?.description == "container \"c\": does not exist")
    }

    @Test("Not without its config.json") func stateOnly() throws {
        try workshop.directory.add("root/c", ["state.json": StateDocument().text])
        #expect(loadFailure()?.code == .containerNotExists)
    }

    @Test("Nor without its state.json, once nobody makes it any more") func configOnly() throws {
        try workshop.directory.add("root/c", ["config.json": content(of: workshop.spec())])
        #expect(
            loadFailure()
                == ContainerError(
                    .containerNotExists, "container \"c\"", "was never finished: its creation was interrupted",
                    hint: "\"delete --force\" removes what is left of it"))
    }

    @Test("Nor while it is being made") func creating() throws {
        let container = try workshop.factory.create("c", workshop.spec())
        let another = try workshop.another()
        let error = failure { _ = try another.load("c") }
        #expect(error?.description == "container \"c\" is still being created")
        #expect(error?.code == .containerNotExists)
        try container.destroy()
        #expect(loadFailure()?.description == "container \"c\": does not exist")
    }

    @Test("Nor what is no directory") func file() throws {
        try workshop.directory.add("root", ["c": ""])
        #expect(loadFailure()?.code == .containerNotExists)
    }

    // MARK: Broken files

    @Test(
        "A broken config.json",
        arguments: [
            ("{", "line 1, column 2: unexpected end of the document"),
            ("", "line 1, column 1: the document is empty"),
            (
                "{\n\t\"ociVersion\": \"1.3.0\",\n\t]",
                "line 3, column 2: unexpected character ']', expected a property name in double quotes"
            ),
            ("[]", "expected an object, found an array"), ("{}", "ociVersion: required, but missing"),
            (
                #"{"ociVersion":"1.3.0","process":{"cwd":7}}"#,
                "process.cwd: expected a string, found an integer (7); write it in double quotes"
            ),
            (
                #"{"ociVersion":"1.3.0","linux":{"namespaces":[{"type":"net"}]}}"#,
                #"linux.namespaces[0].type: unknown value "net" (one of: mount, pid, network, uts, ipc, user, cgroup, time)"#
            ),
        ])
    func brokenConfig(text: String, message: String) throws {
        try workshop.store("c", StateDocument())
        try workshop.directory.add("root/c", ["config.json": text])
        let error = try #require(loadFailure())
        #expect(error.code == .configInvalid)
        #expect(error.description == "\(workshop.root)/c/config.json: \(message)")
        // What does not need it still works.
        #expect(try workshop.factory.summary(of: "c").status == .stopped)
    }

    @Test(
        "A broken state.json",
        arguments: [
            ("{", "line 1, column 2: unexpected end of the document"), ("", "line 1, column 1: the document is empty"),
            ("{}", "id: required, but missing"), ("null", "expected an object, found null"),
            (#"{"id":"c","init_process_pid":"7"}"#, #"init_process_pid: expected an integer, found a string ("7")"#),
        ])
    func brokenState(text: String, message: String) throws {
        try workshop.store("c", StateDocument())
        try workshop.directory.add("root/c", ["state.json": text])
        let expected =
            "\(workshop.root)/c/state.json: \(message); \"delete --force\" removes what is left of the container"
        let error = try #require(loadFailure())
        #expect(error.code == .systemError)
        #expect(error.description == expected)
        #expect(
            failure { _ = try workshop.factory.summary(of: "c") }?.description == expected)
    }

    @Test("A file that can't be read", arguments: ["config.json", "state.json"]) func unreadable(file: String) throws {
        try workshop.store("c", StateDocument())
        unlink("\(workshop.root)/c/\(file)")
        try workshop.directory.add("root/c/\(file)")
        let error = try #require(loadFailure())
        #expect(error.code == .systemError)
        #expect(error.path == "\(workshop.root)/c/\(file)")
        #expect(error.errno == .isDirectory)
    }

    // MARK: Remains

    @Test("What an interrupted creation has left can be removed") func remains() throws {
        try workshop.directory.add("root/c", ["config.json": content(of: workshop.spec()), "config.json.new": ""])
        try workshop.factory.removeRemains(of: "c")
        #expect(try workshop.ids() == [])
        #expect(
            failure { try workshop.factory.removeRemains(of: "c") }?.code
                == .containerNotExists)
    }

    @Test("Also without a configuration") func bareRemains() throws {
        try workshop.directory.add("root/skep_tests_make_no_cgroup")
        try workshop.factory.removeRemains(of: "skep_tests_make_no_cgroup")
        #expect(try workshop.ids() == [])
    }

    // MARK: Summaries

    @Test("A summary") func summary() throws {
        try workshop.store("c", StateDocument())
        let summary = try workshop.factory.summary(of: "c")
        #expect(summary.id == "c" && summary.status == .stopped && summary.pid == 0)
        #expect(summary.bundle == "/bundle" && summary.rootfs == "/bundle/rootfs")
        #expect(summary.created == "2026-11-23T18:36:55.000000001Z" && summary.ociVersion == "1.3.0")
        #expect(summary.annotations == ["a.b": "c"])
        #expect(summary.ownerUID == geteuid())
        #expect(
            failure { _ = try workshop.factory.summary(of: "d") }?.code
                == .containerNotExists)
    }

    @Test("All of them, in the order of their ids") func summaries() throws {
        #expect(try workshop.factory.summaries().isEmpty)
        for id in ["b", "a_2", "a_10", "Z"] { try workshop.store(id, StateDocument(id: id)) }
        // Not finished; no container's name; no container; broken.
        try workshop.directory.add("root/half", ["config.json": "{}"])
        try workshop.directory.add("root/no name")
        try workshop.directory.add("root", ["file": ""])
        try workshop.directory.add("root/broken", ["state.json": "{"])
        var unreadable: [String] = []
        let summaries = try workshop.factory.summaries { id, error in
            unreadable.append(id)
            #expect(error.code == .systemError)
        }
        #expect(summaries.map(\.id) == ["Z", "a_10", "a_2", "b"])
        #expect(unreadable == ["broken"])
    }
}
