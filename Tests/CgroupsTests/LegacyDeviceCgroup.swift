/// A version 1 device cgroup: what devices.allow and devices.deny make of the lines that are written to them, and how
/// they are asked. Told anew from the kernel's security/device_cgroup.c, and by nothing else.
struct LegacyDeviceCgroup {
    private struct Exception {
        var type: Character
        /// Nil is "*".
        var major: UInt32?
        var minor: UInt32?
        var access: Set<Character>

        func isSame(_ other: Exception) -> Bool {
            type == other.type && major == other.major && minor == other.minor
        }
    }

    /// A line that can't be read.
    struct Malformed: Error {
        var line: String
    }

    private var isDefaultAllow = true
    private var exceptions: [Exception] = []

    /// Writes a line to devices.allow, or to devices.deny.
    mutating func write(_ line: String, allow: Bool) throws(Malformed) {
        if line.first == "a" {
            isDefaultAllow = allow
            exceptions = []
            return
        }
        let exception = try Self.parse(line)
        let same = exceptions.firstIndex { $0.isSame(exception) }
        if allow == isDefaultAllow {
            // Takes back what is the very same, and nothing else.
            guard let same else { return }
            exceptions[same].access.subtract(exception.access)
            if exceptions[same].access.isEmpty { exceptions.remove(at: same) }
        } else if let same {
            exceptions[same].access.formUnion(exception.access)
        } else {
            exceptions.append(exception)
        }
    }

    private static func parse(_ line: String) throws(Malformed) -> Exception {
        let words = line.split(separator: " ")
        guard words.count == 3, words[0] == "b" || words[0] == "c" else { throw Malformed(line: line) }
        let numbers = words[1].split(separator: ":")
        let access = Set(words[2])
        guard numbers.count == 2, !access.isEmpty, access.isSubset(of: "rwm") else { throw Malformed(line: line) }
        func number(_ text: Substring) throws(Malformed) -> UInt32? {
            if text == "*" { return nil }
            guard let number = UInt32(text) else { throw Malformed(line: line) }
            return number
        }
        return Exception(
            type: Character(String(words[0])), major: try number(numbers[0]), minor: try number(numbers[1]),
            access: access)
    }

    /// Whether a device may be used so.
    func allows(_ request: DeviceMachine.Request) -> Bool {
        let wanted = Set(request.accessLetters)
        let applying = exceptions.filter {
            $0.type == (request.isBlock ? "b" : "c") && ($0.major ?? request.major) == request.major
                && ($0.minor ?? request.minor) == request.minor
        }
        if isDefaultAllow { return !applying.contains { !$0.access.isDisjoint(with: wanted) } }
        return applying.contains { wanted.isSubset(of: $0.access) }
    }
}

extension DeviceMachine.Request {
    /// "rwm", as far as it is wanted.
    var accessLetters: String {
        (access & 2 != 0 ? "r" : "") + (access & 4 != 0 ? "w" : "") + (access & 1 != 0 ? "m" : "")
    }
}
