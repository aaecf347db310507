import Glibc
internal import CLinux
internal import Synchronization
internal import System
internal import SystemPackage

/// Stands between a container that says that it is ready (sd_notify(3)) and the host's service manager, which listens
/// to this program alone, and which is told the container's process in the host's terms.
package final class NotifyProxy: Sendable {
    private let host: Descriptor
    private let own = Mutex(Holder())

    private struct Holder: ~Copyable {
        var socket: Descriptor?
    }

    /// Where the container finds the socket.
    static let innerDirectory = "/run/notify"
    private static let socketName = "/notify.sock"

    /// The container's variable.
    static let variable = "NOTIFY_SOCKET=" + innerDirectory + socketName

    /// - Parameter path: the service manager's socket ($NOTIFY_SOCKET).
    /// - Throws: `systemError` if nobody listens there.
    package init(to path: String) throws(ContainerError) {
        do {
            host = Descriptor(owning: try systemCall { skep_linux_connect_datagram(path) })
        } catch {
            throw ContainerError(.systemError, "NOTIFY_SOCKET", operation: "connect", path: path, errno: error)
        }
    }

    /// Listens in `directory`, which the container sees as /run/notify.
    func listen(in directory: String) throws(ContainerError) {
        let path = directory + Self.socketName
        try converting(origin: "NOTIFY_SOCKET") { () throws(SystemError) in
            _ = try Files.makeDirectory(directory, mode: 0o755)
            _ = try Files.removeFile(path)
        }
        do {
            let number = try systemCall { skep_linux_bind_datagram(path) }
            own.withLock { $0.socket = Descriptor(owning: number) }
        } catch {
            throw ContainerError(.systemError, "NOTIFY_SOCKET", operation: "bind", path: path, errno: error)
        }
    }

    /// The socket, lent: readable when the container has said something.
    package var number: Int32 {
        own.withLock { holder in
            switch holder.socket {
            case .some(let socket): socket.number
            case .none: -1
            }
        }
    }

    /// Passes on what the container has said.
    ///
    /// - Parameter pid: whom the service manager is to watch, as the host knows it.
    /// - Returns: whether it was that it is ready.
    package func passOn(pid: Int32) -> Bool {
        let number = number
        var isReady = false
        while true {
            var message = [UInt8](repeating: 0, count: 4096)
            let got = recv(number, &message, message.count, 0)
            if got <= 0 { return isReady }
            // Nothing but this: the rest would let a container speak for the service (MAINPID, FDSTORE).
            let lines = message[..<got].split(separator: UInt8(ascii: "\n")).filter {
                $0.starts(with: "READY=".utf8) || $0.starts(with: "STATUS=".utf8)
            }
            if lines.isEmpty { continue }
            let sent = Array(lines.joined(separator: [UInt8(ascii: "\n")])) + Array(("\nMAINPID=" + decimal(pid)).utf8)
            pass(sent)
            isReady = isReady || lines.contains { $0.elementsEqual("READY=1".utf8) }
        }
    }

    /// How long the service manager may take to make room, in milliseconds.
    private static let patience: Int32 = 5000

    private func pass(_ message: [UInt8]) {
        while send(host.number, message, message.count, CInt(MSG_NOSIGNAL)) < 0 && errno == EAGAIN {
            var waiting = pollfd(fd: host.number, events: Int16(POLLOUT), revents: 0)
            if poll(&waiting, 1, Self.patience) <= 0 { return }
        }
    }

    /// Waits until the container has said that it is ready, or its process has ended.
    package func waitUntilReady(_ process: RunningProcess) {
        var waiting = [number, process.pidfd].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while true {
            _ = poll(&waiting, nfds_t(waiting.count), -1)
            if waiting[0].revents != 0 && passOn(pid: process.pid) { return }
            if waiting[1].revents != 0 {
                _ = passOn(pid: process.pid)
                return
            }
        }
    }
}
