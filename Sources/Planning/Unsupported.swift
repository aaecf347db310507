internal import OCI

/// Refuses, by name, what a later Skep will carry out: nothing is silently left undone.
enum Unsupported {
    static func check(_ spec: Spec) throws(ConfigurationError) {
        if let linux = spec.linux {
            try check(linux)
            if let resources = linux.resources { try check(resources) }
        }
    }

    private static func refuse(_ isPresent: Bool, _ property: String) throws(ConfigurationError) {
        if isPresent { throw .unsupported(Origin(property)) }
    }

    private static func check(_ linux: Linux) throws(ConfigurationError) {
        try refuse(!linux.uidMappings.isEmpty, "linux.uidMappings")
        try refuse(!linux.gidMappings.isEmpty, "linux.gidMappings")
        try refuse(linux.timeOffsets != nil, "linux.timeOffsets")
        try refuse(!linux.netDevices.isEmpty, "linux.netDevices")
        try refuse(linux.seccomp != nil, "linux.seccomp")
        try refuse(!(linux.mountLabel ?? "").isEmpty, "linux.mountLabel")
        try refuse(linux.intelRdt != nil, "linux.intelRdt")
        try refuse(linux.memoryPolicy != nil, "linux.memoryPolicy")
        try refuse(linux.personality != nil, "linux.personality")
    }

    static func check(_ resources: Resources) throws(ConfigurationError) {
        if let network = resources.network {
            try refuse(network != Resources.Network(), "linux.resources.network")
        }
        try refuse(!resources.hugepageLimits.isEmpty, "linux.resources.hugepageLimits")
        try refuse(!resources.rdma.isEmpty, "linux.resources.rdma")
        try refuse(!resources.unified.isEmpty, "linux.resources.unified")
    }
}
