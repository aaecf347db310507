internal import Glibc

// Strings by their bytes. A path, an option or a number has no need of what Characters and the general description of
// integers cost: a command that does without does not bring those parts of the standard library into memory.

extension String {
    /// What follows `prefix`; nil if the string does not begin with it.
    package func after(_ prefix: String) -> String? {
        guard utf8.starts(with: prefix.utf8) else { return nil }
        return String(decoding: Array(utf8)[prefix.utf8.count...], as: UTF8.self)
    }

    /// The same as `init(cString:)`, which has a place of its own in the standard library.
    package init(text: UnsafePointer<CChar>) {
        self.init(decoding: UnsafeRawBufferPointer(start: text, count: strlen(text)), as: UTF8.self)
    }
}

/// A number in decimal, with leading zeros up to `digits`.
@inlinable
package func decimal(_ number: some FixedWidthInteger, digits: Int = 1) -> String {
    decimal(magnitude: UInt64(number.magnitude), isNegative: number < 0, digits: digits)
}

@usableFromInline
package func decimal(magnitude: UInt64, isNegative: Bool, digits: Int) -> String {
    var bytes: [UInt8] = []
    var rest = magnitude
    while rest > 0 || bytes.count < digits {
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
        rest /= 10
    }
    if isNegative { bytes.append(UInt8(ascii: "-")) }
    return String(decoding: bytes.reversed() as [UInt8], as: UTF8.self)
}

/// A C string of its own, for `free`. strdup's argument would be a copy already.
package func duplicate(_ text: String) -> UnsafeMutablePointer<CChar> {
    guard let copy = text.withCString({ strdup($0) }) else { preconditionFailure("no memory for \(text)") }
    return copy
}
