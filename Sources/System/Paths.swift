import Glibc

/// Paths as text: nothing here looks at a file system, but for `absolute`.
public enum Paths {
    /// The path without its last component; "/" for the root and what lies in it, "" for a bare name.
    public static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last component of the path.
    public static func name(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }

    /// `name` below `directory`; an absolute name stands for itself.
    public static func join(_ directory: String, _ name: String) -> String {
        if name.utf8.first == UInt8(ascii: "/") || directory.isEmpty { return name }
        return directory.utf8.last == UInt8(ascii: "/") ? directory + name : directory + "/" + name
    }

    /// The path from the root, with the working directory before a relative one.
    public static func absolute(_ path: String) -> String {
        if path.utf8.first == UInt8(ascii: "/") { return path }
        guard let directory = getcwd(nil, 0) else { return path }
        defer { free(directory) }
        return path == "." ? String(text: directory) : join(String(text: directory), path)
    }
}
