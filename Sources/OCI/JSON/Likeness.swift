/// Finds the word that somebody may have meant.
package enum Likeness {
    /// The most similar of `words`; nil if none is similar enough.
    package static func best(for word: String, of words: [String]) -> String? {
        let bytes = lowercased(word)
        // A word of three letters may differ in one of them, a long one in a third.
        let limit = max(1, bytes.count / 3)
        var best: (word: String, distance: Int)?
        for candidate in words {
            let other = lowercased(candidate)
            guard abs(other.count - bytes.count) <= limit else { continue }
            let distance = distance(bytes, other)
            if distance <= limit && distance < (best?.distance ?? .max) { best = (candidate, distance) }
        }
        // What has no letter in common with a short word is not meant by it.
        guard let best, best.distance < max(bytes.count, 1) else { return nil }
        return best.word
    }

    private static func lowercased(_ word: String) -> [UInt8] {
        word.utf8.prefix(100).map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }
    }

    /// How many letters have to be put in, left out, changed or swapped with the next one to turn one word into the
    /// other (Damerau and Levenshtein's distance).
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var before: [Int] = []
        var above = Array(0...b.count)
        for (row, letter) in a.enumerated() {
            var line = [row + 1]
            for (column, other) in b.enumerated() {
                var least = min(above[column + 1] + 1, line[column] + 1, above[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == b[column - 1], a[row - 1] == other {
                    least = min(least, before[column - 1] + 1)
                }
                line.append(least)
            }
            before = above
            above = line
        }
        return above[b.count]
    }
}
