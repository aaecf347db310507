extension Features {
    /// What is specific to Linux (features-linux.md).
    public struct Linux: Sendable, Equatable {
        /// The kinds of namespaces.
        public var namespaces: [String]?
        /// The capabilities that the runtime knows by name.
        public var capabilities: [String]?
        /// Cgroups.
        public var cgroup: Cgroup?
        /// System call filters.
        public var seccomp: Seccomp?
        /// AppArmor.
        public var apparmor: Switch?
        /// SELinux.
        public var selinux: Switch?
        /// Intel's Resource Director Technology.
        public var intelRdt: IntelRdt?
        /// NUMA memory policies.
        public var memoryPolicy: MemoryPolicy?
        /// Extensions of mounts.
        public var mountExtensions: MountExtensions?
        /// Network devices.
        public var netDevices: Switch?

        /// Features; what is left out is unknown.
        public init(
            namespaces: [String]? = nil, capabilities: [String]? = nil, cgroup: Cgroup? = nil, seccomp: Seccomp? = nil,
            apparmor: Switch? = nil, selinux: Switch? = nil, intelRdt: IntelRdt? = nil,
            memoryPolicy: MemoryPolicy? = nil, mountExtensions: MountExtensions? = nil, netDevices: Switch? = nil
        ) {
            self.namespaces = namespaces
            self.capabilities = capabilities
            self.cgroup = cgroup
            self.seccomp = seccomp
            self.apparmor = apparmor
            self.selinux = selinux
            self.intelRdt = intelRdt
            self.memoryPolicy = memoryPolicy
            self.mountExtensions = mountExtensions
            self.netDevices = netDevices
        }
    }

    /// A feature that is there or not (features-linux.md, AppArmor, SELinux, Idmap and Net Devices).
    public struct Switch: Sendable, Equatable {
        /// Whether it is compiled in, whatever the host can do.
        public var enabled: Bool?

        /// A feature.
        public init(enabled: Bool? = nil) {
            self.enabled = enabled
        }
    }

    /// Cgroups (features-linux.md, Cgroup); what is compiled in, whatever the host can do.
    public struct Cgroup: Sendable, Equatable {
        /// Version 1.
        public var v1: Bool?
        /// Version 2.
        public var v2: Bool?
        /// systemd as the manager.
        public var systemd: Bool?
        /// The user's systemd as the manager.
        public var systemdUser: Bool?
        /// The RDMA controller.
        public var rdma: Bool?

        /// Features; what is left out is unknown.
        public init(
            v1: Bool? = nil, v2: Bool? = nil, systemd: Bool? = nil, systemdUser: Bool? = nil, rdma: Bool? = nil
        ) {
            self.v1 = v1
            self.v2 = v2
            self.systemd = systemd
            self.systemdUser = systemdUser
            self.rdma = rdma
        }
    }

    /// System call filters (features-linux.md, Seccomp).
    public struct Seccomp: Sendable, Equatable {
        /// Whether it is compiled in.
        public var enabled: Bool?
        /// The actions, `SCMP_ACT_…`.
        public var actions: [String]?
        /// The operators, `SCMP_CMP_…`.
        public var operators: [String]?
        /// The architectures, `SCMP_ARCH_…`.
        public var archs: [String]?
        /// The flags that the runtime knows.
        public var knownFlags: [String]?
        /// The flags that the kernel and libseccomp can also do.
        public var supportedFlags: [String]?

        /// Features; what is left out is unknown.
        public init(
            enabled: Bool? = nil, actions: [String]? = nil, operators: [String]? = nil, archs: [String]? = nil,
            knownFlags: [String]? = nil, supportedFlags: [String]? = nil
        ) {
            self.enabled = enabled
            self.actions = actions
            self.operators = operators
            self.archs = archs
            self.knownFlags = knownFlags
            self.supportedFlags = supportedFlags
        }
    }

    /// Intel's Resource Director Technology (features-linux.md, IntelRdt).
    public struct IntelRdt: Sendable, Equatable {
        /// Whether it is compiled in.
        public var enabled: Bool?
        /// Whether `linux.intelRdt.schemata` works.
        public var schemata: Bool?
        /// Whether `linux.intelRdt.enableMonitoring` works.
        public var monitoring: Bool?

        /// Features; what is left out is unknown.
        public init(enabled: Bool? = nil, schemata: Bool? = nil, monitoring: Bool? = nil) {
            self.enabled = enabled
            self.schemata = schemata
            self.monitoring = monitoring
        }
    }

    /// NUMA memory policies (features-linux.md, MemoryPolicy).
    public struct MemoryPolicy: Sendable, Equatable {
        /// The modes, `MPOL_…`.
        public var modes: [String]?
        /// The flags, `MPOL_F_…`.
        public var flags: [String]?

        /// Features; what is left out is unknown.
        public init(modes: [String]? = nil, flags: [String]? = nil) {
            self.modes = modes
            self.flags = flags
        }
    }

    /// Extensions of mounts (features-linux.md, MountExtensions).
    public struct MountExtensions: Sendable, Equatable {
        /// Idmapped mounts.
        public var idmap: Switch?

        /// Features; what is left out is unknown.
        public init(idmap: Switch? = nil) {
            self.idmap = idmap
        }
    }
}
