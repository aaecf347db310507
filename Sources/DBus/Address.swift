/// Where a D-Bus server listens: a Unix socket (D-Bus specification, Server Addresses).
package struct Address: Sendable, Equatable {
    /// The socket's name in the file system, or in the abstract namespace.
    package var name: [UInt8]
    package var isAbstract: Bool

    package init(name: [UInt8], isAbstract: Bool = false) {
        self.name = name
        self.isAbstract = isAbstract
    }

    /// A socket in the file system.
    package init(path: String) {
        self.init(name: Array(path.utf8))
    }

    /// Reads a list of addresses, as DBUS_SESSION_BUS_ADDRESS holds one: those of it that can be connected to here, in
    /// its order.
    ///
    /// - Parameters:
    ///   - text: the list, "unix:path=/run/user/1000/bus,guid=...;...".
    ///   - runtimeDirectory: XDG_RUNTIME_DIR, in which "unix:runtime=yes" has its socket.
    /// - Returns: the addresses. Those of other transports are left out, and those that break the grammar.
    package static func list(_ text: String, runtimeDirectory: String? = nil) -> [Address] {
        text.utf8.split(separator: UInt8(ascii: ";")).compactMap { Address($0, runtimeDirectory) }
    }

    private init?(_ text: Substring.UTF8View, _ runtimeDirectory: String?) {
        guard text.starts(with: "unix:".utf8) else { return nil }
        var found: Address?
        for pair in text.dropFirst("unix:".utf8.count).split(separator: UInt8(ascii: ",")) {
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            guard let value = Self.unescaped(pair[pair.index(after: equals)...]) else { return nil }
            var address: Address?
            switch String(pair[..<equals]) {
            case "path": address = Address(name: value)
            case "abstract": address = Address(name: value, isAbstract: true)
            case "runtime":
                guard value.elementsEqual("yes".utf8), let runtimeDirectory else { return nil }
                address = Address(path: runtimeDirectory + "/bus")
            default: continue
            }
            // They exclude each other.
            if found != nil { return nil }
            found = address
        }
        guard let found, !found.name.isEmpty, found.isAbstract || !found.name.contains(0) else { return nil }
        self = found
    }

    /// The bytes that a value stands for: each may be written as "%2f". Nil where a "%" is followed by something else.
    private static func unescaped(_ text: Substring.UTF8View) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension Address: CustomStringConvertible {
    /// "unix:path=/run/systemd/private"
    package var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text = Array((isAbstract ? "unix:abstract=" : "unix:path=").utf8)
        for byte in name {
            if Self.isPlain(byte) {
                text.append(byte)
            } else {
                text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "/"),
            UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "*"):
            true
        default: false
        }
    }
}
