public import OCI

/// Whose the files of an id-mapped mount are: mount_setattr(2), ID-mapped mounts.
public struct IDMap: Sendable, Hashable {
    public var ids: IDs
    /// Whether the mounts below are mapped too.
    public var isRecursive: Bool

    /// Where a mapping comes from.
    public enum IDs: Sendable, Hashable {
        /// The user namespace at that path.
        case namespace(path: String)
        /// Ranges: what the file system has as `containerID` the host sees as `hostID`.
        case ranges(uids: [IDMapping], gids: [IDMapping])
    }

    public init(_ ids: IDs, isRecursive: Bool = false) {
        self.ids = ids
        self.isRecursive = isRecursive
    }
}

extension IDMap: CustomStringConvertible {
    public var description: String {
        let name = isRecursive ? "ridmap" : "idmap"
        switch ids {
        case .namespace(let path): return "\(name) \(path)"
        case .ranges(let uids, let gids): return "\(name) uids \(Self.text(uids)) gids \(Self.text(gids))"
        }
    }

    private static func text(_ ranges: [IDMapping]) -> String {
        ranges.map { "\($0.containerID)-\($0.hostID)-\($0.size)" }.joined(separator: "#")
    }
}
