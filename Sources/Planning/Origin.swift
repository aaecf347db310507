/// Where in config.json something comes from: "mounts[3].options", "linux.sysctl.kernel.shmmax".
public struct Origin: Sendable, Hashable, CustomStringConvertible {
    /// The property, as a path from the document's root.
    public var property: String
    /// The index into the property, where it is an array.
    public var index: Int?
    /// What follows the index, or the key where the property is a map.
    public var member: String

    public init(_ property: String, _ index: Int? = nil, _ member: String = "") {
        self.property = property
        self.index = index
        self.member = member
    }

    public var description: String {
        let base = index.map { "\(property)[\($0)]" } ?? property
        return member.isEmpty ? base : "\(base).\(member)"
    }

    /// The origin of a member of what this one names.
    public func appending(_ member: String) -> Origin {
        Origin(property, index, self.member.isEmpty ? member : self.member + "." + member)
    }
}
