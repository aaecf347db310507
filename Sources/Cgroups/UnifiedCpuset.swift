internal import OCI
internal import System
internal import SystemPackage

/// linux.resources.cpu.cpus and mems in version 2, which takes any list: with none of it to be had, the cgroup has what
/// the one above has, as if nothing had been asked for.
enum UnifiedCpuset {
    /// Makes sure that the cgroup above has something of what is asked for.
    static func check(_ resources: Resources, below parent: String) throws(SystemError) {
        try check(resources.cpu?.cpus, "cpuset.cpus", "linux.resources.cpu.cpus", parent)
        try check(resources.cpu?.mems, "cpuset.mems", "linux.resources.cpu.mems", parent)
    }

    private static func check(
        _ list: String?, _ file: String, _ property: String, _ parent: String
    ) throws(SystemError) {
        guard let list, !list.isEmpty, let line = try? Files.readLine(parent + "/" + file + ".effective") else {
            return
        }
        let wanted = StatisticsText.list(Array(list.utf8)), own = StatisticsText.list(Array(line.utf8))
        // What is no list at all is the kernel's to refuse.
        if wanted.isEmpty || wanted.contains(where: own.contains) { return }
        throw SystemError(
            "write \(list)", parent + "/" + file + ".effective", .outOfRange, property: property,
            hint: "the cgroup above has \(line)")
    }
}
