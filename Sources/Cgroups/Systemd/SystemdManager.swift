internal import Glibc
public import OCI
internal import Synchronization
public import System
internal import SystemPackage

/// The unit that state.json keeps of a container whose cgroup systemd makes.
public struct SystemdUnit: Sendable, Equatable {
    /// Its name ("skep-ID.scope").
    public var name: String
    /// Whether it is one of the user's own systemd, and not of the host's.
    public var isUsers: Bool
    /// The cgroup below the container's that its processes are in; nil if they are in the container's own.
    public var delegated: String?

    public init(name: String, isUsers: Bool, delegated: String? = nil) {
        self.name = name
        self.isUsers = isUsers
        self.delegated = delegated
    }

    var instance: SystemdInstance { isUsers ? .user : .system }
}

/// Has systemd make the container's cgroup, as a transient unit, and works with its files from then on: they take
/// exact values where systemd rounds, and limits that it has no property for.
///
/// systemd is asked as soon as there is an init, and waited for when the init needs its cgroup.
public final class SystemdManager: ForwardingManager {
    private let name: SystemdUnit
    private let isUnified: Bool
    /// What the unit is like, but for its processes and limits; nil for a unit that is there already.
    private let properties: [UnitProperty]?
    private let slice: UnitName?
    /// What lies between the unit's cgroup and the container's, with a slash before it.
    private let suffix: String
    private let state: Mutex<State>

    private struct State: ~Copyable {
        /// The manager of the unit's cgroups, by their files.
        var base: any UnitFiles
        /// A connection to systemd that nothing has been asked over yet.
        var client: SystemdClient?
        /// What systemd was asked for, while that is not settled.
        var launch: UnitLaunch?
        var pid: Int32 = 0
        /// Who the cgroup was handed over to.
        var owner: UInt32?
        /// Whether a unit that this manager asked for is there.
        var hasOwnUnit = false
        /// Whether the unit has been seen to end.
        var hasEnded = false
        /// How often the OOM killer had struck in the slice when that was last noted.
        var killsBefore: Int?
    }

    /// For a container to be made.
    ///
    /// - Parameters:
    ///   - unit: its unit's name.
    ///   - isUsers: whether the user's own systemd makes it.
    ///   - base: the manager of the cgroups that the container is expected to have.
    ///   - inner: where they are below the unit's.
    ///   - properties: what annotations say of it.
    init(
        _ unit: UnitName, isUsers: Bool, base: any UnitFiles, inner: InnerCgroups, properties: [UnitProperty]
    ) {
        name = SystemdUnit(name: unit.name, isUsers: isUsers, delegated: inner.delegated)
        slice = unit
        suffix = inner.suffix
        isUnified = base.members.isEmpty
        self.properties = properties
        state = Mutex(State(base: base))
    }

    /// For a container that exists.
    init(_ unit: SystemdUnit, base: any UnitFiles) {
        name = unit
        slice = nil
        suffix = ""
        isUnified = base.members.isEmpty
        properties = nil
        state = Mutex(State(base: base))
    }

    public var base: any Manager { state.withLock { $0.base } }

    public var unit: SystemdUnit? { name }

    public var kind: ManagerKind { isUnified ? .systemdV2 : .systemdV1 }

    // MARK: Making

    /// Says hello to systemd, which takes its time to answer.
    public func prepare() {
        state.withLock { $0.client = try? SystemdClient(name.instance) }
        noteKills()
    }

    /// A scope comes into being with its processes.
    public func makeBirthplace() throws(SystemError) -> Descriptor? { nil }

    public func begin(with pid: Int32, _ resources: Resources) throws(SystemError) {
        guard let slice, let properties else { return }
        let launch: UnitLaunch
        do {
            launch = try UnitLaunch(
                slice, try connect(), pid: pid, resources, isUnified: isUnified, properties: properties)
        } catch {
            throw error.blaming("--systemd-cgroup")
        }
        state.withLock { state in
            state.launch = launch
            state.pid = pid
            state.base = state.base.ready(for: resources)
        }
    }

    private func connect() throws(SystemError) -> SystemdClient {
        if let client = state.withLock({ $0.client.take() }) { return client }
        return try SystemdClient(name.instance)
    }

    public func create() throws(SystemError) {
        try state.withLock { (state) throws(SystemError) in
            guard let launch = state.launch else { return }
            // Also to hang up: systemd tells everything to everybody who listens.
            state.launch = nil
            do throws(SystemError) {
                try launch.finish()
            } catch {
                throw error.blaming("--systemd-cgroup")
            }
            state.hasOwnUnit = true
            let memberships = Layout.parse(try Files.read("/proc/" + decimal(state.pid) + "/cgroup"))
            if let place = place(memberships) { state.base = state.base.moved(to: place + suffix) }
            try state.base.adopt(state.pid, in: memberships)
        }
    }

    /// Where systemd has put the init; nil where it has not, as it puts nobody into a slice.
    private func place(_ memberships: [Layout.Membership]) -> String? {
        let place = memberships.first { isUnified ? $0.controllers.isEmpty : $0.controllers == ["name=systemd"] }?.path
        return place.flatMap { Paths.name(of: $0) == name.name ? $0 : nil }
    }

    // MARK: Below the unit's cgroup

    /// The unit's own cgroup of version 2.
    private var unitPath: String? {
        guard let path = base.unifiedPath else { return nil }
        var unit = path
        while Paths.name(of: unit) != name.name {
            unit = Paths.parent(of: unit)
            if unit.utf8.count <= 1 { return path }
        }
        return unit
    }

    /// Where the processes are in the end.
    private var delegatedPath: String? {
        guard let delegated = name.delegated, let path = base.unifiedPath else { return nil }
        return path + "/" + delegated
    }

    public func handOver(to uid: UInt32) throws(SystemError) {
        try base.handOver(to: uid)
        state.withLock { $0.owner = uid }
    }

    public func settle(_ pid: Int32) throws(SystemError) {
        guard let path = delegatedPath else { return }
        do {
            try Files.makeDirectories(path, mode: 0o755)
            if let owner = state.withLock({ $0.owner }) { try Delegation.handOver(path, to: owner) }
            try Files.write(decimal(pid), to: path + "/cgroup.procs")
        } catch {
            throw error.blaming("annotations." + InnerCgroups.delegatedName)
        }
    }

    public func openBirthplace(in subgroups: [Subgroup]) throws(SystemError) -> Descriptor? {
        // The container may have made another of it.
        if subgroups.isEmpty, let path = delegatedPath, Files.exists(path) { return try Descriptor.openDirectory(path) }
        return try base.openBirthplace(in: subgroups)
    }

    // MARK: The OOM killer

    /// The slice's counter, which has what happens below it, and stays when the scope goes. Of others in the slice it
    /// has that, too.
    private var eventsAbove: String? {
        guard isUnified, let path = unitPath else { return nil }
        return Paths.parent(of: path) + "/memory.events"
    }

    private func killsAbove() -> Int? {
        eventsAbove.flatMap { CgroupDirectory.counter("oom_kill", in: $0) }
    }

    /// systemd removes the scope as soon as its last process has ended.
    public func watchMemory() throws(SystemError) -> OutOfMemoryWatch? {
        guard var watch = try base.watchMemory() else { return nil }
        if let eventsAbove { watch.fallBack(to: eventsAbove) }
        return watch
    }

    public func noteKills() {
        let kills = killsAbove()
        state.withLock { $0.killsBefore = kills }
    }

    public func outOfMemoryKills() -> Int? {
        if let own = base.outOfMemoryKills() { return own }
        guard let before = state.withLock({ $0.killsBefore }), let now = killsAbove() else { return nil }
        return max(now - before, 0)
    }

    // MARK: Changing

    public func prepareUpdate(of resources: Resources, by changes: Resources) throws(SystemError) -> ResourceChange {
        var change = try base.prepareUpdate(of: resources, by: changes)
        change.unit = try UnitChange(
            name, from: resources, to: resources.updated(by: changes), isUnified: isUnified)
        return change
    }

    // MARK: Removing

    @discardableResult
    public func discard() -> Bool {
        let (base, isOwn) = state.withLock { state in
            // The answer tells whose the unit is.
            if let launch = state.launch.take() { state.hasOwnUnit = (try? launch.finish()) != nil }
            defer { state.hasOwnUnit = false }
            return (state.base, state.hasOwnUnit)
        }
        if isOwn { try? UnitLaunch.stop(name) }
        return base.discard()
    }

    /// systemd ends a scope by itself once its processes have ended, and would need to be told if the cgroup went
    /// away before it has looked.
    public func remove() throws(SystemError) {
        if isUnified, isScope, let path = unitPath, try ScopeEnd.isSeen(path, killing: base) {
            return state.withLock { $0.hasEnded = true }
        }
        try base.remove()
    }

    public func dismiss() throws(SystemError) {
        if state.withLock({ $0.hasEnded }) { return }
        do {
            try UnitLaunch.stop(name)
        } catch {
            throw error.blaming("the container's unit")
        }
    }

    private var isScope: Bool { name.name.utf8.suffix(6).elementsEqual(".scope".utf8) }
}

/// A manager by files that can take over cgroups which systemd has begun to make.
protocol UnitFiles: Manager {
    /// Makes what systemd has left to make, and has the init join it; `memberships` tell where it is.
    func adopt(_ pid: Int32, in memberships: [Layout.Membership]) throws(SystemError)
    /// The same, with all at hand for `apply` that does not need the cgroups.
    func ready(for resources: Resources) -> Self
    /// The same in another place, from the root of each hierarchy.
    func moved(to place: String) -> Self
}
