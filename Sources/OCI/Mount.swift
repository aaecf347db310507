/// One mount of the container (config.md, Mounts).
public struct Mount: Sendable, Equatable {
    /// Where the mount appears inside the container; an absolute path (a relative one, deprecated, starts at "/").
    public var destination: String
    /// The file system's type, as in `/proc/filesystems`; meaningless for bind mounts.
    public var type: String?
    /// The device, or the file or directory of a bind mount, absolute or relative to the bundle.
    public var source: String?
    /// Mount options in fstab's style, in the order in which they apply (config.md, Linux mount options).
    public var options: [String]
    /// The user mapping of an idmapped mount (config.md, POSIX-platform Mounts).
    public var uidMappings: [IDMapping]
    /// The group mapping of an idmapped mount (config.md, POSIX-platform Mounts).
    public var gidMappings: [IDMapping]

    /// A mount at `destination`.
    public init(
        destination: String, type: String? = nil, source: String? = nil, options: [String] = [],
        uidMappings: [IDMapping] = [], gidMappings: [IDMapping] = []
    ) {
        self.destination = destination
        self.type = type
        self.source = source
        self.options = options
        self.uidMappings = uidMappings
        self.gidMappings = gidMappings
    }
}

extension Mount: JSONDecodable, JSONObjectEncodable {
    /// Reads an element of `mounts`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        destination = try object.required("destination")
        type = try object.text("type")
        source = try object.text("source")
        options = try object.list("options")
        uidMappings = try object.list("uidMappings")
        gidMappings = try object.list("gidMappings")
    }

    /// Writes an element of `mounts`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("destination", destination)
        object.setIfPresent("type", type)
        object.setIfPresent("source", source)
        object.setIfPresent("options", options)
        object.setIfPresent("uidMappings", uidMappings)
        object.setIfPresent("gidMappings", gidMappings)
    }
}

/// A range of user or group ids and its image on the host (config-linux.md, User namespace mappings).
public struct IDMapping: Sendable, Hashable {
    /// The first id inside the container.
    public var containerID: UInt32
    /// The first id on the host.
    public var hostID: UInt32
    /// How many ids are mapped.
    public var size: UInt32

    /// Maps `size` ids.
    public init(containerID: UInt32 = 0, hostID: UInt32, size: UInt32 = 1) {
        self.containerID = containerID
        self.hostID = hostID
        self.size = size
    }
}

extension IDMapping: JSONDecodable, JSONObjectEncodable {
    /// Reads an element of `uidMappings` or `gidMappings`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        containerID = try object.required("containerID")
        hostID = try object.required("hostID")
        size = try object.required("size")
    }

    /// Writes an element of `uidMappings` or `gidMappings`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("containerID", containerID)
        object.set("hostID", hostID)
        object.set("size", size)
    }
}
