internal import System

/// Chooses the manager for a container.
public enum ManagerSelection {
    /// For a container to be made.
    ///
    /// - Returns: a manager that has made nothing yet, and why it is that one.
    /// - Throws: `ManagerRefusal` where linux.cgroupsPath does not fit what is asked for.
    public static func choose(_ request: ManagerRequest) throws(ManagerRefusal) -> ManagerChoice {
        switch request.preference {
        case .custom(let provider):
            var choice = ManagerChoice(try provider.manager(for: request), because: asked)
            choice.kind = .custom(provider.name)
            return choice
        case .disabled: return ManagerChoice(DisabledManager(request), because: asked)
        case .systemd: return try SystemdChoice.choose(request)
        case .cgroupfs, .automatic: break
        }
        if let path = request.path, let hint = UnitName.hint(forCgroupfsPath: path) {
            throw ManagerRefusal("linux.cgroupsPath", "\"\(path)\" names a unit of systemd's", hint: hint)
        }
        // Asked once: it takes a look at a file.
        let hasNoRights = request.asksForNoRights
        let manager = manager(path: path(request, hasNoRights), id: request.id, layout: request.layout)
        if case .cgroupfs = request.preference { return ManagerChoice(manager, because: asked) }
        if hasNoRights, !insistsOnPath(request), let obstacle = Writability.obstacle(to: manager, request) {
            let reason = "since \(request.caller.name) may not write to \(obstacle)"
            return ManagerChoice(DisabledManager(request), because: reason)
        }
        return ManagerChoice(manager, because: "by the host's layout")
    }

    static let asked = "as asked for"

    /// In version 2 cgroups can be handed over, and whoever names one wants it; in version 1 they can't, and engines
    /// name them all the same.
    private static func insistsOnPath(_ request: ManagerRequest) -> Bool {
        request.layout.hierarchies.isEmpty && !(request.path ?? "").isEmpty
    }

    /// Without the host's rights there is nothing to be had at the root of the tree: by default the cgroup lies beside the caller's own.
    private static func path(_ request: ManagerRequest, _ hasNoRights: Bool) -> String? {
        if !hasNoRights || !request.layout.hierarchies.isEmpty { return request.path }
        return request.path.flatMap { $0.isEmpty ? nil : $0 } ?? "skep-" + request.id
    }

    /// The manager that works by the files of the host's layout.
    ///
    /// - Parameters:
    ///   - path: linux.cgroupsPath. An absolute one counts from the root of each hierarchy; a relative one from the
    ///     runtime's own cgroup, or, in version 2, from the one above it, since a cgroup with processes in it can't
    ///     hand controllers down.
    ///   - id: names the cgroup "/skep-ID" where there is no path.
    ///   - layout: the host's.
    /// - Returns: a manager that has made nothing yet.
    static func manager(path: String?, id: String, layout: Layout) -> any UnitFiles {
        // What names nothing is refused when it is planned; here it must not come to mean the root of the tree.
        let wanted = path.flatMap { trimmed($0).isEmpty ? nil : $0 } ?? "/skep-" + id
        let isAbsolute = wanted.utf8.first == UInt8(ascii: "/")
        if layout.hierarchies.isEmpty, let unified = layout.unified {
            let start = isAbsolute ? "" : Paths.parent(of: unified.own)
            return UnifiedManager(
                path: Paths.join(unified.mountPoint, trimmed(start + "/" + wanted)), mountPoint: unified.mountPoint)
        }
        let members = layout.hierarchies.map { hierarchy in
            LegacyManager.Member(
                controllers: hierarchy.controllers,
                path: Paths.join(
                    hierarchy.mountPoint, trimmed((isAbsolute ? "" : hierarchy.own) + "/" + wanted)),
                mountPoint: hierarchy.mountPoint)
        }
        let unified = layout.unified.map {
            Paths.join($0.mountPoint, trimmed((isAbsolute ? "" : $0.own) + "/" + wanted))
        }
        return LegacyManager(members: members, unified: unified)
    }

    /// For a container that exists, by what its state.json says.
    ///
    /// - Parameters:
    ///   - stored: that.
    ///   - id: the container's.
    ///   - subject: its first process, for what can be done without cgroups.
    ///   - preference: may bring the provider of a custom manager.
    /// - Returns: the manager that it was made by; nil for a custom one without its provider.
    public static func manager(
        _ stored: StoredManager, id: String, subject: DisabledManager.Subject, preference: ManagerPreference
    ) -> (any Manager)? {
        switch stored.kind {
        case .cgroupfsV1, .cgroupfsHybrid, .cgroupfsV2: return cgroupfs(stored.namedPaths)
        case .systemdV1, .systemdV2:
            guard let unit = stored.unit else { return cgroupfs(stored.namedPaths) }
            return SystemdManager(unit, base: files(stored.namedPaths))
        case .disabled: return DisabledManager(of: subject)
        case .custom(let name):
            guard case .custom(let provider) = preference, provider.name == name else { return nil }
            return provider.manager(of: id, namedPaths: stored.namedPaths)
        }
    }

    /// A manager of cgroups that exist, by their files.
    ///
    /// - Parameter namedPaths: their directories, as `Manager.namedPaths` has told them.
    /// - Returns: the manager: of version 2 where that is all there is.
    public static func cgroupfs(_ namedPaths: [NamedPath]) -> any Manager { files(namedPaths) }

    private static func files(_ namedPaths: [NamedPath]) -> any UnitFiles {
        if namedPaths.count == 1, namedPaths[0].name.isEmpty {
            return UnifiedManager(path: namedPaths[0].path, mountPoint: Layout.root)
        }
        return LegacyManager(stored: namedPaths)
    }

    /// The path relative to a mount point: without leading or doubled slashes, and never climbing.
    private static func trimmed(_ path: String) -> String {
        var result = ""
        for part in path.utf8.split(separator: UInt8(ascii: "/")) {
            if part.elementsEqual(".".utf8) || part.elementsEqual("..".utf8) { continue }
            if !result.isEmpty { result += "/" }
            result += String(decoding: part, as: UTF8.self)
        }
        return result
    }
}

/// What state.json keeps of a manager.
public struct StoredManager: Sendable, Equatable {
    public var kind: ManagerKind
    /// The container's directory for each controller; "" stands for the version 2 tree.
    public var namedPaths: [NamedPath]
    /// The unit of systemd's that they belong to; nil for none.
    public var unit: SystemdUnit?

    public init(kind: ManagerKind, namedPaths: [NamedPath], unit: SystemdUnit? = nil) {
        self.kind = kind
        self.namedPaths = namedPaths
        self.unit = unit
    }
}
