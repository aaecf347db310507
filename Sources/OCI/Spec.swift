/// The version of the OCI runtime specification that this module implements.
public let version = "1.3.0"

/// A container's configuration, the content of a bundle's `config.json` (config.md).
///
/// Reading is structural: types, ranges and required properties are checked, unknown properties are ignored
/// (config.md, Extensibility), and so are the sections of other platforms. An optional string that is empty, and a
/// list or map that is empty, mean the same as an absent one, as they do in Go.
public struct Spec: Sendable, Equatable {
    /// The version of the specification that the document follows, in SemVer 2.0.0 (config.md, Specification version).
    public var ociVersion: String
    /// The container's process; required for `start` (config.md, Process).
    public var process: Process?
    /// The root file system (config.md, Root).
    public var root: Root?
    /// The host name inside the UTS namespace (config.md, Hostname).
    public var hostname: String?
    /// The NIS domain name inside the UTS namespace (config.md, Domainname).
    public var domainname: String?
    /// Additional mounts, in the order in which to make them (config.md, Mounts).
    public var mounts: [Mount]
    /// Commands to run at points of the container's life (config.md, POSIX-platform Hooks).
    public var hooks: Hooks?
    /// Arbitrary metadata (config.md, Annotations).
    public var annotations: [String: String]
    /// What is specific to Linux (config-linux.md).
    public var linux: Linux?

    /// The properties of platforms that are not Linux: known, and passed over.
    public static var otherPlatforms: [String] { foreignNames.map(\.description) }

    private static let foreignNames: [StaticString] = ["freebsd", "solaris", "vm", "windows", "zos"]

    /// A configuration; what is left out is absent.
    public init(
        ociVersion: String = version, process: Process? = nil, root: Root? = nil, hostname: String? = nil,
        domainname: String? = nil, mounts: [Mount] = [], hooks: Hooks? = nil, annotations: [String: String] = [:],
        linux: Linux? = nil
    ) {
        self.ociVersion = ociVersion
        self.process = process
        self.root = root
        self.hostname = hostname
        self.domainname = domainname
        self.mounts = mounts
        self.hooks = hooks
        self.annotations = annotations
        self.linux = linux
    }
}

extension Spec: JSONDecodable, JSONObjectEncodable {
    /// Reads a `config.json`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        ociVersion = try object.required("ociVersion")
        process = try object.optional("process")
        root = try object.optional("root")
        hostname = try object.text("hostname")
        domainname = try object.text("domainname")
        mounts = try object.list("mounts")
        hooks = try object.optional("hooks")
        annotations = try object.map("annotations")
        linux = try object.optional("linux")
    }

    /// Writes a `config.json`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("ociVersion", ociVersion)
        object.setIfPresent("process", process)
        object.setIfPresent("root", root)
        object.setIfPresent("hostname", hostname)
        object.setIfPresent("domainname", domainname)
        object.setIfPresent("mounts", mounts)
        object.setIfPresent("hooks", hooks)
        object.setIfPresent("annotations", annotations)
        object.setIfPresent("linux", linux)
    }
}

extension Spec {
    /// The sections of a configuration that are for other platforms, and so mean nothing here (spec.md, Platforms).
    public static func foreignSections(of document: borrowing JSONDocument) -> [String] {
        let found = try? document.withRoot { (root) throws(JSONError) in
            let object = try root.object()
            return foreignNames.filter { object[$0] != nil }.map(\.description)
        }
        return found ?? []
    }
}

/// The container's root file system (config.md, Root).
public struct Root: Sendable, Equatable {
    /// The directory, absolute or relative to the bundle.
    public var path: String
    /// Whether the container sees its root read-only.
    public var readonly: Bool

    /// The root file system at `path`.
    public init(path: String, readonly: Bool = false) {
        self.path = path
        self.readonly = readonly
    }
}

extension Root: JSONDecodable, JSONObjectEncodable {
    /// Reads `root`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        path = try object.required("path")
        readonly = try object.flag("readonly")
    }

    /// Writes `root`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("path", path)
        object.setIfTrue("readonly", readonly)
    }
}
