import Glibc

/// The bytes of a compiled filter's file: `FilterCache` shows their order.
enum FilterEntryCoding {
    /// No filter and no configuration is larger.
    static let maximumSize = 4 << 20

    private static let magic: UInt64 = 0x314e_5049_424b_5053  // "SPKBIPN1"
    private static let headerSize = 32

    static func encode(_ entry: FilterCache.Entry, key: [UInt8]) -> [UInt8] {
        let notes = Array(entry.notes.joined(separator: "\n").utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerSize + key.count + notes.count + entry.program.count * 8 + 8)
        for number in [magic, UInt64(key.count), UInt64(notes.count), UInt64(entry.program.count)] {
            append(number, to: &bytes)
        }
        bytes += key
        bytes += notes
        entry.program.withUnsafeBytes { bytes.append(contentsOf: $0) }
        append(checksum(bytes[...]), to: &bytes)
        return bytes
    }

    /// Nil for what is not an entry of that key, whole and unchanged.
    static func decode(_ bytes: [UInt8], key: [UInt8]) -> FilterCache.Entry? {
        guard bytes.count >= headerSize + 8, word(bytes, 0) == magic,
            let keySize = Int(exactly: word(bytes, 8)), keySize == key.count,
            let notesSize = Int(exactly: word(bytes, 16)), let count = Int(exactly: word(bytes, 24)),
            notesSize <= bytes.count, count <= bytes.count,
            headerSize + keySize + notesSize + count * 8 + 8 == bytes.count,
            word(bytes, bytes.count - 8) == checksum(bytes.dropLast(8)), isKey(key, of: bytes)
        else { return nil }
        let notes = bytes[(headerSize + keySize)...].prefix(notesSize)
        let start = headerSize + keySize + notesSize
        return FilterCache.Entry(
            program: program(bytes, start, count),
            notes: notes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) })
    }

    private static func isKey(_ key: [UInt8], of bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { bytes in
            key.withUnsafeBytes { key in
                guard let bytes = bytes.baseAddress, let start = key.baseAddress else { return true }
                return memcmp(bytes + headerSize, start, key.count) == 0
            }
        }
    }

    private static func program(_ bytes: [UInt8], _ start: Int, _ count: Int) -> [UInt64] {
        [UInt64](unsafeUninitializedCapacity: count) { program, initialized in
            bytes.withUnsafeBytes { bytes in
                let part = UnsafeRawBufferPointer(rebasing: bytes[start..<start + count * 8])
                UnsafeMutableRawBufferPointer(program).copyMemory(from: part)
            }
            initialized = count
        }
    }

    /// Tells damage, not malice: who could do that could write the checksum too.
    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
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

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
    }
}
