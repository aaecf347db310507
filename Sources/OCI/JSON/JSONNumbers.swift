/// Finds integers that do not fit in 64 bits.
///
/// json-c 0.16 turns them into the nearest number that fits, without a word; from 0.17 on its strict mode refuses
/// them, and this file can go.
enum JSONNumbers {
    /// No shorter run of digits can overflow.
    private static let longRun = 19

    /// Where the first integer that does not fit starts, in a document that json-c has accepted.
    ///
    /// It looks at one byte in 19 only, as an overflow has at least that many digits.
    static func firstOverflow(in bytes: UnsafeRawBufferPointer) -> Int? {
        var strings = StringFinder(bytes: bytes)
        var probe = longRun - 1
        while probe < bytes.count {
            guard isDigit(bytes[probe]) else {
                probe += longRun
                continue
            }
            var start = probe
            while start > 0, isDigit(bytes[start - 1]) { start -= 1 }
            var end = probe + 1
            while end < bytes.count, isDigit(bytes[end]) { end += 1 }
            if overflows(start..<end, bytes), !strings.contain(start) {
                return start > 0 && bytes[start - 1] == UInt8(ascii: "-") ? start - 1 : start
            }
            probe = end + longRun
        }
        return nil
    }

    /// Whether the digits are an integer, no part of a fraction or an exponent, and too large.
    private static func overflows(_ digits: Range<Int>, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard digits.count >= longRun else { return false }
        if digits.upperBound < bytes.count, isFractionOrExponent(bytes[digits.upperBound]) { return false }
        var previous = digits.lowerBound > 0 ? bytes[digits.lowerBound - 1] : 0
        var isNegative = false
        if previous == UInt8(ascii: "-") || previous == UInt8(ascii: "+") {
            isNegative = previous == UInt8(ascii: "-")
            previous = digits.lowerBound > 1 ? bytes[digits.lowerBound - 2] : 0
        }
        if isFractionOrExponent(previous) { return false }

        let limit = isNegative ? UInt64(1) << 63 : UInt64.max
        var value: UInt64 = 0
        for byte in bytes[digits] {
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, stillTooLarge) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            if tooLarge || stillTooLarge || sum > limit { return true }
            value = sum
        }
        return false
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private static func isFractionOrExponent(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
    }
}

/// Tells whether a byte lies between quotes; asked in ascending order, and only about digits that would overflow.
private struct StringFinder {
    let bytes: UnsafeRawBufferPointer
    private var index = 0
    private var isInside = false

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func contain(_ offset: Int) -> Bool {
        while index < offset {
            if bytes[index] == UInt8(ascii: "\"") {
                isInside.toggle()
            } else if isInside, bytes[index] == UInt8(ascii: "\\") {
                index += 1
            }
            index += 1
        }
        return isInside
    }
}
