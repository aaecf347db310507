import DBus

@testable import Cgroups

/// Properties as text, "NAME=VALUE", for comparing.
func texts(_ properties: [UnitProperty]) -> [String] {
    properties.map { "\($0.name)=\(text($0.value))" }
}

private func text(_ value: Value) -> String {
    switch value {
    case .boolean(let isTrue): isTrue ? "yes" : "no"
    case .uint32(let number): "\(number)"
    case .uint64(let number): number == .max ? "infinity" : "\(number)"
    case .string(let text): text
    case .byte(let byte): "\(byte)"
    case .array(_, let values), .structure(let values): values.map(text).joined(separator: " ")
    default: "?"
    }
}
