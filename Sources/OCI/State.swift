/// Where a container is in its life (runtime.md, State).
public enum Status: String, JSONName {
    /// `create` is at work.
    case creating
    /// Created, and the user's program not started.
    case created
    /// The user's program runs.
    case running
    /// The user's program is frozen; not in the specification, but in every runtime.
    case paused
    /// The process is gone.
    case stopped
}

/// A container's state: what `state` prints and hooks get on their standard input (runtime.md, State).
///
/// The last three properties are runc's; they are left out when nil, as hooks want it.
public struct State: Sendable, Equatable {
    /// The version of the specification that the document follows.
    public var ociVersion: String
    /// The container's id.
    public var id: String
    /// The process as the host sees it; nil leaves it out, 0 is a process that is gone.
    public var pid: Int32?
    /// Where the container is in its life.
    public var status: Status
    /// The bundle, an absolute path.
    public var bundle: String
    /// The root file system on the host, an absolute path.
    public var rootfs: String?
    /// When the container was created, RFC 3339 in UTC.
    public var created: String?
    /// The annotations of the configuration.
    public var annotations: [String: String]
    /// The user who created the container; runc leaves it empty.
    public var owner: String?

    /// A state.
    public init(
        ociVersion: String = version, id: String, pid: Int32? = nil, status: Status, bundle: String,
        rootfs: String? = nil, created: String? = nil, annotations: [String: String] = [:], owner: String? = nil
    ) {
        self.ociVersion = ociVersion
        self.id = id
        self.pid = pid
        self.status = status
        self.bundle = bundle
        self.rootfs = rootfs
        self.created = created
        self.annotations = annotations
        self.owner = owner
    }
}

extension State: JSONDecodable, JSONObjectEncodable {
    /// Reads a state.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        ociVersion = try object.required("ociVersion")
        id = try object.required("id")
        pid = try object.optional("pid")
        status = try object.required("status")
        bundle = try object.required("bundle")
        rootfs = try object.optional("rootfs")
        created = try object.optional("created")
        annotations = try object.map("annotations")
        owner = try object.optional("owner")
    }

    /// Writes a state, in the order in which runc does.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("ociVersion", ociVersion)
        object.set("id", id)
        object.setIfPresent("pid", pid)
        object.set("status", status)
        object.set("bundle", bundle)
        if let rootfs { object.set("rootfs", rootfs) }
        if let created { object.set("created", created) }
        object.setIfPresent("annotations", annotations)
        if let owner { object.set("owner", owner) }
    }
}

/// What a seccomp agent gets with the file descriptors (config-linux.md, The Container Process State).
public struct ContainerProcessState: Sendable, Equatable {
    /// The name in `fds` of the seccomp notification descriptor.
    public static let seccompFd = "seccompFd"

    /// The version of the specification that the document follows.
    public var ociVersion: String
    /// The names of the descriptors, in the order of SCM_RIGHTS.
    public var fds: [String]
    /// The process as the runtime sees it.
    public var pid: Int32
    /// What `Seccomp.listenerMetadata` says.
    public var metadata: String?
    /// The container's state.
    public var state: State

    /// A process state.
    public init(
        ociVersion: String = version, fds: [String] = [seccompFd], pid: Int32, metadata: String? = nil, state: State
    ) {
        self.ociVersion = ociVersion
        self.fds = fds
        self.pid = pid
        self.metadata = metadata
        self.state = state
    }
}

extension ContainerProcessState: JSONDecodable, JSONObjectEncodable {
    /// Reads a process state.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        ociVersion = try object.required("ociVersion")
        fds = try object.list("fds")
        pid = try object.required("pid")
        metadata = try object.text("metadata")
        state = try object.required("state")
    }

    /// Writes a process state.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("ociVersion", ociVersion)
        object.set("fds", fds)
        object.set("pid", pid)
        object.setIfPresent("metadata", metadata)
        object.set("state", state)
    }
}
