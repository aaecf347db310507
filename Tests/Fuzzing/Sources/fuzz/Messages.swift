@testable internal import DBus
@testable internal import Netlink

/// What arrives on sockets.
enum MessageTarget {
    static func runBus(_ bytes: [UInt8]) {
        if bytes.count >= 16, let length = try? Message.length(of: bytes[...]) { demand(length >= 16) }
        guard let message = try? Message.read(bytes) else { return }
        // A header's text may be longer written than it was: a signature that is told twice, for one.
        guard let again = try? Message.read(message.bytes) else { return }
        demand(again == message || message != message)
    }

    static func runNetlink(_ bytes: [UInt8]) {
        for reply in Reply.split(bytes) ?? [] {
            _ = Link(reply)
            _ = reply.outcome
            if let (_, address) = InterfaceAddress.read(reply) { _ = Netlink.Message.add(address, to: 1) }
        }
    }
}
