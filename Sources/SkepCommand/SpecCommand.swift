internal import Cgroups
internal import Glibc
internal import OCI
internal import Skep
internal import System
internal import SystemPackage

/// `skep spec`: writes a config.json to start from.
enum SpecCommand {
    static var command: Command {
        Command(
            "spec", "Writes a config.json to start from.",
            options: [
                Option("bundle", "b", value: "DIR", help: "where to write it (default: the working directory)"),
                Option("file", "f", value: "FILE", help: "what to call it, from there (default: config.json)"),
                Option("rootless", help: "write one for an ordinary user"),
            ],
            run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let file = Paths.join(invocation.arguments["bundle"] ?? ".", invocation.arguments["file"] ?? "config.json")
        let spec =
            invocation.arguments.has("rootless")
            ? Spec.rootlessTemplate(uid: geteuid(), gid: getegid(), cgroupNamespace: Layout.isUnified)
            : Spec.template(cgroupNamespace: Layout.isUnified)
        do {
            try Descriptor.open(file, O_WRONLY | O_CREAT | O_EXCL, mode: 0o666)
                .write(spec.serialized(.tabs), path: file)
        } catch {
            let hint = error.errno == .fileExists ? "remove it first" : nil
            throw .container(
                ContainerError(
                    .systemError, "spec", operation: error.operation, path: file, errno: error.errno, hint: hint))
        }
        return 0
    }
}
