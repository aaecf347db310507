internal import Glibc
public import OCI
public import System
internal import SystemPackage

/// A group of resctrl (kernel documentation, filesystems/resctrl): shares of the L3 cache and of memory bandwidth.
public struct ResourceControl: Sendable {
    /// Where resctrl is mounted.
    public static let root = "/sys/fs/resctrl"

    /// What a group gets, in schemata's own form.
    public struct Schemata: Sendable, Equatable {
        /// Lines like "L3:0=ff;1=f0", for linux.intelRdt.l3CacheSchema.
        public var l3Cache: String?
        /// A line like "MB:0=50;1=70", for linux.intelRdt.memBwSchema.
        public var memoryBandwidth: String?
        /// Lines of any resource, which are written last, for linux.intelRdt.schemata.
        public var others: [String] = []

        public init(l3Cache: String? = nil, memoryBandwidth: String? = nil) {
            self.l3Cache = l3Cache
            self.memoryBandwidth = memoryBandwidth
        }

        init(_ control: Linux.IntelRdt) {
            l3Cache = control.l3CacheSchema
            memoryBandwidth = control.memBwSchema
            others = control.schemata
        }

        /// Whether nothing is asked for.
        public var isEmpty: Bool { l3Cache == nil && memoryBandwidth == nil && others.isEmpty }

        /// The lines to write, each with its property. What l3CacheSchema says of bandwidth does not count.
        fileprivate var lines: [(text: String, property: String)] {
            var lines: [(text: String, property: String)] = []
            for line in split(l3Cache) where name(line) != "MB" { lines.append((line, "linux.intelRdt.l3CacheSchema")) }
            for line in split(memoryBandwidth) { lines.append((line, "linux.intelRdt.memBwSchema")) }
            for (index, line) in others.enumerated() { lines.append((line, "linux.intelRdt.schemata[\(index)]")) }
            return lines
        }
    }

    /// The group's directory.
    public let path: String
    private let isNew: Bool
    private let lines: [(text: String, property: String)]
    private let previous: [String]

    /// Makes sure that the host can do what is asked for, before anything is changed.
    ///
    /// - Parameters:
    ///   - path: the group's directory.
    ///   - schemata: what it is to get.
    ///   - root: where resctrl is mounted.
    /// - Throws: what the host can't do, blamed on the property that asks for it.
    public init(path: String, _ schemata: Schemata, root: String = root) throws(SystemError) {
        self.path = path
        let lines = schemata.lines
        self.lines = lines
        let known = try Self.known(root + "/schemata", lines)
        for (text, property) in lines where !known.contains(where: { name($0) == name(text) }) {
            throw SystemError(
                "write \(text)", path + "/schemata", .notSupported, property: property,
                hint: "this host's resctrl controls \(known.map(name).joined(separator: ", "))")
        }
        isNew = !Files.exists(path)
        previous = isNew ? [] : split(try Files.readLine(path + "/schemata"))
    }

    /// Makes sure that the group has what is asked for.
    func compare() throws(SystemError) {
        for (text, property) in lines where !previous.contains(where: { Self.hasAll($0, of: text) }) {
            let own = previous.first { name($0) == name(text) } ?? "nothing"
            throw SystemError(
                "compare \(text)", path + "/schemata", .invalidArgument, property: property,
                hint: "the group is there already, and has \(own)")
        }
    }

    /// Whether a group's schema gives every domain what `wanted` does: "0=0ff" is "0=ff".
    private static func hasAll(_ schema: String, of wanted: String) -> Bool {
        if name(schema) != name(wanted) { return false }
        let has = domains(schema)
        return domains(wanted).allSatisfy(has.contains)
    }

    private static func domains(_ schema: String) -> [[String]] {
        schema.drop { $0 != ":" }.dropFirst().lowercased().split(separator: ";").map { domain in
            domain.split(separator: "=").map { part in
                let value = part.drop { $0 == " " || $0 == "0" }.prefix { $0 != " " }
                return value.isEmpty ? "0" : String(value)
            }
        }
    }

    private static func known(
        _ file: String, _ lines: [(text: String, property: String)]
    ) throws(SystemError) -> [String] {
        do {
            return split(try Files.readLine(file))
        } catch {
            throw error.blaming(
                lines.first?.property ?? "linux.intelRdt",
                hint: "resctrl is not mounted, or this processor does not have it")
        }
    }

    /// Makes the group, gives it what is asked for, and moves the processes into it. After a failure everything is as
    /// it was.
    public func carryOut(on processes: [Int32]) throws(SystemError) {
        do throws(SystemError) {
            if isNew { _ = try Files.makeDirectory(path, mode: 0o755) }
            for (text, property) in lines {
                do throws(SystemError) {
                    try Files.write(text + "\n", to: path + "/schemata")
                } catch {
                    throw error.blaming(property, hint: Self.reason(path))
                }
            }
            try move(processes)
        } catch {
            undo()
            throw error
        }
    }

    /// Thread by thread, round by round until there are no new ones: a new process is where its parent is.
    private func move(_ processes: [Int32]) throws(SystemError) {
        var moved: [String] = []
        var isComplete = false
        while !isComplete {
            isComplete = true
            for process in processes {
                for thread in (try? Files.listDirectories("/proc/\(process)/task")) ?? [] where !moved.contains(thread)
                {
                    do throws(SystemError) {
                        try Files.write(thread, to: path + "/tasks")
                    } catch  where error.errno == .noSuchProcess {}
                    moved.append(thread)
                    isComplete = false
                }
            }
        }
    }

    /// What resctrl says of its last refusal.
    private static func reason(_ path: String) -> String? {
        let file = Paths.parent(of: path) + "/info/last_cmd_status"
        return (try? Files.readLine(file)).flatMap { $0.isEmpty || $0 == "ok" ? nil : $0 }
    }

    /// Puts everything back: a group that was new goes, and what was in it is the default group's again.
    public func undo() {
        if isNew {
            _ = try? Files.removeDirectory(path)
            return
        }
        for line in previous where lines.contains(where: { name($0.text) == name(line) }) {
            try? Files.write(line + "\n", to: path + "/schemata")
        }
    }

    /// What a group and the default group have, and what the group, or its monitoring group, uses.
    public static func statistics(
        _ group: ResourceControlGroup, root: String = root
    ) -> Statistics.ResourceControl {
        var result = Statistics.ResourceControl()
        (result.l3CacheSchema, result.memoryBandwidthSchema) = schemata(group.path)
        (result.l3CacheSchemaRoot, result.memoryBandwidthSchemaRoot) = schemata(root)
        let data = (group.monitoringPath ?? group.path) + "/mon_data"
        for domain in ((try? Files.list(data)) ?? []).sorted() where domain.hasPrefix("mon_L3_") {
            func number(_ file: String) -> UInt64? {
                (try? Files.readLine("\(data)/\(domain)/\(file)")).flatMap { UInt64($0) }
            }
            if let bytes = number("llc_occupancy") { result.cacheOccupancy.append(bytes) }
            if let total = number("mbm_total_bytes") {
                result.memoryBandwidth.append(.init(total: total, local: number("mbm_local_bytes") ?? 0))
            }
        }
        return result
    }

    private static func schemata(_ path: String) -> (l3Cache: String, memoryBandwidth: String) {
        let lines = split(try? Files.readLine(path + "/schemata"))
        func part(_ prefix: String) -> String { lines.filter { name($0).hasPrefix(prefix) }.joined(separator: "\n") }
        return (part("L3"), part("MB"))
    }
}

private func split(_ text: String?) -> [String] {
    (text ?? "").split(separator: "\n").map { String($0.drop { $0 == " " }) }.filter { !$0.isEmpty }
}

/// The resource of a schema: "L3" of "L3:0=ff".
private func name(_ schema: String) -> String {
    String(schema.prefix { $0 != ":" })
}
