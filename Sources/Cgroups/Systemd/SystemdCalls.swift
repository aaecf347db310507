internal import DBus

/// The calls of systemd's D-Bus interface (org.freedesktop.systemd1(5)) that are made here, as messages.
struct SystemdCalls {
    /// The bus's name for systemd; nil where the connection is to systemd itself.
    let destination: String?

    static let busName = "org.freedesktop.systemd1"
    static let path = "/org/freedesktop/systemd1"
    static let manager = "org.freedesktop.systemd1.Manager"
    /// What systemd announces the end of a job with.
    static let jobRemoved = "JobRemoved"

    private func call(_ member: String, _ body: [Value]) -> Message {
        .call(Self.manager, member, of: Self.path, at: destination, body)
    }

    func startTransientUnit(_ unit: String, _ properties: [UnitProperty]) -> Message {
        call(
            "StartTransientUnit",
            [
                .string(unit), .string("replace"), UnitProperty.list(properties), .array(element: "(sa(sv))", []),
            ])
    }

    func stopUnit(_ unit: String) -> Message {
        call("StopUnit", [.string(unit), .string("replace")])
    }

    func resetFailedUnit(_ unit: String) -> Message {
        call("ResetFailedUnit", [.string(unit)])
    }

    func setUnitProperties(_ unit: String, isRuntime: Bool, _ properties: [UnitProperty]) -> Message {
        call("SetUnitProperties", [.string(unit), .boolean(isRuntime), UnitProperty.list(properties)])
    }

    /// A property of systemd itself.
    func managerProperty(_ name: String) -> Message {
        property(name, of: Self.manager, at: Self.path)
    }

    /// A property that only units of one type have, the one that the unit's name ends with.
    func typeProperty(_ name: String, of unit: String) -> Message {
        let suffix = unit.utf8.reversed().prefix { $0 != UInt8(ascii: ".") }.reversed()
        let type = String(decoding: Array(suffix), as: UTF8.self)
        let interface = type == "slice" ? "org.freedesktop.systemd1.Slice" : "org.freedesktop.systemd1.Scope"
        return property(name, of: interface, at: Self.path + "/unit/" + Self.label(unit))
    }

    private func property(_ name: String, of interface: String, at path: String) -> Message {
        .call(
            "org.freedesktop.DBus.Properties", "Get", of: path, at: destination, [.string(interface), .string(name)])
    }

    /// The rule for the announcements of one unit's jobs, and no other's: hosts have thousands of units.
    static func rule(for unit: String) -> String {
        "type='signal',sender='\(busName)',path='\(path)',interface='\(manager)',member='\(jobRemoved)',arg2='\(unit)'"
    }

    /// A unit's name as a part of an object path: what can't be in one, and a digit at its beginning, as "_2e".
    static func label(_ unit: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var bytes: [UInt8] = []
        for byte in unit.utf8 {
            let isDigit = UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            let isLetter = UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
            if isLetter || isDigit && !bytes.isEmpty {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "_"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return bytes.isEmpty ? "_" : String(decoding: bytes, as: UTF8.self)
    }
}
