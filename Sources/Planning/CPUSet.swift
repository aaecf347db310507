/// A set of CPUs or memory nodes, as sched_setaffinity(2) and set_mempolicy(2) take it.
public struct CPUSet: Sendable, Hashable, CustomStringConvertible {
    /// The members as bits, 64 to a word, the lowest first.
    public let words: [UInt64]

    /// As many CPUs as a kernel can be built for.
    static let maximumCount = 8192

    /// Every CPU that there can be: the kernel leaves out what the process's cpuset does not have.
    static var all: CPUSet { CPUSet(words: [UInt64](repeating: .max, count: maximumCount / 64)) }

    init(words: [UInt64]) {
        self.words = words
    }

    /// Reads a list like "0-3,7", in the kernel's syntax: spaces around the parts and empty parts mean nothing.
    ///
    /// - Parameters:
    ///   - list: the list.
    ///   - noun: what it is a list of.
    ///   - limit: how many of them there can be.
    ///   - origin: the property that holds it.
    /// - Throws: `ConfigurationError` for what is no such list, or has nothing in it.
    init(
        parsing list: String, of noun: String = "CPU", limit: Int = maximumCount, origin: Origin
    ) throws(ConfigurationError) {
        var words: [UInt64] = []
        for part in list.utf8.split(separator: UInt8(ascii: ",")) {
            let part = Self.trimmed(part)
            if part.isEmpty { continue }
            guard let range = Self.range(part) else {
                let text = String(decoding: part, as: UTF8.self)
                throw ConfigurationError(
                    origin, "\"\(text)\" is no \(noun) and no range of \(noun)s, as \"0-3,7\" has them")
            }
            if range.upperBound >= limit {
                throw ConfigurationError(
                    origin, "\(range.upperBound) is no \(noun): the highest is \(limit - 1)")
            }
            while words.count <= range.upperBound / 64 { words.append(0) }
            for cpu in range { words[cpu / 64] |= 1 << UInt64(cpu % 64) }
        }
        if words.isEmpty { throw ConfigurationError(origin, "\"\(list)\" has no \(noun) in it") }
        self.words = words
    }

    private static func trimmed(_ part: Substring.UTF8View) -> Substring.UTF8View {
        let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var part = part.drop(while: isSpace)
        while let last = part.last, isSpace(last) { part.removeLast() }
        return part
    }

    /// The CPUs of "3" or "0-3"; nil for anything else.
    private static func range(_ part: Substring.UTF8View) -> ClosedRange<Int>? {
        let ends = part.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map(number)
        guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last else { return nil }
        return first...last
    }

    /// The value of decimal digits; nil for anything else, or a number that is too large to be a CPU's.
    private static func number(_ digits: Substring.UTF8View) -> Int? {
        guard !digits.isEmpty, digits.count < 10 else { return nil }
        var value = 0
        for digit in digits {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    /// The members as a list.
    public var description: String {
        if self == .all { return "all" }
        let cpus = (0..<words.count * 64).filter { words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
        var parts: [String] = []
        for cpu in cpus where !cpus.contains(cpu - 1) {
            var end = cpu
            while cpus.contains(end + 1) { end += 1 }
            parts.append(cpu == end ? "\(cpu)" : "\(cpu)-\(end)")
        }
        return parts.joined(separator: ",")
    }
}
