internal import CPlan
internal import OCI

/// Decides how the ids of a mount are mapped: config.md, POSIX-platform Mounts, and the options idmap and ridmap.
struct IDMapPlanner {
    /// The user namespace's ranges, where the container makes one.
    let uids: [IDMapping]
    let gids: [IDMapping]
    /// The user namespace that the container joins; nil for none.
    let joined: String?

    init(_ linux: Linux) {
        uids = linux.uidMappings
        gids = linux.gidMappings
        joined = linux.namespaces.first { $0.type == .user }?.path.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The mapping of `mount`; nil for none.
    func map(
        _ mount: Mount, _ option: MountOptions.IDMapOption?, origin: Origin
    ) throws(ConfigurationError) -> IDMap? {
        let isRecursive = option?.isRecursive ?? false
        if !mount.uidMappings.isEmpty || !mount.gidMappings.isEmpty {
            let ids = try own(mount, option, origin: origin)
            return IDMap(ids, isRecursive: isRecursive)
        }
        guard let option else { return nil }
        let origin = origin.appending("options")
        if let text = option.ranges {
            return IDMap(try Parser(text: text, planner: self, origin: origin).ids(), isRecursive: isRecursive)
        }
        if let joined { return IDMap(.namespace(path: joined), isRecursive: isRecursive) }
        if uids.isEmpty || gids.isEmpty {
            throw ConfigurationError(
                origin, "\"\(option.name)\" needs a mapping of ids, and the container has no user namespace with one",
                hint: "give the mount uidMappings and gidMappings")
        }
        return IDMap(.ranges(uids: uids, gids: gids), isRecursive: isRecursive)
    }

    private func own(
        _ mount: Mount, _ option: MountOptions.IDMapOption?, origin: Origin
    ) throws(ConfigurationError) -> IDMap.IDs {
        if option?.ranges != nil {
            throw ConfigurationError(
                origin.appending("options"),
                "\"\(option?.name ?? "")\" has another mapping than uidMappings and gidMappings",
                hint: "leave one of them out")
        }
        for (mappings, name) in [(mount.uidMappings, "uidMappings"), (mount.gidMappings, "gidMappings")] {
            if mappings.isEmpty {
                throw ConfigurationError(
                    origin.appending(name), "is missing: uidMappings and gidMappings go together")
            }
            if let fault = IDRanges.fault(in: mappings) {
                throw ConfigurationError(Origin("\(origin).\(name)", fault.index), fault.reason)
            }
        }
        return .ranges(uids: mount.uidMappings, gids: mount.gidMappings)
    }
}

/// What the kernel takes for a mapping of ids: user_namespaces(7).
enum IDRanges {
    /// Lines of a uid_map.
    private static let limit = 340

    /// What is wrong with ranges, and with which of them; nil for nothing.
    static func fault(in ranges: [IDMapping]) -> (index: Int, reason: String)? {
        if ranges.count > limit { return (limit, "is one range more than the kernel takes") }
        for (index, range) in ranges.enumerated() {
            if range.size == 0 { return (index, "is empty: it maps no id") }
            if !fits(range.containerID, range.size) || !fits(range.hostID, range.size) {
                return (index, "reaches beyond the highest id")
            }
            let clash = ranges[..<index].contains { earlier in
                overlaps(range.containerID, range.size, earlier.containerID, earlier.size)
                    || overlaps(range.hostID, range.size, earlier.hostID, earlier.size)
            }
            if clash { return (index, "overlaps an earlier range") }
        }
        return nil
    }

    /// Whether `size` ids from `first` on are ids: the highest number is none.
    private static func fits(_ first: UInt32, _ size: UInt32) -> Bool {
        UInt64(first) + UInt64(size) <= UInt64(UInt32.max)
    }

    private static func overlaps(_ first: UInt32, _ size: UInt32, _ other: UInt32, _ otherSize: UInt32) -> Bool {
        UInt64(first) < UInt64(other) + UInt64(otherSize) && UInt64(other) < UInt64(first) + UInt64(size)
    }
}

/// Reads crun's form of a mapping: "uids=0-1000-10#20-@3-5;gids=...", in which "@" counts the host's side of a range
/// from the container's own user namespace.
private struct Parser {
    let text: String
    let planner: IDMapPlanner
    let origin: Origin

    func ids() throws(ConfigurationError) -> IDMap.IDs {
        var uids: [IDMapping] = []
        var gids: [IDMapping] = []
        for part in text.utf8.split(separator: UInt8(ascii: ";")) {
            let part = Substring(part)
            if part.hasPrefix("uids=") {
                uids += try ranges(part.dropFirst(5), planner.uids)
            } else if part.hasPrefix("gids=") {
                gids += try ranges(part.dropFirst(5), planner.gids)
            } else {
                throw wrong("takes uids= and gids=, not \"\(part)\"")
            }
        }
        if uids.isEmpty || gids.isEmpty { throw wrong("needs uids= and gids=") }
        for ranges in [uids, gids] {
            if let fault = IDRanges.fault(in: ranges) { throw wrong("has a range that \(fault.reason)") }
        }
        return .ranges(uids: uids, gids: gids)
    }

    private func wrong(_ reason: String) -> ConfigurationError {
        ConfigurationError(origin, "the mapping \"\(text)\" \(reason)")
    }

    private func ranges(_ text: Substring, _ container: [IDMapping]) throws(ConfigurationError) -> [IDMapping] {
        var ranges: [IDMapping] = []
        for word in text.split(separator: "#") {
            let isRelative = word.hasPrefix("@")
            let numbers = (isRelative ? word.dropFirst() : word).split(separator: "-").map { UInt32($0) }
            guard numbers.count == 3, let first = numbers[0], let second = numbers[1], let size = numbers[2] else {
                throw wrong("has \"\(word)\", which is not FROM-TO-SIZE")
            }
            let range = IDMapping(containerID: first, hostID: second, size: size)
            ranges += isRelative ? try absolute(range, word, in: container) : [range]
        }
        return ranges
    }

    /// The host's ids behind a range of the container's, which may be several ranges there.
    private func absolute(
        _ range: IDMapping, _ word: Substring, in container: [IDMapping]
    ) throws(ConfigurationError) -> [IDMapping] {
        var found: [IDMapping] = []
        var done: UInt32 = 0
        while done < range.size {
            let (wanted, overflows) = range.hostID.addingReportingOverflow(done)
            guard !overflows,
                let within = container.first(where: { $0.containerID <= wanted && wanted - $0.containerID < $0.size })
            else { throw wrong("has \"\(word)\", which is not among the ids of the container's user namespace") }
            let offset = wanted - within.containerID
            let size = min(range.size - done, within.size - offset)
            let (host, beyond) = within.hostID.addingReportingOverflow(offset)
            let (id, tooHigh) = range.containerID.addingReportingOverflow(done)
            if beyond || tooHigh { throw wrong("reaches beyond the highest id") }
            found.append(IDMapping(containerID: id, hostID: host, size: size))
            done += size
        }
        return found
    }
}
