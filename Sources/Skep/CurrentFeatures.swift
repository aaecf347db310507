public import OCI
internal import Planning

extension Features {
    /// What this build of Skep can do: features.md and features-linux.md.
    public static var current: Features {
        Features(
            ociVersionMin: "1.0.0", ociVersionMax: OCI.version, mountOptions: MountOptions.names,
            linux: Linux(
                namespaces: ["cgroup", "ipc", "mount", "network", "pid", "uts"],
                capabilities: CapabilitySet.knownNames,
                cgroup: Cgroup(v1: true, v2: true, systemd: false, systemdUser: false, rdma: false),
                seccomp: Seccomp(enabled: false), apparmor: Switch(enabled: false), selinux: Switch(enabled: false),
                intelRdt: IntelRdt(enabled: false)))
    }
}
