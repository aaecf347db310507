internal import CPlan
internal import Planning
internal import System
internal import SystemPackage

/// Turns what a bootstrap reported, or left unsaid, into the error of whoever asked for the container.
enum InitFailure {
    /// A step that failed; `isFiltered` if it came behind the loading of the container's filter. `destination` is that
    /// of a mount, which the calls for a new file system don't know, and `capabilities` are those that it sets.
    static func error(
        _ report: skep_report, origin: Origin?, isFiltered: Bool = false, memoryLimit: MemoryLimit? = nil,
        destination: String? = nil, capabilities: CapabilitySet = []
    ) -> ContainerError {
        var detail = text(report.detail)
        if let destination, text(report.call).hasPrefix("fs"), detail != destination {
            detail = "\(destination): \(detail)"
        }
        let errno = report.error == 0 ? nil : Errno(rawValue: report.error)
        return ContainerError(
            .systemError, origin?.description ?? "container init", errno == nil ? "refused" : nil,
            operation: text(report.call), path: detail.isEmpty ? nil : detail, errno: errno,
            hint: (isFiltered ? filterHint : nil) ?? (errno == .noMemory ? memoryLimit.map(tooLow) : nil)
                ?? (errno == .notPermitted ? lack(of: capabilities) : nil)
                ?? hint(errno, call: text(report.call), origin: origin))
    }

    /// Whether it was the kernel that did not take the filter.
    static func isOfFilter(_ report: skep_report) -> Bool { text(report.call) == "seccomp" }

    private static let filterHint =
        "linux.seccomp is in force by then, and it has to allow capset, close, sendmsg, recvmsg, ppoll, read and execve"

    /// Which of the capabilities the runtime can't give, as it has not got them.
    private static func lack(of wanted: CapabilitySet) -> String? {
        guard let own = CapabilitySet.own("CapPrm"), !own.isSuperset(of: wanted) else { return nil }
        return "the runtime itself lacks " + wanted.subtracting(own).names.joined(separator: ", ")
            + " (see CapPrm in /proc/self/status)"
    }

    private static func tooLow(_ limit: MemoryLimit) -> String {
        "the memory limit (\(limit)) may be too low"
    }

    /// What the kernel's OOM killer has done in the cgroups of an init that died.
    struct OutOfMemory {
        /// Whether it has struck there.
        var hasStruck = false
        /// The container's own limit.
        var limit: MemoryLimit?
        /// Whether it may have been others that it struck, as where the init joins a container.
        var hasOthers = false
    }

    /// An init that died without a word. `step` is what it was doing.
    static func death(
        _ status: ExitStatus, during step: Plan.Step?, _ outOfMemory: OutOfMemory, isFiltered: Bool = false
    ) -> ContainerError {
        let place = step.map { " at the step \"\($0.action.name) \($0.action)\"" } ?? " before its first step"
        let isOutOfMemory = status.signal == killSignal && outOfMemory.hasStruck
        if isOutOfMemory && !outOfMemory.hasOthers { return tooLowToStart(outOfMemory.limit, place) }
        var hint = isFiltered && status.signal == badCallSignal ? filterHint : nil
        if isOutOfMemory {
            hint = "the kernel's OOM killer has struck in the container"
            if let limit = outOfMemory.limit { hint? += ": " + tooLow(limit) }
        }
        return ContainerError(
            .systemError, step?.origin.description ?? "container init", "the init \(status)\(place)", hint: hint)
    }

    /// An init that the OOM killer has ended; `place` says where it was.
    static func tooLowToStart(_ limit: MemoryLimit?, _ place: String = "") -> ContainerError {
        let end = "the kernel's OOM killer ended the init" + place
        guard let limit else {
            return ContainerError(
                .systemError, "container init", end, hint: "a cgroup above it has a memory limit that is too low")
        }
        return ContainerError(
            .systemError, limit.property, "the memory limit (\(limit)) was too low to start", hint: end)
    }

    private static let killSignal: Int32 = 9
    private static let badCallSignal: Int32 = 31

    static func hint(_ errno: Errno?, call: String, origin: Origin?) -> String? {
        switch (errno, call, origin?.property) {
        // Docker's client makes 127 and 126 of these two, by the words "executable file not found" and "permission denied".
        case (.noSuchFileOrDirectory?, "execve", _): "executable file not found in the container"
        case (.permissionDenied?, "execve", _): "permission denied by its mode, or it is a directory"
        case (.execFormatError?, "execve", _): "the program is for another architecture, or a script without #!"
        case (_, "read", "process.args"?): "does linux.seccomp allow read? it is in force by then"
        case (.invalidArgument?, "pivot_root", _): "is the rootfs on a ramfs? --no-pivot works there"
        case (.notPermitted?, "setgroups", "process.user"?): "the container's user namespace lets nobody set groups"
        case (.noSuchFileOrDirectory?, "open_tree", "linux.devices"?),
            (.noSuchFileOrDirectory?, "open_tree", "linux.devices (default)"?):
            "in a user namespace a container gets the host's own device, and there is none of that name"
        case (.noSpace?, "unshare", "linux.namespaces"):
            "/proc/sys/user/max_net_namespaces says how many there may be"
        case (.invalidArgument?, "setns", _): "is that a namespace of the type that it is named for?"
        case (.notPermitted?, "capset", _):
            "one of the effective capabilities is not permitted, or not the runtime's own"
        case (.notPermitted?, "prlimit", _): "only CAP_SYS_RESOURCE may raise a hard limit"
        case (.permissionDenied?, "write", "process.oomScoreAdj"): "only CAP_SYS_RESOURCE may lower the score"
        case (.notPermitted?, "sched_setattr", _), (.notPermitted?, "ioprio_set", _):
            "only CAP_SYS_NICE may ask for that, and for real time the cgroup needs a share of it (linux.resources.cpu.realtimeRuntime)"
        case (.resourceBusy?, "sched_setattr", _): "the CPUs have no time left to promise"
        case (.invalidArgument?, "sched_setaffinity", _):
            "none of these CPUs is there, or none is in the cpuset of the cgroup"
        case (.invalidArgument?, "set_mempolicy", _):
            "none of these memory nodes is there, or none is in the cpuset of the cgroup"
        case (.noFunction?, "set_mempolicy", _): "this kernel was built without NUMA"
        case (.invalidArgument?, "seccomp", _):
            "this kernel lacks one of its actions or flags, or the program is not one that it would run"
        case (_, "keyctl JOIN_SESSION_KEYRING", _), (_, "keyctl SETPERM", _):
            "--no-new-keyring leaves the caller's session keyring"
        case (.noSuchFileOrDirectory?, "write", "process.apparmorProfile"):
            "the host has no such profile loaded; apparmor_parser loads one"
        case (.invalidArgument?, "write", "process.selinuxLabel"): "the host's policy knows no such label"
        default: errno.flatMap { MountFailure.hint($0, call) }
        }
    }

    /// A fixed-size C string.
    private static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
