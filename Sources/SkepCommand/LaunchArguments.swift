internal import Networks
internal import OCI
internal import Skep
internal import System

/// The options that create and run have in common.
struct LaunchArguments: ~Copyable {
    private let bundle: Bundle
    private let process: ProcessArguments
    private let inherited: InheritedDescriptors
    private let avoidsPivotRoot: Bool
    private let keepsKeyring: Bool
    private let isForeground: Bool
    private let network: NetworkConfiguration?
    /// Who is told that the container is ready; nil for nobody.
    let notifyProxy: NotifyProxy?

    static let options: [Option] =
        [
            Option(
                "bundle", "b", value: "DIR",
                help: "the bundle: the directory of config.json (default: the working directory)"),
            Option("config", "f", value: "FILE", help: "the configuration (default: the bundle's config.json)"),
            Option("no-pivot", help: "move the rootfs over / instead of pivoting to it, as a ramfs needs"),
            Option("no-new-keyring", help: "keep the caller's session keyring"),
            NetworkArgument.option,
        ] + ProcessArguments.options

    init(_ invocation: Invocation, isForeground: Bool) throws(Failure) {
        let inherited = try InheritedDescriptors(invocation.arguments, passesSockets: true)
        let bundle = try Bundle(invocation)
        let network = try NetworkArgument.read(invocation.arguments)
        let notifyProxy = try Self.notifyProxy()
        let process = try ProcessArguments(
            invocation, inherited, process: bundle.spec.process, isForeground: isForeground)
        self.process = process
        self.notifyProxy = notifyProxy
        self.inherited = inherited
        self.isForeground = isForeground
        self.bundle = bundle
        self.network = network
        avoidsPivotRoot = invocation.arguments.has("no-pivot")
        keepsKeyring = invocation.arguments.has("no-new-keyring")
    }

    /// The proxy for the service manager that this command was started by, if it was.
    static func notifyProxy() throws(Failure) -> NotifyProxy? {
        guard let path = HostProgram.variable("NOTIFY_SOCKET"), !path.isEmpty else { return nil }
        return try failing { () throws(ContainerError) in try NotifyProxy(to: path) }
    }

    /// Makes the container and launches its init. On failure nothing is left.
    func launch(_ invocation: Invocation, waitsForFifo: Bool) throws(Failure) -> Container {
        let factory = try invocation.factory()
        var wanted = bundle.spec.process
        if isForeground && wanted?.terminal == true, let size = HostTerminal()?.size { wanted?.consoleSize = size }
        let options = Skep.LaunchOptions(
            process: process.process(wanted), waitsForFifo: waitsForFifo, avoidsPivotRoot: avoidsPivotRoot,
            keepsKeyring: keepsKeyring, pidFile: process.pidFile, listenDescriptors: inherited.listening,
            notifyProxy: notifyProxy, network: network)
        return try failing { () throws(ContainerError) in
            try factory.launch(
                invocation.id, bundle.spec, document: bundle.document, bundle: bundle.path, options: options)
        }
    }

    /// The proxy for the container's terminal, once it is launched; nil where there is none to stand in for.
    func terminal() -> TerminalProxy? {
        process.console.proxy()
    }
}
