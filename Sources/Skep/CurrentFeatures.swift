internal import Networks
public import OCI
internal import Planning

/// This build of Skep.
public enum Release {
    /// Its version.
    public static let version = "0.1.0"
}

extension Features {
    /// What this build of Skep can do, whatever the host can: features.md and features-linux.md.
    public static var current: Features {
        Features(
            ociVersionMin: "1.0.0", ociVersionMax: OCI.version,
            hooks: ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"],
            mountOptions: MountOptions.names,
            linux: Linux(
                namespaces: ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"],
                capabilities: CapabilitySet.knownNames,
                cgroup: Cgroup(v1: true, v2: true, systemd: false, systemdUser: false, rdma: true),
                seccomp: Seccomp(enabled: false), apparmor: Switch(enabled: true), selinux: Switch(enabled: true),
                intelRdt: IntelRdt(enabled: true, schemata: true, monitoring: true),
                memoryPolicy: MemoryPolicy(
                    modes: OCI.Linux.MemoryPolicy.Mode.allCases.map(\.rawValue),
                    flags: OCI.Linux.MemoryPolicy.Flag.allCases.map(\.rawValue)),
                mountExtensions: MountExtensions(idmap: Switch(enabled: true)), netDevices: Switch(enabled: true)),
            annotations: ["io.skep.version": Release.version],
            potentiallyUnsafeConfigAnnotations: [NetworkConfiguration.annotation] + RuntimeAnnotations.names)
    }
}
