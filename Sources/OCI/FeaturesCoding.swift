extension Features.Linux: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        namespaces = try object.optional("namespaces")
        capabilities = try object.optional("capabilities")
        cgroup = try object.optional("cgroup")
        seccomp = try object.optional("seccomp")
        apparmor = try object.optional("apparmor")
        selinux = try object.optional("selinux")
        intelRdt = try object.optional("intelRdt")
        memoryPolicy = try object.optional("memoryPolicy")
        mountExtensions = try object.optional("mountExtensions")
        netDevices = try object.optional("netDevices")
    }

    /// Writes `linux`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("namespaces", namespaces)
        object.setIfPresent("capabilities", capabilities)
        object.setIfPresent("cgroup", cgroup)
        object.setIfPresent("seccomp", seccomp)
        object.setIfPresent("apparmor", apparmor)
        object.setIfPresent("selinux", selinux)
        object.setIfPresent("intelRdt", intelRdt)
        object.setIfPresent("memoryPolicy", memoryPolicy)
        object.setIfPresent("mountExtensions", mountExtensions)
        object.setIfPresent("netDevices", netDevices)
    }
}

extension Features.Switch: JSONDecodable, JSONObjectEncodable {
    /// Reads a feature.
    public init(json: JSONNode) throws(JSONError) {
        enabled = try json.object().optional("enabled")
    }

    /// Writes a feature.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("enabled", enabled)
    }
}

extension Features.Cgroup: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux.cgroup`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        v1 = try object.optional("v1")
        v2 = try object.optional("v2")
        systemd = try object.optional("systemd")
        systemdUser = try object.optional("systemdUser")
        rdma = try object.optional("rdma")
    }

    /// Writes `linux.cgroup`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("v1", v1)
        object.setIfPresent("v2", v2)
        object.setIfPresent("systemd", systemd)
        object.setIfPresent("systemdUser", systemdUser)
        object.setIfPresent("rdma", rdma)
    }
}

extension Features.Seccomp: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux.seccomp`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        enabled = try object.optional("enabled")
        actions = try object.optional("actions")
        operators = try object.optional("operators")
        archs = try object.optional("archs")
        knownFlags = try object.optional("knownFlags")
        supportedFlags = try object.optional("supportedFlags")
    }

    /// Writes `linux.seccomp`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("enabled", enabled)
        object.setIfPresent("actions", actions)
        object.setIfPresent("operators", operators)
        object.setIfPresent("archs", archs)
        object.setIfPresent("knownFlags", knownFlags)
        object.setIfPresent("supportedFlags", supportedFlags)
    }
}

extension Features.IntelRdt: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux.intelRdt`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        enabled = try object.optional("enabled")
        schemata = try object.optional("schemata")
        monitoring = try object.optional("monitoring")
    }

    /// Writes `linux.intelRdt`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("enabled", enabled)
        object.setIfPresent("schemata", schemata)
        object.setIfPresent("monitoring", monitoring)
    }
}

extension Features.MemoryPolicy: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux.memoryPolicy`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        modes = try object.optional("modes")
        flags = try object.optional("flags")
    }

    /// Writes `linux.memoryPolicy`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("modes", modes)
        object.setIfPresent("flags", flags)
    }
}

extension Features.MountExtensions: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux.mountExtensions`.
    public init(json: JSONNode) throws(JSONError) {
        idmap = try json.object().optional("idmap")
    }

    /// Writes `linux.mountExtensions`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("idmap", idmap)
    }
}
