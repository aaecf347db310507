/// Mounts alone, as `skep mounts` reads them: an array of what a configuration has in `mounts`.
public struct MountList: Sendable, Equatable {
    /// The mounts, in their order.
    public var mounts: [Mount]

    /// A list of mounts.
    public init(_ mounts: [Mount]) {
        self.mounts = mounts
    }
}

extension MountList: JSONDecodable {
    /// Reads an array of mounts.
    public init(json: JSONNode) throws(JSONError) {
        mounts = try json.array { (mount) throws(JSONError) in try Mount(json: mount) }
    }
}
