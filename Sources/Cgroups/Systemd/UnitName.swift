internal import System

/// The systemd unit that a container's cgroup belongs to.
package struct UnitName: Sendable, Equatable {
    /// The slice that it lies in ("system.slice"; "-.slice" is the root).
    package let slice: String
    /// Its own name: "skep-ID.scope", or a slice's.
    package let name: String

    private static let property = "linux.cgroupsPath"
    private static let sliceSuffix = ".slice"
    /// The longest name that systemd takes, in bytes (UNIT_NAME_MAX with its NUL).
    private static let longestName = 255

    /// Reads linux.cgroupsPath in the form that all runtimes take where systemd manages: "slice:prefix:name" is the
    /// scope "prefix-name.scope" in the slice, or the slice "name" if that ends in ".slice".
    ///
    /// - Parameters:
    ///   - path: the property; without it, the scope is "skep-ID.scope".
    ///   - id: the container's.
    ///   - isRootless: whether the user's own systemd is asked, where the default slice is user.slice; it is
    ///     system.slice else.
    /// - Throws: `ManagerRefusal` for another form, and for names that systemd does not take.
    package init(cgroupsPath path: String?, id: String, isRootless: Bool) throws(ManagerRefusal) {
        let defaultSlice = isRootless ? "user.slice" : "system.slice"
        guard let path, !path.isEmpty else {
            slice = defaultSlice
            name = "skep-" + Self.escaped(id) + ".scope"
            if name.utf8.count > Self.longestName {
                throw ManagerRefusal(
                    Self.property, "is not set, and the id is too long for a unit's name",
                    hint: "systemd takes \(Self.longestName) bytes")
            }
            return
        }
        let parts = path.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 3 else {
            throw ManagerRefusal(
                Self.property, "\"\(path)\" is not of the form slice:prefix:name, which systemd's cgroups have",
                hint: "without --systemd-cgroup it can be a path")
        }
        switch parts[0] {
        case "": slice = defaultSlice
        case "-": slice = "-.slice"
        case let given: slice = given
        }
        guard Self.parts(ofSlice: slice) != nil else {
            throw ManagerRefusal(Self.property, "\"\(slice)\" is no name of a slice, such as system.slice or a-b.slice")
        }
        if Self.isEnd(Self.sliceSuffix, of: parts[2]) {
            name = parts[2]
            guard Self.parts(ofSlice: name) != nil else {
                throw ManagerRefusal(
                    Self.property, "\"\(name)\" is no name of a slice, such as system.slice or a-b.slice")
            }
        } else {
            name = (parts[1].isEmpty ? "" : parts[1] + "-") + parts[2] + ".scope"
            if parts[2].isEmpty || !Self.isScope(name) {
                throw ManagerRefusal(
                    Self.property, "\"\(name)\" is no name that systemd takes",
                    hint: "letters, digits and :-_.\\@ make one, \(Self.longestName) bytes at most")
            }
        }
    }

    /// Whether the unit is a slice and no scope.
    package var isSlice: Bool { Self.isEnd(Self.sliceSuffix, of: name) }

    /// Where its cgroup is below that of the systemd which manages it: "a.slice/a-b.slice/skep-ID.scope".
    package var cgroup: String {
        // A slice lies where its own name says.
        let slices = Self.parts(ofSlice: isSlice ? name : slice) ?? []
        return (isSlice ? slices : slices + [name]).joined(separator: "/")
    }

    /// What to say of a linux.cgroupsPath which is systemd's where systemd does not manage; nil for any other.
    package static func hint(forCgroupfsPath path: String) -> String? {
        let parts = path.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 3, !path.utf8.contains(UInt8(ascii: "/")),
            parts[0].isEmpty || isEnd(sliceSuffix, of: String(decoding: parts[0], as: UTF8.self))
        else { return nil }
        return "a path of the form slice:prefix:name is for --systemd-cgroup"
    }

    // MARK: Names (systemd.unit(5), systemd.slice(5))

    /// The slices on the way to one, from the root: "a.slice", "a-b.slice". None for the root itself; nil for what is
    /// no slice.
    static func parts(ofSlice slice: String) -> [String]? {
        if slice == "-.slice" { return [] }
        guard isEnd(sliceSuffix, of: slice), slice.utf8.count <= longestName else { return nil }
        let name = slice.utf8.dropLast(sliceSuffix.utf8.count)
        guard name.allSatisfy({ isNameByte($0) && $0 != UInt8(ascii: "@") }), name.first != UInt8(ascii: ".") else {
            return nil
        }
        var parts: [String] = []
        var prefix = ""
        for part in name.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false) {
            if part.isEmpty { return nil }
            prefix += (prefix.isEmpty ? "" : "-") + String(decoding: part, as: UTF8.self)
            parts.append(prefix + sliceSuffix)
        }
        return parts
    }

    private static func isScope(_ name: String) -> Bool {
        let at = UInt8(ascii: "@"), first = name.utf8.first
        return name.utf8.count <= longestName && name.utf8.allSatisfy(isNameByte) && first != UInt8(ascii: ".")
            && first != at && !isEnd("@.scope", of: name)
    }

    private static func isEnd(_ suffix: String, of text: String) -> Bool {
        text.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "@"):
            true
        default: false
        }
    }

    /// The text with "\x2b" in place of what a unit's name can't have.
    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isNameByte(byte) && byte != UInt8(ascii: "@") && byte != UInt8(ascii: "\\") {
                bytes.append(byte)
            } else {
                bytes += Array("\\x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
