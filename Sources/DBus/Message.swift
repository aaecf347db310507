/// A D-Bus message (D-Bus specification, Message Protocol).
package struct Message: Sendable, Equatable {
    /// The types of messages.
    package enum Kind: UInt8, Sendable {
        case call = 1
        case reply
        case error
        case signal
    }

    /// Its type.
    package var kind: Kind
    /// The number that its sender gave it, never 0 in a message that was sent.
    package var serial: UInt32
    /// A call whose sender does not want to hear how it went.
    package var isUnanswered: Bool
    /// The number of the call that it answers.
    package var replySerial: UInt32?
    package var destination: String?
    /// The bus's name for whoever sent it; nil without a bus.
    package var sender: String?
    package var path: String?
    package var interface: String?
    package var member: String?
    /// An error's name ("org.freedesktop.DBus.Error.AccessDenied").
    package var errorName: String?
    /// Its arguments.
    package var body: [Value]

    package init(
        _ kind: Kind, serial: UInt32 = 0, isUnanswered: Bool = false, replySerial: UInt32? = nil,
        destination: String? = nil, sender: String? = nil, path: String? = nil, interface: String? = nil,
        member: String? = nil, errorName: String? = nil, body: [Value] = []
    ) {
        self.kind = kind
        self.serial = serial
        self.isUnanswered = isUnanswered
        self.replySerial = replySerial
        self.destination = destination
        self.sender = sender
        self.path = path
        self.interface = interface
        self.member = member
        self.errorName = errorName
        self.body = body
    }

    /// A call.
    package static func call(
        _ interface: String, _ member: String, of path: String, at destination: String?, _ body: [Value] = []
    ) -> Message {
        Message(.call, destination: destination, path: path, interface: interface, member: member, body: body)
    }
}
