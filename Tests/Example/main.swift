import Glibc
import OCI
import Skep

// example ROOTFS: runs a shell in a container made from the root file system in ROOTFS.
var config = Spec.template
config.root = Root(path: CommandLine.arguments[1])
config.process = OCI.Process(
    args: ["/bin/sh", "-c", "echo hello from $(hostname), pid $$"], env: [ContainerProcess.defaultPath], cwd: "/")
config.hostname = "a-container"

do {
    let factory = try Factory(root: "/run/skep-example")
    let container = try factory.create("example_\(getpid())", config)
    defer { try? container.destroy(force: true) }
    try container.run()
    let status = try container.wait()
    print("it ended with status \(status?.code ?? -1)")
} catch {
    print("\(error.code): \(error)")
    exit(1)
}
