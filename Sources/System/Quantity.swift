/// Amounts as they are written on a command line: a number and its unit, in runc's spelling.
package enum Quantity {
    /// Bytes: "512", "64m", "1.5GiB". The units k, m, g, t and p are powers of 1024, in any case, with "b" or "ib"
    /// behind them or not. Nil for what is no such text, is negative, or is more than Int64 holds.
    package static func bytes(_ text: String) -> Int64? {
        var scanner = Scanner(text)
        guard let number = scanner.number() else { return nil }
        scanner.skip(UInt8(ascii: " "))
        let unit = scanner.rest().map { $0 | 0x20 }
        guard let scale = byteScale(unit) else { return nil }
        return number.scaled(by: scale)
    }

    /// Bytes for people to read, and exact: "512 KiB", "1536 KiB", "1000 bytes".
    package static func text(bytes: Int64) -> String {
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var number = bytes, unit = 0
        while number != 0 && number % 1024 == 0 {
            number /= 1024
            unit += 1
        }
        return decimal(number) + " " + units[unit]
    }

    private static func byteScale(_ unit: [UInt8]) -> Int64? {
        guard let first = unit.first else { return 1 }
        let powers = Array("bkmgtp".utf8)
        guard let power = powers.firstIndex(of: first) else { return nil }
        let rest = String(decoding: unit.dropFirst(), as: UTF8.self)
        let isWellFormed = power == 0 ? rest.isEmpty : rest.isEmpty || rest == "b" || rest == "ib"
        return isWellFormed ? 1 << (10 * Int64(power)) : nil
    }

    /// Nanoseconds of a time span as Go writes it: "5s", "100ms", "1m30s", "1.5h". Nil for what is no such text, or is
    /// more than Int64 holds.
    package static func nanoseconds(_ text: String) -> Int64? {
        var scanner = Scanner(text)
        let isNegative = scanner.skip(UInt8(ascii: "-"))
        if !isNegative { scanner.skip(UInt8(ascii: "+")) }
        if scanner.remaining.elementsEqual("0".utf8) { return 0 }
        var sum: Int64 = 0
        repeat {
            guard let number = scanner.number(), let unit = timeScale(scanner.word()),
                let part = number.scaled(by: unit)
            else { return nil }
            let (total, isTooLarge) = sum.addingReportingOverflow(part)
            if isTooLarge { return nil }
            sum = total
        } while !scanner.remaining.isEmpty
        return isNegative ? -sum : sum
    }

    private static func timeScale(_ unit: String) -> Int64? {
        switch unit {
        case "ns": 1
        case "us", "\u{b5}s", "\u{3bc}s": 1000
        case "ms": 1_000_000
        case "s": 1_000_000_000
        case "m": 60_000_000_000
        case "h": 3_600_000_000_000
        default: nil
        }
    }
}

/// A number with a fraction, exactly.
private struct Decimal {
    var whole: Int64
    var fraction: Int64
    /// What the fraction counts in: a power of ten.
    var denominator: Int64

    /// The number times `scale`, rounded down.
    func scaled(by scale: Int64) -> Int64? {
        let (product, isTooLarge) = whole.multipliedReportingOverflow(by: scale)
        if isTooLarge { return nil }
        let part = denominator.dividingFullWidth(fraction.multipliedFullWidth(by: scale)).quotient
        let (sum, isStillTooLarge) = product.addingReportingOverflow(part)
        return isStillTooLarge ? nil : sum
    }
}

private struct Scanner {
    private(set) var remaining: ArraySlice<UInt8>

    init(_ text: String) {
        remaining = Array(text.utf8)[...]
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    @discardableResult
    mutating func skip(_ byte: UInt8) -> Bool {
        guard remaining.first == byte else { return false }
        remaining = remaining.dropFirst()
        return true
    }

    /// All that is left.
    mutating func rest() -> [UInt8] {
        let all = Array(remaining)
        remaining = []
        return all
    }

    /// What stands before the next digit.
    mutating func word() -> String {
        let word = remaining.prefix { !Self.isDigit($0) }
        remaining = remaining.dropFirst(word.count)
        return String(decoding: word, as: UTF8.self)
    }

    private mutating func digits() -> ArraySlice<UInt8> {
        let digits = remaining.prefix(while: Self.isDigit)
        remaining = remaining.dropFirst(digits.count)
        return digits
    }

    /// Digits, with a fraction behind a point or not. More than nine digits of a fraction make no difference.
    mutating func number() -> Decimal? {
        let whole = digits()
        var fraction: ArraySlice<UInt8> = []
        if skip(UInt8(ascii: ".")) { fraction = digits() }
        if whole.isEmpty && fraction.isEmpty { return nil }
        guard let value = Int64(whole.isEmpty ? "0" : String(decoding: whole, as: UTF8.self)) else { return nil }
        var part: Int64 = 0, denominator: Int64 = 1
        for digit in fraction.prefix(9) {
            part = part * 10 + Int64(digit - UInt8(ascii: "0"))
            denominator *= 10
        }
        return Decimal(whole: value, fraction: part, denominator: denominator)
    }
}
