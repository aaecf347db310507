internal import OCI
internal import System

/// What device rules come to: a verdict on every device, and the exceptions to it.
///
/// It is what a version 1 device cgroup makes of rules (security/device_cgroup.c), so that they mean the same in both
/// versions: access that separate rules give to the same devices adds up, and a denial of any of the access that is
/// wanted denies it.
struct DevicePolicy: Equatable {
    /// Some devices.
    struct Pattern: Hashable {
        var isBlock: Bool
        /// Nil for every major number.
        var major: UInt32?
        /// Nil for every minor number.
        var minor: UInt32?

        var isForAll: Bool { major == nil && minor == nil }

        func covers(_ other: Pattern) -> Bool {
            isBlock == other.isBlock && (major == nil || major == other.major)
                && (minor == nil || minor == other.minor)
        }

        func overlaps(_ other: Pattern) -> Bool {
            isBlock == other.isBlock && (major == nil || other.major == nil || major == other.major)
                && (minor == nil || other.minor == nil || minor == other.minor)
        }
    }

    /// The access that a rule speaks of; the bits are those of struct bpf_cgroup_dev_ctx (uapi/linux/bpf.h).
    struct Access: OptionSet, Hashable {
        let rawValue: UInt8

        static let mknod = Access(rawValue: 1)
        static let read = Access(rawValue: 2)
        static let write = Access(rawValue: 4)
        static let all: Access = [.mknod, .read, .write]

        init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// Reads a rule's access, of which nothing means everything.
        init(_ text: String?) {
            let bytes = text.map { Array($0.utf8) } ?? []
            var named: Access = []
            if bytes.contains(UInt8(ascii: "m")) { named.insert(.mknod) }
            if bytes.contains(UInt8(ascii: "r")) { named.insert(.read) }
            if bytes.contains(UInt8(ascii: "w")) { named.insert(.write) }
            self = named.isEmpty ? .all : named
        }

        var text: String {
            (contains(.read) ? "r" : "") + (contains(.write) ? "w" : "") + (contains(.mknod) ? "m" : "")
        }
    }

    /// Access to some devices that is given or denied.
    struct Entry: Equatable {
        var allow: Bool
        var pattern: Pattern
        var access: Access

        /// As devices.allow and devices.deny take it.
        var text: String {
            func number(_ value: UInt32?) -> String { value.map { decimal($0) } ?? "*" }
            return "\(pattern.isBlock ? "b" : "c") \(number(pattern.major)):\(number(pattern.minor)) \(access.text)"
        }
    }

    /// The verdict on what no entry speaks of.
    private(set) var isAllowed = false
    /// The exceptions. The last one that speaks of a request decides.
    private(set) var entries: [Entry] = []

    /// An entry that takes back a part of a wider one before it, which version 1 has no way to say.
    var hole: Entry? { entries.first { $0.allow == isAllowed } }

    /// The greatest numbers that a device can have: MKDEV (linux/kdev_t.h).
    private static let greatestMajor: Int64 = 0xfff
    private static let greatestMinor: Int64 = 0xf_ffff

    /// Works out what rules come to, in their order.
    init(_ rules: [Resources.DeviceRule]) {
        for rule in rules {
            if DeviceRules.coversAll(rule) {
                isAllowed = rule.allow
                entries = []
                continue
            }
            let major = rule.major ?? -1, minor = rule.minor ?? -1
            if major > Self.greatestMajor || minor > Self.greatestMinor { continue }
            for isBlock in [true, false] where rule.type != (isBlock ? .character : .block) {
                let pattern = Pattern(
                    isBlock: isBlock, major: UInt32(exactly: major), minor: UInt32(exactly: minor))
                add(Entry(allow: rule.allow, pattern: pattern, access: Access(rule.access)))
            }
        }
        if hole == nil { removeCovered() }
    }

    private mutating func add(_ new: Entry) {
        for index in entries.indices where entries[index].allow != new.allow {
            if new.pattern.covers(entries[index].pattern) { entries[index].access.subtract(new.access) }
        }
        entries.removeAll { $0.access.isEmpty }
        let same = entries.lastIndex { $0.allow == new.allow && $0.pattern == new.pattern }
        if let same, !isOpposed(new, after: same) {
            entries[same].access.formUnion(new.access)
        } else if new.allow != isAllowed || isOpposed(new, after: -1) {
            entries.append(new)
        }
        turnAround(new)
    }

    /// Whether an entry behind `index` says otherwise of something that `entry` speaks of.
    private func isOpposed(_ entry: Entry, after index: Int) -> Bool {
        entries[(index + 1)...].contains {
            $0.allow != entry.allow && $0.pattern.overlaps(entry.pattern) && !$0.access.isDisjoint(with: entry.access)
        }
    }

    /// When all block and all character devices have become exceptions, they are the rule.
    private mutating func turnAround(_ new: Entry) {
        if new.allow == isAllowed { return }
        func isWhole(_ entry: Entry) -> Bool {
            entry.allow == new.allow && entry.pattern.isForAll && entry.access == .all
        }
        let whole = entries.filter(isWhole)
        // There are two such patterns.
        guard let first = whole.first, whole.contains(where: { $0.pattern != first.pattern }) else { return }
        isAllowed = new.allow
        entries.removeAll(where: isWhole)
        let opposed = entries.firstIndex { $0.allow != new.allow } ?? entries.endIndex
        entries.removeSubrange(..<opposed)
    }

    /// Drops what a wider entry says as well.
    private mutating func removeCovered() {
        entries = entries.filter { entry in
            !entries.contains {
                $0 != entry && $0.pattern.covers(entry.pattern) && $0.access.isSuperset(of: entry.access)
            }
        }
    }
}
