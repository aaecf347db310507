internal import CLinux
internal import Glibc
package import System
internal import SystemPackage

/// A conversation with a D-Bus server, a bus or a single peer. Nothing here waits without a bound, and signals never
/// interrupt anything for good.
package struct Connection: ~Copyable {
    /// The server, for errors.
    package let address: String
    private let descriptor: Descriptor
    private let signals: [String]
    private var handshake = Handshake()
    private var serial: UInt32 = 0
    private var outgoing = Handshake.opening
    /// Messages that wait for the server's consent. systemd's own socket would read them along with the opening, and
    /// then not look at them before something else comes.
    private var held: [UInt8] = []
    private var incoming: [UInt8] = []
    /// Calls whose success nobody waits for, but whose failure is everybody's.
    private var preparations: [UInt32: String] = [:]
    /// What has come and not been asked for yet: answers, and signals that are to be kept.
    private var inbox: [Message] = []

    /// How many messages are kept at most; the oldest goes first.
    private static let inboxSize = 4096

    /// Connects, and opens the handshake. The server's consent is not waited for: the first call finds it there, or
    /// waits for it.
    ///
    /// - Parameters:
    ///   - address: the server.
    ///   - isBus: whether it is a bus, which wants to be greeted, or the peer itself.
    ///   - signals: the names of the signals that are to be kept; all others are passed over.
    ///   - deadline: until when to try, where the server has no place for one more connection.
    /// - Throws: what kept the socket from being connected.
    package init(
        to address: Address, isBus: Bool, keeping signals: [String] = [], deadline: Deadline
    ) throws(BusError) {
        let descriptor = try Self.connect(to: address, deadline)
        self.init(over: descriptor, address: address.description, isBus: isBus, keeping: signals)
    }

    /// Takes over a socket that is connected, and does not block.
    init(over descriptor: consuming Descriptor, address: String, isBus: Bool, keeping signals: [String] = []) {
        self.address = address
        self.descriptor = descriptor
        self.signals = signals
        if isBus { prepare(Bus.hello()) }
        // What fails here fails again where somebody waits.
        _ = try? sendSome()
    }

    private static func connect(to address: Address, _ deadline: Deadline) throws(BusError) -> Descriptor {
        while true {
            do {
                return Descriptor(owning: try systemCall { tryConnecting(to: address) })
            } catch {
                // Nothing tells when a listener's queue has a place again.
                if error != .wouldBlock { throw BusError("connect", address.description, .system(error)) }
            }
            if deadline.rest == 0 { throw BusError("connect", address.description, .system(.timedOut)) }
            usleep(2000)
        }
    }

    private static func tryConnecting(to address: Address) -> CInt {
        let length = address.name.count
        return (address.name + [0]).withUnsafeBytes { name in
            guard let start = name.baseAddress else { preconditionFailure("a name with its terminator is not empty") }
            return skep_linux_try_connect(start, length, address.isAbstract)
        }
    }

    /// Whether the server has let the caller in. Before that it has heard no call.
    package var isAgreed: Bool { handshake.isDone }

    // MARK: Calls

    /// Queues a call, to be sent with the next one. If it fails, whatever is waited for next fails with it.
    package mutating func prepare(_ call: Message) {
        let serial = enqueue(call)
        preparations[serial] = call.member ?? ""
    }

    /// Sends a call, and does not wait for its answer.
    ///
    /// - Returns: the call's number, to wait for its answer with.
    /// - Throws: what kept it from being sent.
    package mutating func send(_ call: Message, deadline: Deadline) throws(BusError) -> UInt32 {
        let operation = call.member ?? ""
        let serial = enqueue(call)
        while !handshake.isDone { try receive(operation, deadline) }
        try flush(operation, deadline)
        return serial
    }

    /// Waits for the answer to a call.
    ///
    /// - Parameters:
    ///   - serial: the call's number.
    ///   - operation: what errors call it.
    ///   - deadline: until when.
    /// - Returns: what the answer holds.
    /// - Throws: the server's error, or why there is no answer.
    package mutating func answer(
        to serial: UInt32, _ operation: String, deadline: Deadline
    ) throws(BusError) -> [Value] {
        let message = try take(operation, deadline) { $0.kind != .signal && $0.replySerial == serial }
        if message.kind == .error { throw failure(message, operation) }
        return message.body
    }

    /// Calls, and waits for the answer.
    package mutating func call(_ call: Message, deadline: Deadline) throws(BusError) -> [Value] {
        let serial = try send(call, deadline: deadline)
        return try answer(to: serial, call.member ?? "", deadline: deadline)
    }

    /// Waits for a signal, which may have come already.
    ///
    /// - Parameters:
    ///   - operation: what errors say is waited for.
    ///   - deadline: until when.
    ///   - isWanted: tells whether it is the one.
    /// - Returns: the signal.
    /// - Throws: why it does not come.
    package mutating func signal(
        _ operation: String, deadline: Deadline, where isWanted: (Message) -> Bool
    ) throws(BusError) -> Message {
        try take(operation, deadline) { $0.kind == .signal && isWanted($0) }
    }

    // MARK: Messages

    private mutating func enqueue(_ message: Message) -> UInt32 {
        serial += 1
        var message = message
        message.serial = serial
        held += message.bytes
        return serial
    }

    /// The first message that is wanted, of those that have come or will.
    private mutating func take(
        _ operation: String, _ deadline: Deadline, where isWanted: (Message) -> Bool
    ) throws(BusError) -> Message {
        var seen = 0
        while true {
            if let index = inbox[seen...].firstIndex(where: isWanted) { return inbox.remove(at: index) }
            seen = inbox.count
            try receive(operation, deadline)
            // What went out of the box for being too old leaves the numbering wrong.
            if inbox.count < seen || inbox.count == Self.inboxSize { seen = 0 }
        }
    }

    private func failure(_ message: Message, _ operation: String) -> BusError {
        BusError(
            operation, address, .refused(name: message.errorName ?? "", text: message.body.first?.text ?? ""))
    }

    /// Reads what is there, or waits for it; and sorts out whole messages.
    private mutating func receive(_ operation: String, _ deadline: Deadline) throws(BusError) {
        try flush(operation, deadline)
        try wait(for: POLLIN, operation, deadline)
        try read(operation)
        do {
            try handshake.read(&incoming)
        } catch {
            throw BusError(operation, address, error.cause)
        }
        if !handshake.isDone { return }
        var start = 0
        defer { incoming.removeFirst(start) }
        do {
            while incoming.count - start >= Message.fixedLength {
                let length = try Message.length(of: incoming[start...])
                if incoming.count - start < length { break }
                let message = try Message.read(Array(incoming[start..<start + length]))
                start += length
                if let message { try sort(message) }
            }
        } catch let error as MessageError {
            throw BusError(operation, address, .malformed(error))
        } catch let error as BusError {
            throw error
        } catch {
            throw BusError(operation, address, .system(.badMessage))
        }
    }

    private mutating func sort(_ message: Message) throws(BusError) {
        switch message.kind {
        // A client has nothing to be called for.
        case .call: return
        case .signal where !signals.contains(message.member ?? ""): return
        case .error, .reply:
            if let name = message.replySerial.flatMap({ preparations.removeValue(forKey: $0) }) {
                if message.kind == .error { throw failure(message, name) }
                return
            }
        case .signal: break
        }
        if inbox.count == Self.inboxSize { inbox.removeFirst() }
        inbox.append(message)
    }

    // MARK: Bytes

    private mutating func flush(_ operation: String, _ deadline: Deadline) throws(BusError) {
        if handshake.isDone {
            outgoing += held
            held = []
        }
        while !outgoing.isEmpty {
            do {
                try sendSome()
            } catch {
                if error != .wouldBlock { throw BusError(operation, address, .system(error)) }
                try wait(for: POLLOUT, operation, deadline)
            }
        }
    }

    /// Sends as much as there is room for.
    private mutating func sendSome() throws(Errno) {
        let number = descriptor.number, bytes = outgoing
        let count = try systemCall { Glibc.send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
        outgoing.removeFirst(count)
    }

    private func wait(for event: Int32, _ operation: String, _ deadline: Deadline) throws(BusError) {
        var waiting = pollfd(fd: descriptor.number, events: Int16(event), revents: 0)
        do {
            // A server that never stops talking counts as one that does not answer.
            if deadline.rest > 0, try systemCall({ poll(&waiting, 1, deadline.rest) }) > 0 { return }
        } catch {
            throw BusError(operation, address, .system(error))
        }
        throw BusError(operation, address, .system(.timedOut))
    }

    private mutating func read(_ operation: String) throws(BusError) {
        let number = descriptor.number
        var outcome = Result<Int, Errno>.success(0)
        incoming += [UInt8](unsafeUninitializedCapacity: 16 << 10) { buffer, count in
            outcome = Result { () throws(Errno) in
                try systemCall { recv(number, buffer.baseAddress, buffer.count, 0) }
            }
            if case .success(let got) = outcome { count = got }
        }
        switch outcome {
        case .success(0): throw BusError(operation, address, .closed)
        case .success, .failure(.wouldBlock): return
        case .failure(let error): throw BusError(operation, address, .system(error))
        }
    }
}
