internal import System

/// Whether who is not the host's root may make a container's cgroups: in every hierarchy, or it is as if in none.
enum Writability {
    /// The file or directory that keeps the user from it; nil for none.
    static func obstacle(to manager: any Manager, _ request: ManagerRequest) -> String? {
        let caller = request.caller
        if let path = manager.unifiedPath, manager.members.isEmpty, let unified = request.layout.unified {
            let nearest = nearest(to: path, caller)
            if !caller.mayWrite(nearest) { return nearest }
            // A process is moved by whoever may write to the cgroup.procs of the cgroup that both places lie in
            // (cgroups(7), delegation containment).
            let procs = common(path, unified.mountPoint + unified.own) + "/cgroup.procs"
            return caller.mayWrite(procs) ? nil : procs
        }
        let paths = manager.namedPaths
        if paths.isEmpty { return Layout.root }
        return paths.lazy.map { nearest(to: $0.path, caller) }.first { !caller.mayWrite($0) }
    }

    /// The deepest directory of a path that is there.
    private static func nearest(to path: String, _ caller: ManagerRequest.Caller) -> String {
        var nearest = path
        while nearest.utf8.count > 1 && !caller.exists(nearest) { nearest = Paths.parent(of: nearest) }
        return nearest
    }

    private static func common(_ one: String, _ other: String) -> String {
        var common = ""
        let parts = zip(one.utf8.split(separator: UInt8(ascii: "/")), other.utf8.split(separator: UInt8(ascii: "/")))
        for (left, right) in parts {
            if !left.elementsEqual(right) { break }
            common += "/" + String(decoding: left, as: UTF8.self)
        }
        return common
    }
}
