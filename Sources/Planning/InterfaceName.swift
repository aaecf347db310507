/// Names of network devices, as the kernel takes them (net/core/dev.c, dev_valid_name).
package enum InterfaceName {
    /// The most bytes that one has.
    static let longest = 15

    /// What is wrong with a name.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - allowsTemplate: whether it may have one "%d" in it, for which the kernel puts the first number that is free.
    /// - Returns: the end of a sentence that begins with the name; nil where nothing is wrong.
    package static func problem(_ name: String, allowsTemplate: Bool = false) -> String? {
        if name.isEmpty { return "is no name for a network device: it is empty" }
        if name == "." || name == ".." { return "is no name for a network device" }
        if name.utf8.count > longest { return "is longer than the \(longest) bytes that a network device's name has" }
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: ":"): return "has a \"/\" or a \":\" in it, as no network device has"
            // The kernel counts 0xa0, Latin-1's space, among them.
            case 9...13, 32, 0xa0: return "has white space in it, as no network device has"
            case 0..<32, 127: return "has a control character in it"
            default: continue
            }
        }
        let percents = name.utf8.count { $0 == UInt8(ascii: "%") }
        if percents == 0 { return nil }
        if !allowsTemplate { return "has a \"%\" in it" }
        return percents == 1 && name.hasSuffix("%d") ? nil : "may have a \"%\" only in a \"%d\" at its end"
    }
}
