import Glibc
import OCI
@testable import Skep
import System
import SystemPackage
import TestSupport
import Testing

/// What is wrong with a configuration, and how `create` says it.
struct BadConfiguration: CustomTestStringConvertible, Sendable {
    var message: String
    var change: @Sendable (inout Spec) -> Void

    var testDescription: String { message }

    init(_ message: String, _ change: @escaping @Sendable (inout Spec) -> Void) {
        self.message = message
        self.change = change
    }
}

@Suite("Configurations that are refused") struct ConfigurationTests {
    static let bad = [
        BadConfiguration("root.path is missing") { $0.root = nil },
        BadConfiguration("root.path is missing") { $0.root?.path = "" },
        BadConfiguration("process.args: must name a program to run") { $0.process?.args = [] },
        BadConfiguration("process.cwd: must be absolute, not \"tmp\"") { $0.process?.cwd = "tmp" },
        BadConfiguration("process.consoleSize: 65536x1 is more than a terminal can be") { spec in
            spec.process?.terminal = true
            spec.process?.consoleSize = Process.ConsoleSize(height: 1, width: 65536)
        },
        BadConfiguration(
            "linux.timeOffsets: would change the host's clocks; add a namespace of type \"time\" to linux.namespaces"
        ) { $0.linux?.timeOffsets = Linux.TimeOffsets(boottime: Linux.TimeOffset(secs: 1)) },
        BadConfiguration("linux.namespaces[3].type: a second namespace of type \"pid\"") {
            $0.linux?.namespaces.append(Namespace(type: .pid))
        },
        BadConfiguration(
            "linux.uidMappings is missing: a new user namespace has no ids without it; "
                + "map at least the id 0, as whom the container is set up"
        ) { $0.linux?.namespaces.append(Namespace(type: .user)) },
        BadConfiguration("mounts[0].type: a mount needs a type unless \"bind\" is among its options") {
            $0.mounts = [Mount(destination: "/x")]
        },
        BadConfiguration("mounts[1].uidMappings is missing: uidMappings and gidMappings go together") {
            $0.mounts = [
                Mount(destination: "/p", type: "tmpfs"),
                Mount(destination: "/x", type: "tmpfs", gidMappings: [IDMapping(hostID: 0)]),
            ]
        },
        BadConfiguration("process.rlimits[0].type: \"X\" is no resource limit") {
            $0.process?.rlimits = [Process.Rlimit(type: "X", hard: 0, soft: 0)]
        },
        BadConfiguration("linux.sysctl.vm.swappiness: belongs to no namespace: it would change the host") {
            $0.linux?.sysctl = ["vm.swappiness": "1"]
        },
        BadConfiguration(
            "linux.sysctl.net.x: would change the host: it needs a network namespace; "
                + "add a namespace of type \"network\" to linux.namespaces"
        ) { $0.linux?.sysctl = ["net.x": "1"] },
    ]

    @Test("They leave nothing behind", arguments: bad) func refused(bad: BadConfiguration) throws {
        let workshop = try Workshop()
        let error = failure {
            _ = try workshop.factory.create("c", workshop.spec(bad.change))
        }
        #expect(error?.code == .configInvalid)
        #expect(error?.description == bad.message)
        #expect(try workshop.ids() == [])
        // And the name is free.
        _ = try workshop.factory.create("c", workshop.spec())
    }

    @Test("So does a rootfs that is none") func rootfs() throws {
        let workshop = try Workshop()
        let path = workshop.bundle + "/it"
        func error() -> ContainerError? {
            failure {
                _ = try workshop.factory.create("c", .container(rootfs: path))
            }
        }
        #expect(
            error()?.description == "root.path: open \(path): No such file or directory (ENOENT)")
        try workshop.directory.add("bundle", ["it": ""])
        #expect(error()?.description == "root.path: \(path) is not a directory")
        unlink(path)
        symlink("rootfs", path)
        #expect(error()?.description == "root.path: \(path) is a symbolic link; name the directory itself")
        #expect(error()?.code == .configInvalid)
        unlink(path)
        mkfifo(path, 0o600)
        #expect(error()?.description == "root.path: \(path) is not a directory")
        #expect(try workshop.ids() == [])
    }

    @Test("A preview plans without making anything") func preview() throws {
        let workshop = try Workshop()
        var spec = workshop.spec { $0.process?.capabilities = Process.Capabilities(bounding: ["CAP_X"]) }
        let preview = try PlanPreview(spec, bundle: workshop.bundle)
        #expect(preview.steps.first?.name == "setsid")
        #expect(preview.steps.last?.name == "exec")
        #expect(preview.steps.last?.detail == "/bin/true")
        #expect(preview.steps.last?.origin == "process.args")
        #expect(preview.steps.contains { $0.name == "root" && $0.detail == workshop.rootfs })
        #expect(
            preview.warnings == ["process.capabilities.bounding[0]: unknown capability \"CAP_X\" is ignored"])
        spec.process = nil
        #expect(
            failure { _ = try PlanPreview(spec) }
                == ContainerError(.configInvalid, "process", "is missing"))
        #expect(try workshop.ids() == [])
    }
}
