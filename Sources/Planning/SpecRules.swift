internal import OCI

/// What of a configuration can be judged by looking at one string.
enum SpecRules {
    static func check(_ spec: Spec) throws(ConfigurationError) {
        try checkVersion(spec.ociVersion)
        try checkName(spec.hostname, Origin("hostname"))
        try checkName(spec.domainname, Origin("domainname"))
    }

    /// config.md, Specification version: SemVer 2.0.0. Any 1.x will do, since what is new in one may be left out.
    private static func checkVersion(_ version: String) throws(ConfigurationError) {
        let origin = Origin("ociVersion")
        let text = Array(version.utf8)
        let core = text.prefix { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") }
        let numbers = core.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard numbers.count == 3, numbers.allSatisfy(isNumber), isSuffix(text[core.endIndex...]) else {
            throw ConfigurationError(origin, "\"\(version)\" is no version like \(OCI.version)")
        }
        if !numbers[0].elementsEqual("1".utf8) {
            throw ConfigurationError(origin, "\(version) is another specification than the 1.x that Skep follows")
        }
    }

    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, first != UInt8(ascii: "0") || text.count == 1 else { return false }
        return text.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }

    /// "-rc.1", "+build", both, or nothing.
    private static func isSuffix(_ text: ArraySlice<UInt8>) -> Bool {
        if text.isEmpty { return true }
        return text.count > 1
            && text.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// The longest name of a machine or domain, in bytes (__NEW_UTS_LEN).
    private static let longestName = 64

    private static func checkName(_ name: String?, _ origin: Origin) throws(ConfigurationError) {
        guard let name, name.utf8.count > longestName else { return }
        throw ConfigurationError(origin, "has \(name.utf8.count) bytes, and the kernel takes \(longestName)")
    }
}
