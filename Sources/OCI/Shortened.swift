extension String {
    /// The string as far as an error message shows it: of a megabyte nobody reads more than the beginning.
    package var shortened: String {
        let limit = 500
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: limit)
        // Not in the midst of a character.
        while utf8[end] & 0xC0 == 0x80 { utf8.formIndex(before: &end) }
        return String(self[..<end]) + "…"
    }
}
