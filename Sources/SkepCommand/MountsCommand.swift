internal import Glibc
internal import OCI
internal import Skep
internal import System

/// `skep mounts`: mounts and unmounts in a running container.
enum MountsCommand {
    static var command: Command {
        Command(
            "mounts", operands: "add|remove CONTAINER FILE", count: 3...3,
            "Mounts in a running container, or unmounts, what FILE (- for standard input) lists as config.json's mounts.",
            run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let action = invocation.operand(0) ?? ""
        guard action == "add" || action == "remove" else {
            throw .usage("mounts takes add or remove, not \"\(action)\"", command: "mounts")
        }
        let mounts = try read(invocation.operand(2) ?? "-")
        let factory = try invocation.factory()
        try failing { () throws(ContainerError) in
            let container = try factory.load(invocation.operand(1) ?? "")
            try action == "add" ? container.addMounts(mounts) : container.removeMounts(mounts)
        }
        return 0
    }

    private static func read(_ file: String) throws(Failure) -> [Mount] {
        let bytes = try failing(file) { () throws(SystemError) in
            if file != "-" { return try Files.read(file, limit: JSONDocument.maximumSize) }
            return try Descriptor(owning: STDIN_FILENO).readToEnd(
                limit: JSONDocument.maximumSize, path: "standard input")
        }
        do {
            return try MountList(parsing: bytes).mounts
        } catch {
            throw .container(ContainerError(error, path: file == "-" ? "standard input" : file))
        }
    }
}
