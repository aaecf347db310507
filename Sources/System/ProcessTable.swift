/// What ps(1) prints: a header, and a row for each process.
public struct ProcessTable: Sendable, Equatable {
    /// The lines, header first.
    public let lines: [String]

    /// Why a table can't be narrowed down.
    public enum Problem: Error, Sendable, Equatable {
        /// The header names no column "PID".
        case noColumn
        /// What stands in that column of a row is no number.
        case noNumber(row: String)
    }

    /// Keeps of ps's output the header and the rows of some processes.
    ///
    /// - Throws: why it can't be told which rows they are: columns are found by white space, so that none before the
    ///   PID's may have any in it.
    public init(parsing bytes: [UInt8], keeping processes: [Int32]) throws(Problem) {
        let rows = bytes.split(separator: UInt8(ascii: "\n"))
        guard let header = rows.first, let column = Self.words(header).firstIndex(where: Self.isPID) else {
            throw .noColumn
        }
        var kept = [String(decoding: header, as: UTF8.self)]
        for row in rows.dropFirst() {
            let words = Self.words(row)
            guard words.count > column, let pid = Int32(String(decoding: words[column], as: UTF8.self)) else {
                throw .noNumber(row: String(decoding: row, as: UTF8.self))
            }
            if processes.contains(pid) { kept.append(String(decoding: row, as: UTF8.self)) }
        }
        lines = kept
    }

    private static func words(_ row: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        row.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    private static func isPID(_ word: ArraySlice<UInt8>) -> Bool {
        word.elementsEqual("PID".utf8)
    }
}
