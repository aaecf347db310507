public import OCI

/// A process to be run in a container.
public struct ContainerProcess: Sendable {
    /// What it runs, where and as whom; nil for the configuration's own process.
    public var process: OCI.Process?
    /// What becomes its standard input, output and error: descriptors of the caller's, which stays their owner. Nil
    /// passes the caller's own on.
    public var standardInput: Int32?
    public var standardOutput: Int32?
    public var standardError: Int32?
    /// Where the master of its terminal is sent (SCM_RIGHTS): a connected Unix socket of the caller's. With
    /// `process.terminal`, and only then, there has to be one.
    public var consoleSocket: Int32?
    /// Where a pidfd of it is sent, likewise; nil sends none.
    public var pidfdSocket: Int32?
    /// How many of the caller's descriptors, from 3 on, it inherits under the same numbers.
    public var preservedDescriptors: Int

    public init(
        _ process: OCI.Process? = nil, standardInput: Int32? = nil, standardOutput: Int32? = nil,
        standardError: Int32? = nil, consoleSocket: Int32? = nil, pidfdSocket: Int32? = nil,
        preservedDescriptors: Int = 0
    ) {
        self.process = process
        self.standardInput = standardInput
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.consoleSocket = consoleSocket
        self.pidfdSocket = pidfdSocket
        self.preservedDescriptors = preservedDescriptors
    }

    /// A program run as root in the container's "/", with no capabilities: the shortest way to say it.
    public init(args: [String], env: [String] = [Self.defaultPath]) {
        self.init(OCI.Process(args: args, env: env, cwd: "/"))
    }

    /// The PATH of `init(args:env:)`.
    public static let defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}
