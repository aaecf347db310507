internal import Cgroups
internal import OCI

/// state.json: what a later command has to know of a container. The keys that libcontainer has too are spelled as
/// there.
struct StoredState: Sendable, Equatable {
    var id: String
    /// The init, as the host's pid namespace numbers it.
    var pid: Int32
    /// When it started, in clock ticks since boot: a process of that number with another start time is another.
    var startTime: UInt64
    /// When the container was created, RFC 3339.
    var created: String
    var ociVersion: String
    /// Absolute paths.
    var bundle: String
    var rootfs: String
    /// What looks after its cgroups, and where they are.
    var manager: StoredManager
    /// /proc/PID/ns/NAME for each namespace that is not the runtime's own, by libcontainer's names ("NEWNS").
    var namespacePaths: [NamedPath]
    var annotations: [String: String]
    /// Whether its processes keep the session keyring of whoever starts them.
    var keepsKeyring = false
    /// The hooks that are still to come; nil for none.
    var hooks: Hooks?
    /// How many steps the init's plan has, the last of which are startContainer's and the exec; nil where there are
    /// no hooks among them.
    var planSteps: Int?
    /// Whether the init's end does not end the other processes, since their pid namespace is not its own.
    var sharesPIDNamespace: Bool
    /// The limits after an update; nil for those of the configuration.
    var resources: Resources?
    /// Whether an update has ended the init before it was let go, by the OOM killer.
    var ranOutOfMemory = false
    /// The container's group of resctrl; nil for the default group.
    var resourceControl: ResourceControlGroup?
    /// config.json's, as it was written; nil for one that is not looked after.
    var configurationChecksum: UInt64?

    /// The file's text.
    var document: [UInt8] { Checksum.seal(serialized(.compact)) }

    var identity: ContainerIdentity {
        ContainerIdentity(id: id, bundle: bundle, ociVersion: ociVersion, annotations: annotations)
    }
}

extension StoredState: JSONDecodable, JSONObjectEncodable {
    init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        id = try object.required("id")
        pid = try object.required("init_process_pid")
        startTime = try object.required("init_process_start")
        created = try object.required("created")
        ociVersion = try object.required("oci_version")
        bundle = try object.required("bundle")
        rootfs = try object.required("rootfs")
        let name: String = try object.required("cgroup_manager")
        guard let kind = ManagerKind(rawValue: name) else {
            throw JSONError(
                .unknownValue("\"\(name)\"", allowed: ManagerKind.builtIn.map(\.rawValue)), path: "cgroup_manager")
        }
        manager = StoredManager(kind: kind, namedPaths: try Self.paths("cgroup_paths", of: object))
        if kind == .systemdV1 || kind == .systemdV2 {
            manager.unit = SystemdUnit(
                name: try object.required("systemd_unit"), isUsers: try object.flag("systemd_user"),
                delegated: try object.text("systemd_delegated"))
        }
        namespacePaths = try Self.paths("namespace_paths", of: object)
        annotations = try object.map("annotations")
        keepsKeyring = try object.flag("no_new_keyring")
        sharesPIDNamespace = try object.flag("shares_pid_namespace")
        configurationChecksum = try object.optional("config_checksum")
        // Asked for only where they are: most containers have no hooks and are never updated.
        if object["hooks"] != nil {
            hooks = try object.optional("hooks")
            planSteps = try object.optional("plan_steps")
        }
        if object["resources"] != nil {
            resources = try object.optional("resources")
            ranOutOfMemory = try object.flag("ran_out_of_memory")
        }
        if object["intel_rdt_path"] != nil {
            resourceControl = ResourceControlGroup(
                path: try object.required("intel_rdt_path"), monitoringPath: try object.text("intel_rdt_mon_path"),
                isOwn: try object.flag("intel_rdt_own"))
        }
    }

    private static func paths(_ property: StaticString, of object: JSONObject) throws(JSONError) -> [NamedPath] {
        try object.entries(property) { (name, path) throws(JSONError) in NamedPath(name, try path.string()) }
    }

    func encode(into object: borrowing JSONObjectBuilder) {
        object.set("id", id)
        object.set("init_process_pid", pid)
        object.set("init_process_start", startTime)
        object.set("created", created)
        object.set("oci_version", ociVersion)
        object.set("bundle", bundle)
        object.set("rootfs", rootfs)
        object.set("cgroup_manager", manager.kind.rawValue)
        object.set("cgroup_paths", PathsObject(paths: manager.namedPaths))
        if let unit = manager.unit {
            object.set("systemd_unit", unit.name)
            object.setIfTrue("systemd_user", unit.isUsers)
            object.setIfPresent("systemd_delegated", unit.delegated)
        }
        object.set("namespace_paths", PathsObject(paths: namespacePaths))
        object.setIfPresent("annotations", annotations)
        object.setIfTrue("no_new_keyring", keepsKeyring)
        if let hooks { object.set("hooks", hooks) }
        object.setIfPresent("plan_steps", planSteps)
        object.setIfTrue("shares_pid_namespace", sharesPIDNamespace)
        object.setIfPresent("config_checksum", configurationChecksum)
        if let resources { object.set("resources", resources) }
        object.setIfTrue("ran_out_of_memory", ranOutOfMemory)
        guard let resourceControl else { return }
        object.set("intel_rdt_path", resourceControl.path)
        object.setIfPresent("intel_rdt_mon_path", resourceControl.monitoringPath)
        object.setIfTrue("intel_rdt_own", resourceControl.isOwn)
    }
}

/// Paths as an object from names to paths.
private struct PathsObject: JSONObjectEncodable {
    let paths: [NamedPath]

    func encode(into object: borrowing JSONObjectBuilder) {
        for path in paths { object.set(entry: path.name, path.path) }
    }
}
