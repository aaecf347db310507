/// Lists of CPUs and memory nodes in the kernel's syntax, "0-3,7": cpuset(7), List format.
package enum NumberList {
    /// As many as a kernel can be built for.
    package static let limit = 8192

    /// A part of a list, and the numbers that it stands for; nil where it is no number and no range.
    package struct Part {
        package let text: Substring.UTF8View
        package let range: ClosedRange<Int>?
    }

    /// The parts. Spaces around them and empty ones mean nothing.
    package static func parts(of list: String) -> [Part] {
        list.utf8.split(separator: UInt8(ascii: ",")).map(trimmed).filter { !$0.isEmpty }.map { text in
            Part(text: text, range: range(text))
        }
    }

    /// The text without the spaces at both ends.
    package static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || (9...13).contains(byte) }
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return text
    }

    private static func range(_ text: Substring.UTF8View) -> ClosedRange<Int>? {
        let ends = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map(number)
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
}
