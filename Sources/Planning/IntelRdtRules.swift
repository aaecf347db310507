internal import OCI

/// What of linux.intelRdt can be judged without a resctrl: config-linux.md, IntelRdt.
enum IntelRdtRules {
    /// - Returns: what will have no effect.
    /// - Throws: `ConfigurationError` for what can't be meant.
    static func check(_ control: Linux.IntelRdt) throws(ConfigurationError) -> [ConfigurationError] {
        let origin = Origin("linux.intelRdt")
        if let group = control.closID, !isGroup(group) {
            throw ConfigurationError(
                origin.appending("closID"), "\"\(group)\" is not the name of a group, nor \"/\" for the default one")
        }
        if let schema = control.memBwSchema, !schema.hasPrefix("MB:") || schema.utf8.contains(UInt8(ascii: "\n")) {
            throw ConfigurationError(
                origin.appending("memBwSchema"), "\"\(schema)\" is not one line that begins with \"MB:\"")
        }
        for line in (control.l3CacheSchema ?? "").split(separator: "\n") where !isSchema(line) {
            throw ConfigurationError(origin.appending("l3CacheSchema"), "\"\(line)\" is no schema like \"L3:0=ff\"")
        }
        for (index, line) in control.schemata.enumerated() {
            if isSchema(line[...]) && !line.utf8.contains(UInt8(ascii: "\n")) { continue }
            throw ConfigurationError(
                Origin("linux.intelRdt.schemata", index), "\"\(line)\" is no schema like \"L3:0=ff\"")
        }
        let bandwidth = (control.l3CacheSchema ?? "").split(separator: "\n").filter { $0.hasPrefix("MB:") }
        return bandwidth.map { line in
            ConfigurationError(
                origin.appending("l3CacheSchema"), "its line \"\(line)\" is ignored: memBwSchema is the place for that")
        }
    }

    /// A directory's name that resctrl does not have a use of its own for.
    private static func isGroup(_ name: String) -> Bool {
        switch name {
        case "/": true
        case ".", "..", "info", "mon_groups", "mon_data": false
        default: name.utf8.count <= 255 && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 < UInt8(ascii: " ") }
        }
    }

    /// "RESOURCE:...".
    private static func isSchema(_ line: Substring) -> Bool {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
        return colon > line.startIndex
    }
}
