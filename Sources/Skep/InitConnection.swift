import Glibc
internal import CLinux
internal import CPlan
internal import System
internal import SystemPackage

/// The two ends of the conversation.
struct InitSocketPair: ~Copyable {
    let parent: Descriptor
    let child: Descriptor

    init() throws(SystemError) {
        var ends: [CInt] = [-1, -1]
        do {
            _ = try systemCall { skep_linux_socket_pair(&ends) }
        } catch {
            throw SystemError("socketpair", "", error)
        }
        parent = Descriptor(owning: ends[0])
        child = Descriptor(owning: ends[1])
    }
}

/// The parent's end of the conversation with the bootstrap: skep_protocol.h.
struct InitConnection: ~Copyable {
    private let socket: Descriptor

    /// What the bootstrap has to say.
    enum Answer: ~Copyable {
        /// It waits to be told to go.
        case ready
        /// The hooks of the runtime's namespaces are due.
        case hooks
        /// It has a terminal, and this is the end for those outside.
        case terminal(Descriptor)
        /// Its filter is about to be loaded, and there is somebody to be told of the listener.
        case listener
        /// It has ended, and the process of this pidfd goes on in its place.
        case successor(Descriptor)
        /// A step failed.
        case failed(skep_report)
        /// It closed its end: it has become the user's program, or died.
        case closed
    }

    init(socket: consuming Descriptor) {
        self.socket = socket
    }

    /// Sends an order with descriptors, which stay the caller's. A bootstrap that is gone is no failure here: it has
    /// left a report, or the parent learns of its death.
    func send(
        _ kind: skep_order_kind, _ descriptors: [CInt] = [], following: Int = 0
    ) throws(SystemError) {
        var order = skep_order(
            kind: kind.rawValue, fd_count: UInt32(descriptors.count), following: UInt32(following))
        let size = MemoryLayout<skep_order>.size
        let number = socket.number
        do {
            _ = try systemCall { skep_linux_send(number, &order, size, descriptors, descriptors.count) }
        } catch {
            if error == .brokenPipe || error == .connectionReset { return }
            throw SystemError("sendmsg", "the init", error)
        }
    }

    /// Sends the plan's descriptors, in as many orders as they need.
    func sendPlan(_ descriptors: [CInt]) throws(SystemError) {
        var rest = descriptors[...]
        var kind = SKEP_ORDER_PLAN
        repeat {
            let part = rest.prefix(Int(SKEP_MAX_ORDER_FDS))
            rest = rest.dropFirst(part.count)
            try send(kind, Array(part), following: rest.count)
            kind = SKEP_ORDER_SOURCES
        } while !rest.isEmpty
    }

    /// Waits for something to receive.
    ///
    /// - Returns: whether there is within the time.
    func wait(milliseconds: Int32) -> Bool {
        var waiting = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, milliseconds) != 0
    }

    /// Waits for what the bootstrap has to say next.
    func receive() throws(SystemError) -> Answer {
        do {
            return try receiveOnce()
        } catch {
            // It went with an order unread. That comes before what it has said, which is still there.
            if error.errno == .connectionReset { return try receiveOnce() }
            throw error
        }
    }

    private func receiveOnce() throws(SystemError) -> Answer {
        var report = skep_report()
        let size = MemoryLayout<skep_report>.size
        let number = socket.number
        do {
            var came: CInt = -1
            let got = try systemCall { skep_linux_receive(number, &report, size, &came) }
            guard got == size else { return .closed }
            switch report.kind {
            case SKEP_REPORT_READY.rawValue: return .ready
            case SKEP_REPORT_HOOKS.rawValue: return .hooks
            case SKEP_REPORT_LISTENER.rawValue: return .listener
            case SKEP_REPORT_TERMINAL.rawValue: return .terminal(Descriptor(owning: came))
            case SKEP_REPORT_SUCCESSOR.rawValue: return .successor(Descriptor(owning: came))
            default: return .failed(report)
            }
        } catch {
            throw SystemError("recv", "the init", error)
        }
    }
}
