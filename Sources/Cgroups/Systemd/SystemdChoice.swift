internal import System

/// Chooses how systemd is to make a container's cgroup.
package enum SystemdChoice {
    static func choose(_ request: ManagerRequest) throws(ManagerRefusal) -> ManagerChoice {
        let isUsers = request.asksForNoRights
        let unit = try UnitName(cgroupsPath: request.path, id: request.id, isRootless: isUsers)
        let properties = try UnitProperties.annotations(request.annotations)
        let layout = request.layout
        // Where it is to be expected: its init tells where it is.
        let root = isUsers ? root(ofUser: request.caller.isRoot ? nil : request.caller.uid, layout) : ""
        let inner = try InnerCgroups(request.annotations, isUnified: layout.hierarchies.isEmpty)
        let base = ManagerSelection.manager(
            path: root + "/" + unit.cgroup + inner.suffix, id: request.id, layout: layout)
        let manager = SystemdManager(unit, isUsers: isUsers, base: base, inner: inner, properties: properties)
        let whose = isUsers ? "the user's" : "the host's"
        return ManagerChoice(manager, because: "as asked for: \(unit.name) of \(whose) systemd")
    }

    /// The cgroup of the user's own systemd: that of the caller where it lies in it, else where the host's puts it. Nil
    /// for the root of a user namespace, whose user is the one whose slice it is in.
    package static func root(ofUser uid: UInt32?, _ layout: Layout) -> String {
        let own = layout.unified?.own ?? layout.hierarchies.first { $0.controllers == ["name=systemd"] }?.own ?? ""
        let parts = own.utf8.split(separator: UInt8(ascii: "/")).map { "/" + String(decoding: $0, as: UTF8.self) }
        let user =
            uid.map { String($0) } ?? parts.lazy.compactMap { name($0, between: "/user@", ".service") }.first
            ?? parts.lazy.compactMap { name($0, between: "/user-", ".slice") }.first ?? "0"
        let service = "/user@\(user).service"
        guard let index = parts.firstIndex(of: service) else { return "/user.slice/user-\(user).slice" + service }
        return parts[...index].joined()
    }

    private static func name(_ text: String, between prefix: String, _ suffix: String) -> String? {
        guard let rest = text.after(prefix), rest.hasSuffix(suffix) else { return nil }
        return String(rest.dropLast(suffix.utf8.count))
    }
}
