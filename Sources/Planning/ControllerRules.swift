internal import OCI

/// What of the less common controllers can be judged without a cgroup.
enum ControllerRules {
    /// - Throws: `ConfigurationError` for what can't be meant, or what this version of cgroups has no place for and
    ///   can't be left out.
    static func check(_ resources: Resources, on cgroups: CgroupView) throws(ConfigurationError) {
        for (index, limit) in resources.hugepageLimits.enumerated() where !isPageSize(limit.pageSize) {
            throw ConfigurationError(
                Origin("linux.resources.hugepageLimits", index, "pageSize"),
                "\"\(limit.pageSize)\" is no page size like 64KB, 2MB or 1GB")
        }
        for (device, limits) in resources.rdma {
            let origin = Origin("linux.resources.rdma", nil, device)
            if device.isEmpty || hasSpace(device) {
                throw ConfigurationError(Origin("linux.resources.rdma"), "\"\(device)\" is no device's name")
            }
            if limits.hcaHandles == nil && limits.hcaObjects == nil {
                throw ConfigurationError(origin, "needs hcaHandles or hcaObjects")
            }
        }
        if let network = resources.network { try check(network, on: cgroups) }
        if !resources.unified.isEmpty { try check(unified: resources.unified, on: cgroups) }
    }

    /// A number without leading zeros, then K, M or G, then B.
    private static func isPageSize(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= 3, bytes[bytes.count - 1] == UInt8(ascii: "B"), bytes[0] != UInt8(ascii: "0"),
            "KMG".utf8.contains(bytes[bytes.count - 2])
        else { return false }
        return bytes.dropLast(2).allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }

    private static func hasSpace(_ text: String) -> Bool {
        text.utf8.contains { $0 <= UInt8(ascii: " ") }
    }

    /// The longest name of an interface, in bytes (IFNAMSIZ without the end).
    private static let longestInterface = 15

    private static func check(
        _ network: Resources.Network, on cgroups: CgroupView
    ) throws(ConfigurationError) {
        let origin = Origin("linux.resources.network")
        for (index, entry) in network.priorities.enumerated() {
            if entry.name.isEmpty || entry.name.utf8.count > longestInterface || hasSpace(entry.name) {
                throw ConfigurationError(
                    Origin("linux.resources.network.priorities", index, "name"),
                    "\"\(entry.name)\" is no interface's name")
            }
        }
        guard cgroups == .v2 else { return }
        let reason = "can't be applied: cgroup v2 has no classes and priorities of network traffic"
        if (network.classID ?? 0) != 0 { throw ConfigurationError(origin.appending("classID"), reason) }
        if !network.priorities.isEmpty { throw ConfigurationError(origin.appending("priorities"), reason) }
    }

    private static func check(
        unified: [String: String], on cgroups: CgroupView
    ) throws(ConfigurationError) {
        let origin = Origin("linux.resources.unified")
        if cgroups != .v2 {
            throw ConfigurationError(
                origin, "can't be applied: it is for cgroup v2, and this host's controllers are version 1's")
        }
        for file in unified.keys.sorted() {
            if file.isEmpty || file == "." || file == ".." || file.utf8.contains(UInt8(ascii: "/")) {
                throw ConfigurationError(origin, "\"\(file)\" is not the name of a file in the cgroup")
            }
            switch file {
            case "cgroup.procs", "cgroup.threads", "cgroup.kill":
                throw ConfigurationError(origin.appending(file), "is about processes, and no limit")
            default: break
            }
        }
    }
}
