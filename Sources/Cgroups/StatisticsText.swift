internal import OCI

/// The forms in which control files tell numbers; nothing here reads a file. What can't be made out is left out, since
/// later kernels add to these files.
enum StatisticsText {
    /// One number; "max" is the greatest.
    static func number(_ bytes: [UInt8]) -> UInt64 {
        number(trimmed(bytes[...])) ?? 0
    }

    private static func number(_ word: ArraySlice<UInt8>) -> UInt64? {
        word.elementsEqual("max".utf8) ? .max : UInt64(text(word))
    }

    /// One number that may be negative.
    static func signedNumber(_ bytes: [UInt8]) -> Int64 {
        Int64(text(trimmed(bytes[...]))) ?? 0
    }

    /// Lines of "key number".
    static func table(_ bytes: [UInt8]) -> [String: UInt64] {
        var table: [String: UInt64] = [:]
        for line in lines(bytes) {
            let words = words(line)
            guard words.count == 2, let value = number(words[1]) else { continue }
            table[text(words[0])] = value
        }
        return table
    }

    /// Names in one line.
    static func names(_ bytes: [UInt8]) -> [String] {
        words(trimmed(bytes[...])).map(text)
    }

    /// Numbers in one line.
    static func row(_ bytes: [UInt8]) -> [UInt64] {
        words(trimmed(bytes[...])).compactMap(number)
    }

    /// The columns of a table with a header, without the first, which counts the rows: cpuacct.usage_all.
    static func columns(_ bytes: [UInt8]) -> [String: [UInt64]] {
        let rows = lines(bytes).map(words)
        guard let header = rows.first else { return [:] }
        var columns: [String: [UInt64]] = [:]
        for (index, name) in header.enumerated().dropFirst() {
            columns[text(name)] = rows.dropFirst().compactMap { $0.count > index ? number($0[index]) : nil }
        }
        return columns
    }

    /// A list of numbers and ranges, "0-3,7".
    static func list(_ bytes: [UInt8]) -> [UInt16] {
        var numbers: [UInt16] = []
        for part in NumberList.parts(of: text(bytes[...])) {
            guard let range = part.range, range.upperBound < NumberList.limit else { continue }
            for number in range { numbers.append(UInt16(number)) }
        }
        return numbers
    }

    /// Lines of "8:0 Read 4096": version 1's blkio.
    static func deviceTable(_ bytes: [UInt8]) -> [Statistics.BlockIO.Entry] {
        lines(bytes).compactMap { line in
            let words = words(line)
            guard words.count == 3, let (major, minor) = device(words[0]), let value = number(words[2]) else {
                return nil
            }
            return Statistics.BlockIO.Entry(major: major, minor: minor, operation: text(words[1]), value: value)
        }
    }

    /// Lines of "mlx5_0 hca_handle=2 hca_object=max".
    static func deviceFields(_ bytes: [UInt8]) -> [(device: String, fields: [String: UInt64])] {
        lines(bytes).compactMap { line in
            let words = words(line)
            guard let first = words.first else { return nil }
            var fields: [String: UInt64] = [:]
            for word in words.dropFirst() {
                let parts = word.split(separator: UInt8(ascii: "="))
                guard parts.count == 2, let value = number(parts[1]) else { continue }
                fields[text(parts[0])] = value
            }
            return (text(first), fields)
        }
    }

    /// io.stat: lines of "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6", as version 1 would have said it.
    static func ioStat(_ bytes: [UInt8]) -> Statistics.BlockIO {
        var result = Statistics.BlockIO()
        for line in lines(bytes) {
            let words = words(line)
            guard let first = words.first, let (major, minor) = device(first) else { continue }
            for word in words.dropFirst() {
                let parts = word.split(separator: UInt8(ascii: "="))
                guard parts.count == 2, let value = number(parts[1]) else { continue }
                func entry(_ operation: String) -> Statistics.BlockIO.Entry {
                    Statistics.BlockIO.Entry(major: major, minor: minor, operation: operation, value: value)
                }
                switch text(parts[0]) {
                case "rbytes": result.serviceBytes.append(entry("Read"))
                case "wbytes": result.serviceBytes.append(entry("Write"))
                case "dbytes": result.serviceBytes.append(entry("Discard"))
                case "rios": result.serviced.append(entry("Read"))
                case "wios": result.serviced.append(entry("Write"))
                case "dios": result.serviced.append(entry("Discard"))
                default: break
                }
            }
        }
        return result
    }

    /// "some avg10=0.00 avg60=0.00 avg300=0.00 total=0", and a line of "full". Nil if there is neither.
    static func pressure(_ bytes: [UInt8]) -> Statistics.Pressure? {
        var result: Statistics.Pressure?
        for line in lines(bytes) {
            let words = words(line)
            var shares = Statistics.Pressure.Shares()
            for word in words.dropFirst() {
                let parts = word.split(separator: UInt8(ascii: "="))
                guard parts.count == 2 else { continue }
                switch text(parts[0]) {
                case "avg10": shares.average10 = Double(text(parts[1])) ?? 0
                case "avg60": shares.average60 = Double(text(parts[1])) ?? 0
                case "avg300": shares.average300 = Double(text(parts[1])) ?? 0
                case "total": shares.total = number(parts[1]) ?? 0
                default: break
                }
            }
            switch words.first.map(text) {
            case "some": result = result ?? .init(); result?.some = shares
            case "full": result = result ?? .init(); result?.full = shares
            default: break
            }
        }
        return result
    }

    private static func device(_ word: ArraySlice<UInt8>) -> (major: UInt64, minor: UInt64)? {
        let parts = word.split(separator: UInt8(ascii: ":"))
        guard parts.count == 2, let major = number(parts[0]), let minor = number(parts[1]) else { return nil }
        return (major, minor)
    }

    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split(separator: UInt8(ascii: "\n"))
    }

    private static func words(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        line.split(separator: UInt8(ascii: " "))
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}
