import Glibc
public import OCI
public import System
internal import SystemPackage

/// Manages a container's cgroups in version 1 hierarchies by their files, and in the version 2 tree beside them, whose
/// cgroup.kill ends all processes at once.
public struct LegacyManager: Manager {
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

    public var kind: ManagerKind { .cgroupfsV1 }

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

    public func create() throws(SystemError) {
        for member in members {
            try CgroupDirectory.make(member.path)
            if member.controllers.contains("cpuset") { try inheritCpuset(member.path, member.mountPoint) }
        }
    }

    /// A cpuset without CPUs and memory nodes takes no process: each level gets its parent's.
    private func inheritCpuset(_ path: String, _ mountPoint: String) throws(SystemError) {
        for file in ["cpuset.cpus", "cpuset.mems"] {
            let own = path + "/" + file
            if try !Files.readLine(own).isEmpty { continue }
            let parent = Paths.parent(of: path)
            if parent != mountPoint { try inheritCpuset(parent, mountPoint) }
            try Files.write(try Files.readLine(parent + "/" + file), to: own)
        }
    }

    public func apply(_ resources: Resources) throws(SystemError) {
        try write(LegacyResources.memory(resources), to: "memory")
        try write(LegacyResources.cpu(resources), to: "cpu")
        try write(LegacyResources.cpuset(resources), to: "cpuset")
        try write(LegacyResources.pids(resources), to: "pids")
        try write(LegacyResources.devices(resources), to: "devices")
    }

    private func write(_ settings: [Setting], to controller: String) throws(SystemError) {
        guard let first = settings.first else { return }
        guard let path = path(of: controller) else {
            throw SystemError(
                "write \(first.value)", first.file, .noSuchFileOrDirectory, property: first.property,
                hint: "the \(controller) controller is not mounted below \(Layout.root)")
        }
        for setting in settings { try setting.write(in: path) }
    }

    public func makeBirthplace() throws(SystemError) -> Descriptor? {
        if let unified { try CgroupDirectory.make(unified) }
        return try openBirthplace()
    }

    public func openBirthplace() throws(SystemError) -> Descriptor? {
        guard let unified else { return nil }
        return try Descriptor.openDirectory(unified)
    }

    public func membershipFiles() throws(SystemError) -> DescriptorList {
        var files = DescriptorList()
        for member in members { files.append(try Descriptor.open(member.path + "/tasks", O_WRONLY)) }
        return files
    }

    public func processes() throws(SystemError) -> [Int32] {
        try CgroupDirectory.allProcesses(in: unified ?? path(of: "devices") ?? members.first?.path ?? "")
    }

    public func kill() throws(SystemError) {
        guard let path = unified ?? path(of: "freezer") ?? members.first?.path else { return }
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

    public func outOfMemoryKills() -> Int {
        path(of: "memory").map { CgroupDirectory.counter("oom_kill", in: $0 + "/memory.oom_control") } ?? 0
    }

    @discardableResult
    public func discard() -> Bool {
        var isGone = true
        for path in allPaths { isGone = CgroupDirectory.discard(path) && isGone }
        return isGone
    }

    public func remove() throws(SystemError) {
        for path in allPaths { try CgroupDirectory.remove(path) }
    }
}
