import Glibc
import OCI
@testable import Skep
import System
import SystemPackage
import TestSupport
import Testing

extension Spec {
    /// A configuration that can be carried out, with a rootfs that is there.
    static func container(rootfs: String, _ change: (inout Spec) -> Void = { _ in }) -> Spec {
        var spec = Spec(
            process: Process(args: ["/bin/true"], cwd: "/"), root: Root(path: rootfs),
            linux: Linux(
                cgroupsPath: "/skep-tests-make-no-cgroup",
                namespaces: [Namespace(type: .mount), Namespace(type: .uts), Namespace(type: .pid)]))
        change(&spec)
        return spec
    }
}

/// A factory in a directory of its own, with a bundle beside it.
final class Workshop: Sendable {
    let directory = TemporaryDirectory()
    let factory: Factory

    /// The factory's root.
    var root: String { directory.path + "/root" }
    var bundle: String { directory.path + "/bundle" }
    var rootfs: String { bundle + "/rootfs" }

    init(grammar: ContainerID.Grammar = .libcontainer) throws {
        factory = try Factory(root: directory.path + "/root", grammar: grammar)
        try directory.add("bundle/rootfs")
    }

    /// Another factory with the same root, as another process would have it.
    func another() throws -> Factory {
        try Factory(root: root)
    }

    func spec(_ change: (inout Spec) -> Void = { _ in }) -> Spec {
        .container(rootfs: rootfs, change)
    }

    /// The ids that have a directory.
    func ids() throws -> [String] {
        try Files.list(root).sorted()
    }

    /// The directory of a container.
    func state(_ id: String) throws -> StateDirectory {
        StateDirectory(root: root, id: try ContainerID(id))
    }

    /// Puts a container into the factory as a launch would have left it.
    func store(_ id: String, _ document: StateDocument, config: Spec? = nil) throws {
        try directory.add(
            "root/" + id,
            [
                "config.json": String(decoding: (config ?? spec()).serialized(.tabs), as: UTF8.self),
                "state.json": document.text,
            ])
    }
}

/// A state.json.
struct StateDocument: Sendable {
    /// JSON by its keys.
    var members: [String: String]

    init(id: String = "c", pid: Int32 = 5_000_000, startTime: UInt64 = 1, cgroups: [String: String] = [:]) {
        members = [
            "id": "\"\(id)\"", "init_process_pid": "\(pid)", "init_process_start": "\(startTime)",
            "created": "\"2026-11-23T18:36:55.000000001Z\"", "oci_version": "\"1.3.0\"", "bundle": "\"/bundle\"",
            "rootfs": "\"/bundle/rootfs\"", "cgroup_manager": "\"cgroupfs-v1\"",
            "cgroup_paths": "{" + cgroups.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",") + "}",
            "namespace_paths": "{}", "annotations": #"{"a.b":"c"}"#,
        ]
    }

    var text: String {
        let members = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
        return String(decoding: Checksum.seal(Array("{\(members.joined(separator: ","))}".utf8)), as: UTF8.self)
    }
}

/// The error that `body` throws; nil if it throws none.
func failure(_ body: () throws -> Void) -> ContainerError? {
    do {
        try body()
        return nil
    } catch let error as ContainerError {
        return error
    } catch {
        Issue.record("\(error) is no ContainerError")
        return nil
    }
}

/// A program that sleeps until it is killed: a child of the tests'.
struct Sleeper: ~Copyable {
    let pid: Int32

    init() throws {
        var child: pid_t = 0
        let arguments = [strdup("/bin/sleep"), strdup("100"), nil]
        defer { for argument in arguments { free(argument) } }
        let result = posix_spawn(&child, "/bin/sleep", nil, nil, arguments, nil)
        try #require(result == 0)
        pid = child
    }

    deinit {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    var startTime: UInt64 {
        get throws { try #require(try ProcessStat.read(pid)).startTime }
    }

    /// Whether it has ended; it stays until this goes.
    var isDead: Bool {
        get throws { try ProcessStat.read(pid)?.isDead ?? true }
    }
}
