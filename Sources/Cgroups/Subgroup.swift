/// A cgroup below a container's own.
public struct Subgroup: Sendable, Equatable {
    /// The version 1 controllers for which it holds; none stands for all, and for the version 2 tree.
    public var controllers: [String]
    /// Where, from the container's own cgroup: "a/b", without "." and "..".
    public var path: String

    /// Reads what `exec --cgroup` takes: "PATH" or "CONTROLLER[,CONTROLLER...]:PATH". Nil for what names nothing
    /// below the container's own cgroup.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        let names = bytes[..<(colon ?? 0)].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        if colon != nil && names.contains(where: \.isEmpty) { return nil }
        controllers = names.filter { !$0.isEmpty }.map { String(decoding: $0, as: UTF8.self) }
        let parts = bytes[(colon.map { $0 + 1 } ?? 0)...].split(separator: UInt8(ascii: "/"))
        if parts.contains(where: { $0.elementsEqual("..".utf8) || $0.elementsEqual(".".utf8) || $0.contains(0) }) {
            return nil
        }
        path = String(decoding: Array(parts.joined(separator: [UInt8(ascii: "/")])), as: UTF8.self)
    }
}
