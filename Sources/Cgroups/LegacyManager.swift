import Glibc
public import OCI
public import System
internal import SystemPackage

/// Manages a container's cgroups in version 1 hierarchies by their files, and in the version 2 tree beside them, whose
/// cgroup.kill ends all processes at once.
public struct LegacyManager: UnitFiles {
    /// The container's cgroup in one hierarchy.
    public struct Member: Sendable, Equatable {
        /// The hierarchy's controllers.
        public var controllers: [String]
        /// The cgroup's directory.
        public var path: String
        /// Where the hierarchy is mounted.
        public var mountPoint: String

        public init(controllers: [String], path: String, mountPoint: String) {
            self.controllers = controllers
            self.path = path
            self.mountPoint = mountPoint
        }
    }

    /// The container's cgroups, one for each hierarchy.
    public let members: [Member]
    private let unified: String?

    init(members: [Member], unified: String?) {
        self.members = members
        self.unified = unified
    }

    init(stored paths: [NamedPath]) {
        var members: [Member] = []
        for stored in paths where !stored.name.isEmpty {
            if let index = members.firstIndex(where: { $0.path == stored.path }) {
                members[index].controllers.append(stored.name)
            } else {
                members.append(Member(controllers: [stored.name], path: stored.path, mountPoint: ""))
            }
        }
        self.init(members: members, unified: paths.first { $0.name.isEmpty }?.path)
    }

    public var kind: ManagerKind { unified == nil ? .cgroupfsV1 : .cgroupfsHybrid }

    public var namedPaths: [NamedPath] {
        var paths: [NamedPath] = []
        for member in members {
            for controller in member.controllers { paths.append(NamedPath(controller, member.path)) }
        }
        if let unified { paths.append(NamedPath("", unified)) }
        return paths
    }

    private func path(of controller: String) -> String? {
        members.first { $0.controllers.contains(controller) }?.path
    }

    private var allPaths: [String] {
        members.map(\.path) + (unified.map { [$0] } ?? [])
    }

    public func create() throws(SystemError) { try create(for: nil) }

    /// systemd makes a unit's cgroup in the hierarchies that it uses, and moves the processes there.
    func adopt(_ pid: Int32, in memberships: [Layout.Membership]) throws(SystemError) {
        try create(for: pid)
        guard let unified else { return }
        try CgroupDirectory.make(unified, for: pid)
        let own = memberships.first { $0.controllers.isEmpty }?.path ?? ""
        if !own.isEmpty && own != "/" && unified.hasSuffix(own) { return }
        try Files.write(decimal(pid), to: unified + "/cgroup.procs")
    }

    func ready(for resources: Resources) -> LegacyManager { self }

    func moved(to place: String) -> LegacyManager {
        let old = members.first.flatMap { $0.path.after($0.mountPoint) } ?? ""
        return LegacyManager(
            members: members.map {
                Member(controllers: $0.controllers, path: $0.mountPoint + place, mountPoint: $0.mountPoint)
            },
            unified: unified.map { String(decoding: Array($0.utf8.dropLast(old.utf8.count)), as: UTF8.self) + place })
    }

    private func create(for pid: Int32?) throws(SystemError) {
        for member in members {
            try CgroupDirectory.make(member.path, for: pid)
            if member.controllers.contains("cpuset") { try inheritCpuset(member.path, member.mountPoint) }
        }
    }

    /// A cpuset without CPUs and memory nodes takes no process: each level gets its parent's.
    private func inheritCpuset(_ path: String, _ mountPoint: String) throws(SystemError) {
        for file in ["cpuset.cpus", "cpuset.mems"] {
            let own = path + "/" + file
            if try !Files.readLine(own).isEmpty { continue }
            let parent = Paths.parent(of: path)
            if !parent.utf8.elementsEqual(mountPoint.utf8) { try inheritCpuset(parent, mountPoint) }
            try Files.write(try Files.readLine(parent + "/" + file), to: own)
        }
    }

    public func apply(_ resources: Resources) throws(SystemError) {
        for (controller, settings) in settings(resources) { try write(settings, to: controller) }
        try write(LegacyResources.devices(resources), to: "devices")
    }

    public func handOver(to uid: UInt32) throws(SystemError) {}

    /// What is to be written for all but devices, by controller.
    private func settings(_ resources: Resources) -> [(controller: String, settings: [Setting])] {
        [
            ("memory", LegacyResources.memory(resources).needed(in: path(of: "memory") ?? "")),
            ("cpu", LegacyResources.cpu(resources)),
            ("cpuset", LegacyResources.cpuset(resources)), ("pids", LegacyResources.pids(resources)),
            ("blkio", BlockIO.legacy(resources) { name in has(name, "blkio") }),
            ("hugetlb", HugepageSettings.settings(resources, isUnified: false) { name in has(name, "hugetlb") }),
            ("rdma", RdmaSettings.settings(resources)), ("net_cls", NetworkSettings.classes(resources)),
            ("net_prio", NetworkSettings.priorities(resources)),
        ]
    }

    private func has(_ file: String, _ controller: String) -> Bool {
        path(of: controller).map { Files.exists($0 + "/" + file) } ?? false
    }

    private func write(_ settings: [Setting], to controller: String) throws(SystemError) {
        guard let first = settings.first else { return }
        let path = try path(of: controller, for: first)
        for setting in settings { try setting.write(in: path) }
    }

    private func path(of controller: String, for setting: Setting) throws(SystemError) -> String {
        if let path = path(of: controller) { return path }
        throw SystemError(
            "write \(setting.value)", setting.file, .noSuchFileOrDirectory, property: setting.property,
            hint: "the \(controller) controller is not mounted below \(Layout.root)")
    }

    public func prepareUpdate(of resources: Resources, by changes: Resources) throws(SystemError) -> ResourceChange {
        let updated = resources.updated(by: changes)
        let before = settings(resources), asked = settings(changes)
        var writes: [ResourceChange.Entry] = []
        for (index, (controller, after)) in settings(updated).enumerated() {
            let wanted = ResourceChange.settings(after, asked: asked[index].settings, before: before[index].settings)
            for setting in wanted {
                writes.append(.init(setting: setting, directory: try path(of: controller, for: setting)))
            }
        }
        if changes.memory?.disableOOMKiller == false {
            let setting = LegacyResources.oomKiller(isDisabled: false)
            writes.append(.init(setting: setting, directory: try path(of: "memory", for: setting)))
        }
        return try ResourceChange(writes)
    }

    public func makeBirthplace() throws(SystemError) -> Descriptor? {
        if let unified { try CgroupDirectory.make(unified) }
        return try openBirthplace(in: [])
    }

    /// The version 2 tree has no controllers here: a process of a sub-cgroup is born in the container's own.
    public func openBirthplace(in subgroups: [Subgroup]) throws(SystemError) -> Descriptor? {
        guard let unified else { return nil }
        return try Descriptor.openDirectory(unified)
    }

    public func openBirthplace(besides pid: Int32) throws(SystemError) -> Descriptor? { nil }

    public func membershipFiles(in subgroups: [Subgroup]) throws(SystemError) -> DescriptorList {
        for controller in subgroups.flatMap(\.controllers) where path(of: controller) == nil {
            throw SystemError(
                "open", controller, .noSuchFileOrDirectory, property: "--cgroup",
                hint: "the container is in no hierarchy of that controller")
        }
        var files = DescriptorList()
        for member in members {
            let chosen = subgroups.last { $0.controllers.contains(where: member.controllers.contains) }
            let below = (chosen ?? subgroups.last { $0.controllers.isEmpty })?.path ?? ""
            let path = below.isEmpty ? member.path : member.path + "/" + below
            do {
                files.append(try Descriptor.open(path + "/tasks", O_WRONLY))
            } catch {
                throw below.isEmpty ? error : error.blaming("--cgroup", hint: "the sub-cgroup has to exist")
            }
        }
        return files
    }

    public func processes() throws(SystemError) -> [Int32] {
        try CgroupDirectory.allProcesses(in: unified ?? path(of: "devices") ?? members.first?.path ?? "")
    }

    /// Without cgroup.kill, which version 1 lacks, processes are looked for until none is left: of frozen ones each gets
    /// its signal before they thaw.
    public func kill() throws(SystemError) {
        guard let path = unified ?? path(of: "freezer") ?? members.first?.path else { return }
        if unified == nil, try isFrozen() {
            for pid in try CgroupDirectory.allProcesses(in: path) {
                _ = try ProcessHandle.open(pid: pid)?.signal(SIGKILL)
            }
            try releaseKilled()
        }
        try CgroupDirectory.kill(path)
        try releaseKilled()
    }

    /// SIGKILL waits for a frozen process to thaw.
    public func releaseKilled() throws(SystemError) {
        guard let path = path(of: "freezer"), try LegacyFreezer.isFrozen(path) else { return }
        try Files.write("THAWED", to: path + "/freezer.state")
    }

    public func freeze() throws(SystemError) {
        if let path = path(of: "freezer") { return try LegacyFreezer.freeze(path) }
        try UnifiedFreezer.freeze(try freezerOfUnified())
    }

    public func thaw() throws(SystemError) {
        if let path = path(of: "freezer") { return try LegacyFreezer.thaw(path) }
        try UnifiedFreezer.thaw(try freezerOfUnified())
    }

    /// The version 2 tree, whose cgroups can be frozen without a controller, where version 1 has no freezer.
    private func freezerOfUnified() throws(SystemError) -> String {
        if let unified { return unified }
        throw SystemError(
            "write", "freezer.state", .noSuchFileOrDirectory,
            hint: "the freezer controller is not mounted below \(Layout.root)")
    }

    public func isFrozen() throws(SystemError) -> Bool {
        if let path = path(of: "freezer") { return try LegacyFreezer.isFrozen(path) }
        return unified.map(UnifiedFreezer.isFrozen) ?? false
    }

    public func statistics() throws(SystemError) -> Statistics {
        var result = Statistics()
        result.cpu = try LegacyStatistics.cpu(files("cpu"), accounting: files("cpuacct"))
        if let files = files("cpuset") { result.cpuset = try LegacyStatistics.cpuset(files) }
        if let files = files("memory") { result.memory = try LegacyStatistics.memory(files) }
        if let files = files("pids") { result.pids = try PidsStatistics.read(files) }
        if let files = files("blkio") { result.blockIO = try LegacyStatistics.blockIO(files) }
        if let files = files("hugetlb") { result.hugepages = try LegacyStatistics.hugepages(files) }
        if let files = files("rdma") { result.rdma = try RdmaStatistics.read(files) }
        if let unified { try UnifiedStatistics.addPressure(to: &result, ControlFiles(path: unified)) }
        return result
    }

    private func files(_ controller: String) -> ControlFiles? {
        path(of: controller).map { ControlFiles(path: $0) }
    }

    public func watchMemory() throws(SystemError) -> OutOfMemoryWatch? {
        guard let path = path(of: "memory") else { return nil }
        return try OutOfMemoryWatch.legacy(path)
    }

    public func outOfMemoryKills() -> Int? {
        path(of: "memory").flatMap { CgroupDirectory.counter("oom_kill", in: $0 + "/memory.oom_control") }
    }

    @discardableResult
    public func discard() -> Bool {
        var isGone = true
        for path in allPaths { isGone = CgroupDirectory.discard(path) && isGone }
        return isGone
    }

    public func remove() throws(SystemError) {
        if try isFrozen() { try kill() }
        for path in allPaths { try CgroupDirectory.remove(path) }
    }
}
