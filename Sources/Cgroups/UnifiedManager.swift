import Glibc
public import OCI
public import System
internal import SystemPackage

/// Manages a container's cgroup in the version 2 tree by its files.
public struct UnifiedManager: UnitFiles {
    private let path: String
    private let mountPoint: String
    /// The program of the rules for devices, loaded before it can be attached; nil until then.
    private var devices: LoadedDevices?

    private final class LoadedDevices: Sendable {
        let program: Descriptor

        init(_ program: consuming Descriptor) {
            self.program = program
        }
    }

    init(path: String, mountPoint: String) {
        self.path = path
        self.mountPoint = mountPoint
    }

    public var kind: ManagerKind { .cgroupfsV2 }

    public var namedPaths: [NamedPath] { [NamedPath("", path)] }

    public var members: [LegacyManager.Member] { [] }

    public func makeBirthplace() throws(SystemError) -> Descriptor? {
        try enableControllers(above: path)
        try CgroupDirectory.make(path)
        return try openBirthplace(in: [])
    }

    public func openBirthplace(in subgroups: [Subgroup]) throws(SystemError) -> Descriptor? {
        if let controller = subgroups.lazy.flatMap(\.controllers).first {
            throw SystemError(
                "open", controller, .invalidArgument, property: "--cgroup",
                hint: "cgroup version 2 has one tree for all controllers; give the path alone")
        }
        guard let below = subgroups.last?.path, !below.isEmpty else { return try Descriptor.openDirectory(path) }
        do {
            return try Descriptor.openDirectory(path + "/" + below)
        } catch {
            throw error.blaming("--cgroup", hint: "the sub-cgroup has to exist")
        }
    }

    public func openBirthplace(besides pid: Int32) throws(SystemError) -> Descriptor? {
        let memberships = Layout.parse(try Files.read("/proc/" + decimal(pid) + "/cgroup"))
        guard let own = memberships.first(where: { $0.controllers.isEmpty })?.path else { return nil }
        return try Descriptor.openDirectory(mountPoint + own)
    }

    public func create() throws(SystemError) {}

    func adopt(_ pid: Int32, in memberships: [Layout.Membership]) throws(SystemError) {
        // A slice takes no processes from systemd, and of a sub-cgroup it knows nothing. Before controllers are handed
        // down, since a cgroup with processes in it can't.
        if !memberships.contains(where: { $0.controllers.isEmpty && mountPoint + $0.path == path }) {
            try Files.makeDirectories(path, mode: 0o755)
            try Files.write(decimal(pid), to: path + "/cgroup.procs")
        }
        try enableControllers(above: path)
    }

    func moved(to place: String) -> UnifiedManager {
        var moved = UnifiedManager(path: mountPoint + place, mountPoint: mountPoint)
        moved.devices = devices
        return moved
    }

    func ready(for resources: Resources) -> UnifiedManager {
        guard let rules = deniedDevices(resources),
            let program = try? DeviceProgram.load(DeviceProgram.assemble(rules), for: path)
        else { return self }
        var ready = self
        ready.devices = LoadedDevices(program)
        return ready
    }

    /// Hands every controller down from the root to the cgroup's parent. One that can't be is found missing when a
    /// limit needs it.
    private func enableControllers(above path: String) throws(SystemError) {
        let parent = Paths.parent(of: path)
        if parent != mountPoint && parent.hasPrefix(mountPoint) { try enableControllers(above: parent) }
        if parent != mountPoint { _ = try Files.makeDirectory(parent, mode: 0o755) }
        let available = try Files.readLine(parent + "/cgroup.controllers").split(separator: " ")
        let enabled = try Files.readLine(parent + "/cgroup.subtree_control").split(separator: " ")
        let missing = available.filter { !enabled.contains($0) }
        if missing.isEmpty { return }
        // One with processes, unless it is the tree's root, would become threaded and take no container below it.
        let isRoot = !Files.exists(parent + "/cgroup.type")
        if !isRoot, try !CgroupDirectory.processes(in: parent).isEmpty { return }
        let file = parent + "/cgroup.subtree_control"
        do {
            try Files.write(missing.map { "+" + $0 }.joined(separator: " "), to: file)
        } catch {
            for controller in missing { try? Files.write("+" + controller, to: file) }
        }
    }

    public func apply(_ resources: Resources) throws(SystemError) {
        try UnifiedCpuset.check(resources, below: Paths.parent(of: path))
        for setting in settings(resources) { try setting.write(in: path) }
        try applyDevices(resources)
    }

    public func handOver(to uid: UInt32) throws(SystemError) {
        try Delegation.handOver(path, to: uid)
    }

    private func settings(_ resources: Resources) -> [Setting] {
        let has = { (file: String) in Files.exists(path + "/" + file) }
        return UnifiedResources.settings(resources).needed(in: path) + BlockIO.unified(resources, has: has)
            + HugepageSettings.settings(resources, isUnified: true, has: has) + RdmaSettings.settings(resources)
            // Last, as the last word on what others have set.
            + UnifiedFiles.settings(resources)
    }

    public func prepareUpdate(of resources: Resources, by changes: Resources) throws(SystemError) -> ResourceChange {
        try UnifiedCpuset.check(changes, below: Paths.parent(of: path))
        let updated = resources.updated(by: changes)
        let writes = ResourceChange.settings(
            settings(updated), asked: settings(changes), before: settings(resources))
        let directory = path
        let change = try ResourceChange(writes.map { .init(setting: $0, directory: directory) })
        if changes.memory?.limit != nil, let memory = updated.memory { try checkUse(memory) }
        return change
    }

    /// memory.checkBeforeUpdate: version 2 would take a limit that is exceeded already, and kill.
    private func checkUse(_ memory: Resources.Memory) throws(SystemError) {
        guard memory.checkBeforeUpdate == true, let limit = memory.limit, limit > 0 else { return }
        let used = try Files.readLine(path + "/memory.current")
        if (Int64(used) ?? 0) <= limit { return }
        throw SystemError(
            "write \(limit)", path + "/memory.max", .resourceBusy, property: "linux.resources.memory.limit",
            hint: "\(used) bytes are in use, and memory.checkBeforeUpdate is set")
    }

    /// The rules for devices; nil if they deny nothing.
    private func deniedDevices(_ resources: Resources) -> [Resources.DeviceRule]? {
        let rules = DeviceRules.effective(resources.devices)
        return rules.count == 1 && rules[0].allow ? nil : rules
    }

    private func applyDevices(_ resources: Resources) throws(SystemError) {
        guard let rules = deniedDevices(resources) else { return }
        let directory = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
        do {
            if let devices { return try DeviceProgram.attach(devices.program, to: directory, path: path) }
            let program = try DeviceProgram.load(DeviceProgram.assemble(rules), for: path)
            try DeviceProgram.attach(program, to: directory, path: path)
        } catch  where error.errno == .notPermitted && !Privilege.isHostRoot() {
            // What such a container can open it can open anyway: it makes no device files.
        }
    }

    public func membershipFiles(in subgroups: [Subgroup]) throws(SystemError) -> DescriptorList {
        DescriptorList()
    }

    public func processes() throws(SystemError) -> [Int32] {
        try CgroupDirectory.allProcesses(in: path)
    }

    public func kill() throws(SystemError) {
        try CgroupDirectory.kill(path)
    }

    public func releaseKilled() throws(SystemError) {}

    public func freeze() throws(SystemError) {
        try UnifiedFreezer.freeze(path)
    }

    public func thaw() throws(SystemError) {
        try UnifiedFreezer.thaw(path)
    }

    public func isFrozen() throws(SystemError) -> Bool {
        UnifiedFreezer.isFrozen(path)
    }

    public func statistics() throws(SystemError) -> Statistics {
        try UnifiedStatistics.read(ControlFiles(path: path))
    }

    public func watchMemory() throws(SystemError) -> OutOfMemoryWatch? {
        guard Files.exists(path + "/memory.events") else { return nil }
        return try OutOfMemoryWatch.unified(path)
    }

    public func outOfMemoryKills() -> Int? {
        CgroupDirectory.counter("oom_kill", in: path + "/memory.events")
    }

    @discardableResult
    public func discard() -> Bool {
        CgroupDirectory.discard(path)
    }

    public func remove() throws(SystemError) {
        try CgroupDirectory.remove(path)
    }
}
