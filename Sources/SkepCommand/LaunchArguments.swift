internal import CLinux
internal import Skep
internal import System

/// The options that create and run have in common.
struct LaunchArguments {
    let bundle: Bundle
    let pidFile: String?
    let avoidsPivotRoot: Bool
    let keepsKeyring: Bool
    let preservedDescriptors: Int

    static let options: [Option] = [
        Option(
            "bundle", "b", value: "DIR",
            help: "the bundle: the directory of config.json (default: the working directory)"),
        Option("console-socket", value: "SOCKET", help: "where to send the terminal's master end"),
        Option("pid-file", value: "FILE", help: "write the process's number to FILE"),
        Option("no-pivot", help: "move the rootfs over / instead of pivoting to it, as a ramfs needs"),
        Option("no-new-keyring", help: "keep the caller's session keyring"),
        Option("preserve-fds", value: "N", help: "pass N descriptors on, from 3 (default: 0)"),
    ]

    init(_ invocation: Invocation) throws(Failure) {
        let arguments = invocation.arguments
        if arguments.has("console-socket") {
            throw .container(ContainerError(.configInvalid, "--console-socket", "is not supported yet"))
        }
        // Before anything is opened that could take their numbers.
        preservedDescriptors = try arguments.number("preserve-fds", in: 0...1000) ?? 0
        for number in 3..<(3 + preservedDescriptors) where !skep_linux_is_open(Int32(number)) {
            throw .container(
                ContainerError(.configInvalid, "--preserve-fds", "descriptor \(number) is not open"))
        }
        pidFile = arguments["pid-file"].map(Paths.absolute)
        avoidsPivotRoot = arguments.has("no-pivot")
        keepsKeyring = arguments.has("no-new-keyring")
        bundle = try Bundle(invocation)
    }

    /// Makes the container and launches its init. On failure nothing is left.
    func launch(_ invocation: Invocation, waitsForFifo: Bool) throws(Failure) -> Container {
        let factory = try invocation.factory()
        let options = Skep.LaunchOptions(
            process: ContainerProcess(preservedDescriptors: preservedDescriptors), waitsForFifo: waitsForFifo,
            avoidsPivotRoot: avoidsPivotRoot, keepsKeyring: keepsKeyring, pidFile: pidFile)
        return try failing { () throws(ContainerError) in
            try factory.launch(
                invocation.id, bundle.spec, document: bundle.document, bundle: bundle.path, options: options)
        }
    }
}
