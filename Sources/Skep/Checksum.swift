/// Tells files that came to be damaged from whole ones. It is no help against malice: who could change such a file could
/// write the checksum too.
enum Checksum {
    /// Another one for bytes that differ in no more than eight that follow each other, and very probably for all others.
    static func of(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.withUnsafeBytes { bytes in
            var sum = UInt64(bytes.count) &+ 0x9e37_79b9_7f4a_7c15
            func mix(_ word: UInt64) {
                sum = (sum ^ word) &* 0xff51_afd7_ed55_8ccd
                sum ^= sum >> 32
            }
            let whole = bytes.count / 8 * 8
            for offset in stride(from: 0, to: whole, by: 8) {
                mix(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            }
            for byte in bytes[whole...] { mix(UInt64(byte)) }
            return sum
        }
    }

    /// A checksum as sixteen digits.
    static func digits(_ sum: UInt64) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return (0..<16).map { digits[Int(sum >> UInt64(60 - $0 * 4) & 15)] }
    }

    // MARK: Sealed documents

    private static let name = Array(#","checksum":""#.utf8)
    private static let end = Array(#""}"#.utf8)

    /// An object's text with one more property, the checksum of all that stands before it.
    ///
    /// What later commands act upon is sealed: with one digit of a pid or one letter of a cgroup's name changed, it would
    /// be another's processes that they end.
    static func seal(_ object: [UInt8]) -> [UInt8] {
        let content = object.dropLast()
        return Array(content) + tail(of: content)
    }

    /// Whether a text is what `seal` has made.
    static func isSealed(_ bytes: [UInt8]) -> Bool {
        let length = name.count + 16 + end.count
        guard bytes.count >= length else { return false }
        // Behind an object without properties the comma is missing.
        let content = bytes.prefix(max(bytes.count - length, 1))
        return bytes[content.endIndex...].elementsEqual(tail(of: content))
    }

    private static func tail(of content: ArraySlice<UInt8>) -> [UInt8] {
        name.dropFirst(content.count > 1 ? 0 : 1) + digits(of(content)) + end
    }
}
