internal import DBus
internal import OCI

/// linux.resources.unified as far as systemd has properties for it; what it has none for is left to the files.
enum UnifiedProperties {
    static func properties(_ files: [String: String], version: Int) throws(ManagerRefusal) -> [UnitProperty] {
        var properties: [UnitProperty] = []
        for file in files.keys.sorted() {
            let text = String(decoding: Array(NumberList.trimmed((files[file] ?? "")[...].utf8)), as: UTF8.self)
            properties += try property(file, text, version: version)
        }
        // An idle group has no weight.
        let isIdle = files["cpu.idle"].map { NumberList.trimmed($0[...].utf8).elementsEqual("1".utf8) } ?? false
        if isIdle, version >= UnitProperties.idleVersion {
            properties = UnitProperty.merged(properties, [UnitProperty("CPUWeight", .uint64(0))])
        }
        return properties
    }

    private static func property(_ file: String, _ text: String, version: Int) throws(ManagerRefusal) -> [UnitProperty]
    {
        switch file {
        case "cpu.max": return try limit(text, version: version)
        case "cpu.weight": return [UnitProperty("CPUWeight", .uint64(try number(text, file)))]
        case "cpuset.cpus": return try UnitProperties.set("AllowedCPUs", text, origin(file), version: version)
        case "cpuset.mems": return try UnitProperties.set("AllowedMemoryNodes", text, origin(file), version: version)
        case "memory.high": return [UnitProperty("MemoryHigh", try amount(text, file))]
        case "memory.low": return [UnitProperty("MemoryLow", try amount(text, file))]
        case "memory.min": return [UnitProperty("MemoryMin", try amount(text, file))]
        case "memory.max": return [UnitProperty("MemoryMax", try amount(text, file))]
        case "memory.swap.max": return [UnitProperty("MemorySwapMax", try amount(text, file))]
        case "pids.max": return [UnitProperty("TasksMax", try amount(text, file))]
        default: return []
        }
    }

    /// "QUOTA [PERIOD]", where the quota may be "max".
    private static func limit(_ text: String, version: Int) throws(ManagerRefusal) -> [UnitProperty] {
        let file = "cpu.max"
        let parts = text.utf8.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            .map { String(decoding: Array($0), as: UTF8.self) }
        guard (1...2).contains(parts.count) else {
            throw ManagerRefusal(origin(file), "\"\(text)\" is not QUOTA or QUOTA PERIOD")
        }
        let period = parts.count == 2 ? try number(parts[1], file) : 0
        if parts[0] == "max" { return UnitProperties.quota(-1, period: period, version: version) }
        let quota = Int64(clamping: try number(parts[0], file))
        if quota == 0 { throw ManagerRefusal(origin(file), "a quota of 0 lets nothing run") }
        return UnitProperties.quota(quota, period: period, version: version)
    }

    private static func amount(_ text: String, _ file: String) throws(ManagerRefusal) -> Value {
        .uint64(text == "max" ? .max : try number(text, file))
    }

    private static func number(_ text: String, _ file: String) throws(ManagerRefusal) -> UInt64 {
        guard let number = UInt64(text) else { throw ManagerRefusal(origin(file), "\"\(text)\" is no number") }
        return number
    }

    private static func origin(_ file: String) -> String {
        "linux.resources.unified." + file
    }
}
