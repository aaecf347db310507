import Glibc
import Networks
import OCI
import Skep
import SkepConcurrency

// library-probe ROOTFS ROOT: a container's whole life through the library, a line for every turn of it; what
// scripts/integration/library.bats compares. With a third argument, a container on the bridge of that name;
// with "own-manager", one whose cgroups are made by a manager of this program's own.

/// Printed at once, since the container writes to the same place.
func say(_ line: String) {
    print(line)
    fflush(nil)
}

func probe(rootfs: String, root: String) async throws(ContainerError) {
    let factory = try Factory(root: root)
    var config = Spec.template
    config.root = Root(path: rootfs)
    config.process = OCI.Process(args: ["/bin/sleep", "1000"], cwd: "/")
    config.linux?.maskedPaths = []
    let container = try factory.create("probe", config)
    defer { try? container.destroy(force: true) }
    say("after create: \(try container.status)")
    try container.start()
    say("after start: \(try container.status), \(try container.processes().count) process")
    try container.exec()
    say("after exec: \(try container.status)")

    let loaded = try factory.load("probe")
    say("loaded: \(try loaded.status), same pid: \(try loaded.pid == container.pid)")
    let shell = OCI.Process(
        user: .init(uid: 1000),
        args: ["/bin/sh", "-c", "echo joined: pid 1 is $(cat /proc/1/comm), uid $(id -u); exit 7"],
        env: [ContainerProcess.defaultPath], cwd: "/")
    let joined = try loaded.start(ContainerProcess(shell))
    say("it ended with status \(try await joined.wait()?.code ?? -1)")
    for affinity in [OCI.Process.CPUAffinity(initial: "0"), .init(final: "0")] {
        var pinned = shell
        pinned.args[2] =
            "echo its CPUs: $(grep Cpus_allowed_list /proc/self/status), its $(grep -o _ses.probe /proc/keys)"
        pinned.execCPUAffinity = affinity
        _ = try await loaded.start(ContainerProcess(pinned)).wait()
    }
    do {
        try loaded.start(ContainerProcess(args: ["/no/such/program"]))
    } catch {
        say("joining in vain: \(error)")
    }

    do {
        try loaded.destroy()
    } catch {
        say("destroying it running: \(error.code)")
    }
    try container.signal(SIGKILL)
    say("it ended by signal \(try await container.wait()?.signal ?? -1)")
    say("after its end: \(try loaded.status)")
    try loaded.destroy()
    do {
        _ = try container.status
    } catch {
        say("after destroy: \(error.code)")
    }
}

/// A container that tells what address it has, on a bridge of the host's.
func probeNetwork(rootfs: String, root: String, bridge: String) throws(ContainerError) {
    var config = Spec.template
    config.root = Root(path: rootfs)
    config.process = OCI.Process(
        args: ["/bin/sh", "-c", "ip -o addr show dev eth0 | grep -o 'inet [^ ]*'"], env: [ContainerProcess.defaultPath],
        cwd: "/")
    let network = NetworkConfiguration(networks: [Network(type: .veth, bridge: bridge, address: "10.8.0.2/24")])
    let container = try Factory(root: root).create("probe", config, network: network)
    defer { try? container.destroy(force: true) }
    try container.run()
    say("it ended with status \(try container.wait()?.code ?? -1)")
}

do {
    if CommandLine.arguments.count > 3 && CommandLine.arguments[3] == "own-manager" {
        try probeManager(rootfs: CommandLine.arguments[1], root: CommandLine.arguments[2])
        exit(0)
    }
    if CommandLine.arguments.count > 3 {
        try probeNetwork(
            rootfs: CommandLine.arguments[1], root: CommandLine.arguments[2], bridge: CommandLine.arguments[3])
        exit(0)
    }
    try await probe(rootfs: CommandLine.arguments[1], root: CommandLine.arguments[2])
} catch {
    say("\(error)")
    exit(1)
}
