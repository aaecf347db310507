package import DBus
internal import Glibc

/// The server's end of a D-Bus connection, for a thread to play.
package protocol FakePeer: AnyObject {
    /// The socket.
    var number: CInt { get }
    /// What has been read and not been taken yet.
    var incoming: [UInt8] { get set }
    /// What has been called so far.
    var calls: [String] { get set }
}

extension FakePeer {
    package func write(_ bytes: [UInt8]) {
        _ = send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    package func write(_ text: String) {
        write(Array(text.utf8))
    }

    /// One more piece of what the client says; false once it has closed its end.
    @discardableResult
    package func read() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(number, &buffer, buffer.count, 0)
        if count <= 0 { return false }
        incoming += buffer[..<count]
        return true
    }

    /// Waits until the client has closed its end.
    package func readToEnd() {
        while read() {}
    }

    /// Agrees to the client's opening, if it waits for that; what it was, up to its last line.
    @discardableResult
    package func agree(_ answer: String = "DATA\r\nOK 0123456789abcdef0123456789abcdef\r\n") -> String {
        let end = Array("BEGIN\r\n".utf8)
        var opening: [UInt8] = []
        while !opening.reversed().starts(with: end.reversed()) {
            if incoming.isEmpty && !read() { return "" }
            opening.append(incoming.removeFirst())
        }
        // As systemd, which would not look at what comes too early.
        if !incoming.isEmpty { return "" }
        write(answer)
        return String(decoding: opening, as: UTF8.self)
    }

    /// The client's next call; nil once there is none.
    package func next() -> Message? {
        while true {
            if let length = try? Message.length(of: incoming[...]), incoming.count >= length {
                let message = try? Message.read(Array(incoming[..<length]))
                incoming.removeFirst(length)
                if let member = message?.member { calls.append(member) }
                return message
            }
            if !read() { return nil }
        }
    }

    package func reply(to call: Message?, _ body: [Value] = []) {
        write(Message(.reply, serial: 100, replySerial: call?.serial ?? 0, body: body).bytes)
    }

    package func fail(_ call: Message?, _ name: String, _ text: String) {
        write(
            Message(.error, serial: 100, replySerial: call?.serial ?? 0, errorName: name, body: [.string(text)]).bytes)
    }
}
