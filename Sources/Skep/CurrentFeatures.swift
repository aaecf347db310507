internal import Cgroups
internal import Networks
public import OCI
internal import CLinux
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
                cgroup: Cgroup(v1: true, v2: true, systemd: true, systemdUser: true, rdma: true),
                seccomp: seccomp, apparmor: Switch(enabled: true), selinux: Switch(enabled: true),
                intelRdt: IntelRdt(enabled: true, schemata: true, monitoring: true),
                memoryPolicy: MemoryPolicy(
                    modes: OCI.Linux.MemoryPolicy.Mode.allCases.map(\.rawValue),
                    flags: OCI.Linux.MemoryPolicy.Flag.allCases.map(\.rawValue)),
                mountExtensions: MountExtensions(idmap: Switch(enabled: true)), netDevices: Switch(enabled: true)),
            annotations: [
                "io.skep.version": Release.version, "io.github.seccomp.libseccomp.version": CompilerVersion.text,
            ],
            potentiallyUnsafeConfigAnnotations: [
                NetworkConfiguration.annotation, UnitProperties.annotationPrefix,
            ] + RuntimeAnnotations.names)
    }

    private static var seccomp: Seccomp {
        let flags = SystemCallFilter.knownFlags
        return Seccomp(
            enabled: true, actions: OCI.Seccomp.Action.allCases.map(\.rawValue).sorted(),
            operators: OCI.Seccomp.Operator.allCases.map(\.rawValue).sorted(),
            archs: SystemCallFilter.knownArchitectures, knownFlags: flags.map(\.name),
            supportedFlags: flags.filter { skep_linux_has_filter_flags($0.number) }.map(\.name))
    }
}
