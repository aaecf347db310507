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
        append(Checksum.of(bytes[...]), to: &bytes)
        return bytes
    }

    /// Nil for what is not an entry of that key, whole and unchanged.
    static func decode(_ bytes: [UInt8], key: [UInt8]) -> FilterCache.Entry? {
        guard bytes.count >= headerSize + 8, word(bytes, 0) == magic,
            let keySize = Int(exactly: word(bytes, 8)), keySize == key.count,
            let notesSize = Int(exactly: word(bytes, 16)), let count = Int(exactly: word(bytes, 24)),
            notesSize <= bytes.count, count <= bytes.count,
            headerSize + keySize + notesSize + count * 8 + 8 == bytes.count,
            word(bytes, bytes.count - 8) == Checksum.of(bytes.dropLast(8)), isKey(key, of: bytes)
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

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
    }
}
