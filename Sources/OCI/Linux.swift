/// The part of a configuration that is specific to Linux (config-linux.md).
public struct Linux: Sendable, Equatable {
    /// The user mappings of a new user namespace (User namespace mappings).
    public var uidMappings: [IDMapping]
    /// The group mappings of a new user namespace (User namespace mappings).
    public var gidMappings: [IDMapping]
    /// Kernel parameters and their values (Sysctl).
    public var sysctl: [String: String]
    /// The limits of the container's cgroup (Control groups).
    public var resources: Resources?
    /// The cgroup: an absolute path below the cgroup mount, or one that the cgroup manager interprets (Cgroups Path).
    public var cgroupsPath: String?
    /// The namespaces to create or join (Namespaces).
    public var namespaces: [Namespace]
    /// Device files to make besides the default ones (Devices).
    public var devices: [Device]
    /// Network devices to move into the container, by their name on the host (Network Devices).
    public var netDevices: [String: NetDevice]
    /// The system call filter (Seccomp).
    public var seccomp: Seccomp?
    /// The propagation of the root mount (Rootfs Mount Propagation).
    public var rootfsPropagation: RootfsPropagation?
    /// Absolute paths in the container that cannot be read there (Masked Paths).
    public var maskedPaths: [String]
    /// Absolute paths in the container that cannot be written there (Readonly Paths).
    public var readonlyPaths: [String]
    /// The SELinux context of the container's mounts (Mount Label).
    public var mountLabel: String?
    /// Intel's Resource Director Technology (IntelRdt).
    public var intelRdt: IntelRdt?
    /// The NUMA memory policy (Memory policy).
    public var memoryPolicy: MemoryPolicy?
    /// The execution domain (Personality).
    public var personality: Personality?
    /// The clock offsets of a new time namespace (Offset for Time Namespace).
    public var timeOffsets: TimeOffsets?

    /// A Linux section; what is left out is absent.
    public init(
        uidMappings: [IDMapping] = [], gidMappings: [IDMapping] = [], sysctl: [String: String] = [:],
        resources: Resources? = nil, cgroupsPath: String? = nil, namespaces: [Namespace] = [],
        devices: [Device] = [], netDevices: [String: NetDevice] = [:], seccomp: Seccomp? = nil,
        rootfsPropagation: RootfsPropagation? = nil, maskedPaths: [String] = [], readonlyPaths: [String] = [],
        mountLabel: String? = nil, intelRdt: IntelRdt? = nil, memoryPolicy: MemoryPolicy? = nil,
        personality: Personality? = nil, timeOffsets: TimeOffsets? = nil
    ) {
        self.uidMappings = uidMappings
        self.gidMappings = gidMappings
        self.sysctl = sysctl
        self.resources = resources
        self.cgroupsPath = cgroupsPath
        self.namespaces = namespaces
        self.devices = devices
        self.netDevices = netDevices
        self.seccomp = seccomp
        self.rootfsPropagation = rootfsPropagation
        self.maskedPaths = maskedPaths
        self.readonlyPaths = readonlyPaths
        self.mountLabel = mountLabel
        self.intelRdt = intelRdt
        self.memoryPolicy = memoryPolicy
        self.personality = personality
        self.timeOffsets = timeOffsets
    }
}

extension Linux: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        uidMappings = try object.list("uidMappings")
        gidMappings = try object.list("gidMappings")
        sysctl = try object.map("sysctl")
        resources = try object.optional("resources")
        cgroupsPath = try object.text("cgroupsPath")
        namespaces = try object.list("namespaces")
        devices = try object.list("devices")
        netDevices = try object.map("netDevices")
        seccomp = try object.optional("seccomp")
        rootfsPropagation = try object.name("rootfsPropagation")
        maskedPaths = try object.list("maskedPaths")
        readonlyPaths = try object.list("readonlyPaths")
        mountLabel = try object.text("mountLabel")
        intelRdt = try object.optional("intelRdt")
        memoryPolicy = try object.optional("memoryPolicy")
        personality = try object.optional("personality")
        timeOffsets = try object.optional("timeOffsets")
    }

    /// Writes `linux`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("uidMappings", uidMappings)
        object.setIfPresent("gidMappings", gidMappings)
        object.setIfPresent("sysctl", sysctl)
        object.setIfPresent("resources", resources)
        object.setIfPresent("cgroupsPath", cgroupsPath)
        object.setIfPresent("namespaces", namespaces)
        object.setIfPresent("devices", devices)
        object.setIfPresent("netDevices", netDevices)
        object.setIfPresent("seccomp", seccomp)
        object.setIfPresent("rootfsPropagation", rootfsPropagation)
        object.setIfPresent("maskedPaths", maskedPaths)
        object.setIfPresent("readonlyPaths", readonlyPaths)
        object.setIfPresent("mountLabel", mountLabel)
        object.setIfPresent("intelRdt", intelRdt)
        object.setIfPresent("memoryPolicy", memoryPolicy)
        object.setIfPresent("personality", personality)
        object.setIfPresent("timeOffsets", timeOffsets)
    }
}

extension Linux {
    /// How mounts spread from and to the root mount (config-linux.md, Rootfs Mount Propagation).
    ///
    /// The specification names four; Docker and Podman write the recursive ones too, and every runtime takes them.
    public enum RootfsPropagation: String, JSONName {
        /// Neither way.
        case `private`
        /// Neither way, for all mounts below as well.
        case rprivate
        /// Both ways.
        case shared
        /// Both ways, for all mounts below as well.
        case rshared
        /// Into the container only.
        case slave
        /// Into the container only, for all mounts below as well.
        case rslave
        /// Neither way, and no bind mounts of it.
        case unbindable
        /// Neither way, and no bind mounts of it, for all mounts below as well.
        case runbindable
    }
}
