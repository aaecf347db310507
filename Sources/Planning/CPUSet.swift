internal import OCI

/// A set of CPUs or memory nodes, as sched_setaffinity(2) and set_mempolicy(2) take it.
public struct CPUSet: Sendable, Hashable, CustomStringConvertible {
    /// The members as bits, 64 to a word, the lowest first.
    public let words: [UInt64]

    /// Every CPU that there can be: the kernel leaves out what the process's cpuset does not have.
    static var all: CPUSet { CPUSet(words: [UInt64](repeating: .max, count: NumberList.limit / 64)) }

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
        parsing list: String, of noun: String = "CPU", limit: Int = NumberList.limit, origin: Origin
    ) throws(ConfigurationError) {
        var words: [UInt64] = []
        for part in NumberList.parts(of: list) {
            guard let range = part.range else {
                let text = String(decoding: part.text, as: UTF8.self)
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
