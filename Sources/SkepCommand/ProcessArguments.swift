internal import CLinux
internal import Glibc
internal import OCI
internal import Planning
internal import Skep
internal import System

/// What create, run and exec say alike about the process that they start, apart from what it runs.
struct ProcessArguments: ~Copyable {
    let console: ConsoleSockets
    let pidFile: String?
    private let pidfdSocket: Descriptor?
    private let inherited: InheritedDescriptors

    static let options: [Option] = [
        Option("console-socket", value: "SOCKET", help: "send the terminal's master end to this Unix socket"),
        Option("pid-file", value: "FILE", help: "write the process's number, as the host counts, to FILE"),
        Option("pidfd-socket", value: "SOCKET", help: "send a pidfd of the process to this Unix socket"),
        Option("preserve-fds", value: "N", help: "pass N descriptors on, from 3 (default: 0)"),
    ]

    init(
        _ invocation: Invocation, _ inherited: InheritedDescriptors, process: OCI.Process?, isForeground: Bool
    ) throws(Failure) {
        let arguments = invocation.arguments
        let console = try ConsoleSockets(
            path: arguments["console-socket"], hasTerminal: process?.terminal ?? false, isForeground: isForeground)
        let pidfdSocket = try Self.connect(arguments["pidfd-socket"])
        self.console = console
        self.pidfdSocket = pidfdSocket
        self.inherited = inherited
        pidFile = arguments["pid-file"].map(Paths.absolute)
    }

    private static func connect(_ path: String?) throws(Failure) -> Descriptor? {
        guard let path else { return nil }
        return try failing("--pidfd-socket") { () throws(SystemError) in try Descriptor.connected(to: path) }
    }

    /// The process for the library; it must not outlive this.
    func process(_ process: OCI.Process?) -> ContainerProcess {
        let socket: CInt? =
            switch pidfdSocket {
            case .some(let socket): socket.number
            case .none: nil
            }
        return ContainerProcess(
            process, consoleSocket: console.number, pidfdSocket: socket, preservedDescriptors: inherited.count)
    }
}

/// The caller's descriptors that the process inherits. To be looked at before anything is opened that could take their
/// numbers.
struct InheritedDescriptors {
    /// How many from 3 on: those to listen on, then those of --preserve-fds.
    let count: Int
    /// The sockets that a service manager has opened; nil for none.
    let listening: ListenDescriptors?

    /// - Parameters:
    ///   - arguments: the command's.
    ///   - passesSockets: whether the container is to get what a service manager has given to this command.
    /// - Throws: `Failure` for a descriptor that is not open.
    init(_ arguments: Arguments, passesSockets: Bool) throws(Failure) {
        Self.fillStandardStreams()
        listening = passesSockets ? Self.listenDescriptors() : nil
        let first = 3 + (listening?.count ?? 0)
        let wanted = try arguments.number("preserve-fds", in: 0...1000) ?? 0
        count = first - 3 + wanted
        for number in first..<(first + wanted) where !skep_linux_is_open(Int32(number)) {
            throw .container(
                ContainerError(.configInvalid, "--preserve-fds", "descriptor \(number) is not open"))
        }
    }

    /// A standard stream that is closed would be taken for the next file that is opened, and the other way round.
    private static func fillStandardStreams() {
        for number in STDIN_FILENO...STDERR_FILENO where !skep_linux_is_open(number) { _ = open("/dev/null", O_RDWR) }
    }

    /// sd_listen_fds(3): only where they are meant for this process.
    private static func listenDescriptors() -> ListenDescriptors? {
        guard let text = HostProgram.variable("LISTEN_FDS"), let count = Int(text), (1...1000).contains(count),
            HostProgram.variable("LISTEN_PID").flatMap({ Int32($0) }) == getpid()
        else { return nil }
        return ListenDescriptors(count: count, names: HostProgram.variable("LISTEN_FDNAMES"))
    }
}
