/// What is asked of a bus itself (D-Bus specification, Message Bus Messages).
package enum Bus {
    private static let name = "org.freedesktop.DBus"

    /// The greeting, which has to come first.
    package static func hello() -> Message {
        call("Hello")
    }

    /// Asks for the signals that a rule matches.
    package static func addMatch(_ rule: String) -> Message {
        call("AddMatch", [.string(rule)])
    }

    private static func call(_ member: String, _ body: [Value] = []) -> Message {
        .call(name, member, of: "/org/freedesktop/DBus", at: name, body)
    }
}
