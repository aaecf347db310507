internal import System
internal import SystemPackage

// What a kernel means by refusing a value.

extension Setting {
    /// What to do about a failed read or write of the file, in the cgroup at `directory`.
    func hint(_ errno: Errno, in directory: String) -> String? {
        switch (errno, file.utf8.prefix { $0 != UInt8(ascii: ".") }.elementsEqual("cpuset".utf8)) {
        case (.noSuchFileOrDirectory, _): return MissingController.hint(for: file, in: directory) ?? missing
        case (.notPermitted, _): return DelegationBoundary.hint(in: directory)
        case (.invalidArgument, true), (.permissionDenied, true), (.outOfRange, true): return outside(of: directory)
        case (.noSpace, true): return "a cpuset with processes can't be emptied"
        case (.resourceBusy, _) where isOfMemory: return "more is in use already than the new limit allows"
        case (.invalidArgument, _): return invalid
        case (.operationNotSupportedByDevice, _): return noDevice
        case (.notSupported, _) where file.split(separator: ".").contains("bfq"):
            return "the device's I/O scheduler is not bfq"
        default: return nil
        }
    }

    private var isOfMemory: Bool { file.hasPrefix("memory") }

    private var missing: String {
        switch file {
        case "memory.memsw.limit_in_bytes", "memory.swap.max":
            "this kernel does not account swap (swapaccount=1 on its command line), or this cgroup has no \(file)"
        case "cpu.rt_runtime_us", "cpu.rt_period_us": "this kernel was built without RT_GROUP_SCHED"
        default: "this kernel or this cgroup has no \(file)"
        }
    }

    private var invalid: String? {
        switch file {
        case "memory.limit_in_bytes", "memory.memsw.limit_in_bytes":
            "memory.swap counts memory as well, so it can't be less than memory.limit"
        case "cpu.cfs_quota_us", "cpu.cfs_period_us", "cpu.max":
            "a period lies between 1000 and 1000000 us, a quota is 1000 us or more, and no greater part of its period than the cgroups above have"
        case "cpu.cfs_burst_us", "cpu.max.burst": "a burst can't be more than the quota"
        case "cpu.rt_runtime_us", "cpu.rt_period_us":
            "the cgroup above has to have that much in its cpu.rt_runtime_us, where new ones begin with 0"
        case "cpu.shares", "cpu.weight": "an idle cgroup has no weight"
        case "pids.max": "the kernel counts up to 4194304 tasks"
        case "misc.max": "this host has no such resource (see misc.capacity)"
        default: nil
        }
    }

    private var noDevice: String? {
        if file.hasPrefix("blkio") || file.hasPrefix("io.") {
            return "there is no such block device, or it is a partition, which has no limits of its own"
        }
        return switch file {
        case "net_prio.ifpriomap": "the host has no such interface"
        case "rdma.max": "there is no such RDMA device"
        default: nil
        }
    }

    /// What the cgroup above has of CPUs or memory nodes: no other can be given on.
    private func outside(of directory: String) -> String? {
        let parent = Paths.parent(of: directory)
        guard
            let own = (try? Files.readLine(parent + "/" + file + ".effective"))
                ?? (try? Files.readLine(parent + "/" + file))
        else { return nil }
        return "the cgroup above has \(own.isEmpty ? "none" : own)"
    }
}
