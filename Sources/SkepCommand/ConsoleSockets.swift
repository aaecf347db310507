internal import CLinux
internal import Glibc
internal import Skep
internal import System
internal import SystemPackage

/// Where the master end of a process's terminal goes: to --console-socket, or back to this command, which then stands
/// between the terminal and its own standard input and output.
struct ConsoleSockets: ~Copyable {
    /// What the library sends the master over; nil where there is no terminal, or nowhere to send it.
    private let outer: Descriptor?
    private let inner: Descriptor?

    /// - Parameters:
    ///   - path: --console-socket.
    ///   - hasTerminal: whether the process wants a terminal.
    ///   - isForeground: whether this command stays with the process.
    /// - Throws: `Failure` where nobody listens at `path`.
    init(path: String?, hasTerminal: Bool, isForeground: Bool) throws(Failure) {
        if let path {
            outer = try failing("--console-socket") { () throws(SystemError) in try Descriptor.connected(to: path) }
            inner = nil
            return
        }
        guard hasTerminal && isForeground else {
            outer = nil
            inner = nil
            return
        }
        var ends: [CInt] = [-1, -1]
        do {
            _ = try systemCall { skep_linux_socket_pair(&ends) }
        } catch {
            throw .container(ContainerError(SystemError("socketpair", "", error), origin: "process.terminal"))
        }
        outer = Descriptor(owning: ends[0])
        inner = Descriptor(owning: ends[1])
    }

    /// The library's end, lent.
    var number: CInt? {
        switch outer {
        case .some(let outer): outer.number
        case .none: nil
        }
    }

    /// The proxy for the terminal, once the process has been started; nil where it is somebody else's.
    func proxy() -> TerminalProxy? {
        switch inner {
        case .some(let inner):
            var byte: [UInt8] = Array(repeating: 0, count: 64)
            var master: CInt = -1
            _ = skep_linux_receive(inner.number, &byte, byte.count, &master)
            return master < 0 ? nil : TerminalProxy(master: Descriptor(owning: master))
        case .none: return nil
        }
    }
}
