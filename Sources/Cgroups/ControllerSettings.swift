internal import OCI

// linux.resources of the controllers that are the same, or nearly, in both versions, or are in one alone.

/// linux.resources.hugepageLimits: the limit of what is reserved, where the kernel has one, and of what is used.
enum HugepageSettings {
    /// `has` tells whether the cgroup has a file: which there are depends on the kernel.
    static func settings(_ resources: Resources, isUnified: Bool, has: (String) -> Bool) -> [Setting] {
        let suffix = isUnified ? "max" : "limit_in_bytes"
        var settings: [Setting] = []
        for (index, limit) in resources.hugepageLimits.enumerated() {
            let property = "hugepageLimits[\(index)]"
            settings.append(Setting("hugetlb.\(limit.pageSize).\(suffix)", limit.limit, property))
            let reserved = "hugetlb.\(limit.pageSize).rsvd.\(suffix)"
            if has(reserved) { settings.append(Setting(reserved, limit.limit, property)) }
        }
        return settings
    }
}

/// linux.resources.rdma: a line for each device.
enum RdmaSettings {
    static func settings(_ resources: Resources) -> [Setting] {
        resources.rdma.keys.sorted().map { device in
            let limits = resources.rdma[device] ?? Resources.Rdma()
            let handles = limits.hcaHandles.map { " hca_handle=\($0)" } ?? ""
            let objects = limits.hcaObjects.map { " hca_object=\($0)" } ?? ""
            return Setting(
                "rdma.max", device + handles + objects, "rdma." + device,
                .line(key: device, absent: device + " hca_handle=max hca_object=max"))
        }
    }
}

/// linux.resources.network, which version 1 alone has.
enum NetworkSettings {
    static func classes(_ resources: Resources) -> [Setting] {
        guard let number = resources.network?.classID, number != 0 else { return [] }
        return [Setting("net_cls.classid", number, "network.classID")]
    }

    static func priorities(_ resources: Resources) -> [Setting] {
        (resources.network?.priorities ?? []).enumerated().map { index, entry in
            Setting(
                "net_prio.ifpriomap", "\(entry.name) \(entry.priority)", "network.priorities[\(index)]",
                .line(key: entry.name, absent: entry.name + " 0"))
        }
    }
}

/// linux.resources.unified, which version 2 alone has: files and what is written to them, a line at a time.
enum UnifiedFiles {
    static func settings(_ resources: Resources) -> [Setting] {
        resources.unified.keys.sorted().flatMap { file in
            let lines = (resources.unified[file] ?? "").utf8.split(separator: UInt8(ascii: "\n"))
            return lines.map { line in
                let text = String(decoding: line, as: UTF8.self)
                return Setting(file, text, "unified." + file, extent(of: text, in: file))
            }
        }
    }

    /// Files of one line for each device, and what a line says that is not there.
    private static func extent(of line: String, in file: String) -> Setting.Extent {
        let key = String(decoding: line.utf8.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
        switch file {
        case "io.max": return .line(key: key, absent: key + " rbps=max wbps=max riops=max wiops=max")
        case "io.weight", "io.bfq.weight": return .line(key: key, absent: key + " default")
        case "io.latency": return .line(key: key, absent: key + " target=0")
        case "rdma.max": return .line(key: key, absent: key + " hca_handle=max hca_object=max")
        case "misc.max", "dmem.max", "dmem.min", "dmem.low":
            return .line(key: key, absent: key + (file.hasSuffix("max") ? " max" : " 0"))
        default: return .whole
        }
    }
}
