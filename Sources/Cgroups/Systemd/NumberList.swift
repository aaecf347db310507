/// Lists of CPUs and memory nodes in the kernel's syntax: "0-3,7".
enum NumberList {
    /// As many as a kernel can be built for.
    private static let limit = 8192

    /// The members as bits, 8 to a byte, the lowest first. Nil for what is no list, or has nothing in it.
    static func bits(_ list: String) -> [UInt8]? {
        var bits: [UInt8] = []
        for part in list.utf8.split(separator: UInt8(ascii: ",")) {
            let text = trimmed(part)
            if text.isEmpty { continue }
            guard let range = range(text) else { return nil }
            while bits.count <= range.upperBound / 8 { bits.append(0) }
            for number in range { bits[number / 8] |= 1 << UInt8(number % 8) }
        }
        return bits.isEmpty ? nil : bits
    }

    static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || (9...13).contains(byte) }
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return text
    }

    private static func range(_ text: Substring.UTF8View) -> ClosedRange<Int>? {
        let ends = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map(number)
        guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last else { return nil }
        return last < limit ? first...last : nil
    }

    private static func number(_ digits: Substring.UTF8View) -> Int? {
        guard !digits.isEmpty, digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
        return Int(String(decoding: Array(digits), as: UTF8.self))
    }
}
