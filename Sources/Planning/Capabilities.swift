internal import Clibcap

/// A set of capabilities: bit N is the capability of that number (capabilities(7)).
public struct CapabilitySet: OptionSet, Sendable, Hashable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The names of all capabilities that libcap knows, whatever the kernel does, in the order of their numbers.
    public static var knownNames: [String] {
        (0..<64).compactMap { (number: cap_value_t) in
            guard let name = cap_to_name(number) else { return nil }
            defer { cap_free(name) }
            let text = String(cString: name)
            // One that has no name is shown as its number.
            return text.hasPrefix("cap_") ? text.uppercased() : nil
        }
    }

    /// Those of the set, in the order of their numbers; libcap has names for all.
    public var names: [String] {
        (0..<64).compactMap { (number: cap_value_t) in
            guard rawValue >> UInt64(number) & 1 == 1, let name = cap_to_name(number) else { return nil }
            defer { cap_free(name) }
            return String(cString: name).uppercased()
        }
    }

    /// Takes the names that libcap knows ("CAP_CHOWN"), and gives `unknown` those that it does not.
    public init(names: [String], unknown: (_ index: Int, _ name: String) -> Void) {
        var bits: UInt64 = 0
        for (index, name) in names.enumerated() {
            var number: cap_value_t = 0
            // libcap takes lower case, bare numbers, and what follows a name; the specification has none of it.
            let isPlain = name.utf8.allSatisfy {
                $0 == UInt8(ascii: "_") || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0
            }
            if isPlain && name.withCString({ cap_from_name($0, &number) }) == 0 && number < 64 {
                bits |= 1 << UInt64(number)
            } else {
                unknown(index, name)
            }
        }
        rawValue = bits
    }
}
