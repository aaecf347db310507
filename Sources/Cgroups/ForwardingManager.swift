public import OCI
public import System

/// A manager that leaves to another what it does not do itself. All that `Manager` asks for goes to `base`, unless it
/// is written anew.
public protocol ForwardingManager: Manager {
    /// Who does the rest.
    var base: any Manager { get }
}

extension ForwardingManager {
    public var kind: ManagerKind { base.kind }

    public var namedPaths: [NamedPath] { base.namedPaths }

    public var members: [LegacyManager.Member] { base.members }

    public var unifiedPath: String? { base.unifiedPath }

    public var unit: SystemdUnit? { base.unit }

    public func unapplied(_ resources: Resources) -> [String] { base.unapplied(resources) }

    // MARK: Making

    public func prepare() { base.prepare() }

    public func makeBirthplace() throws(SystemError) -> Descriptor? { try base.makeBirthplace() }

    public func openBirthplace(in subgroups: [Subgroup]) throws(SystemError) -> Descriptor? {
        try base.openBirthplace(in: subgroups)
    }

    public func openBirthplace(besides pid: Int32) throws(SystemError) -> Descriptor? {
        try base.openBirthplace(besides: pid)
    }

    public func begin(with pid: Int32, _ resources: Resources) throws(SystemError) {
        try base.begin(with: pid, resources)
    }

    public func create() throws(SystemError) { try base.create() }

    public func apply(_ resources: Resources) throws(SystemError) { try base.apply(resources) }

    public func handOver(to uid: UInt32) throws(SystemError) { try base.handOver(to: uid) }

    public func membershipFiles(in subgroups: [Subgroup]) throws(SystemError) -> DescriptorList {
        try base.membershipFiles(in: subgroups)
    }

    public func settle(_ pid: Int32) throws(SystemError) { try base.settle(pid) }

    // MARK: Changing and looking

    public func prepareUpdate(of resources: Resources, by changes: Resources) throws(SystemError) -> ResourceChange {
        try base.prepareUpdate(of: resources, by: changes)
    }

    public func statistics() throws(SystemError) -> Statistics { try base.statistics() }

    public func watchMemory() throws(SystemError) -> OutOfMemoryWatch? { try base.watchMemory() }

    public func outOfMemoryKills() -> Int? { base.outOfMemoryKills() }

    public func noteKills() { base.noteKills() }

    // MARK: Processes

    public func processes() throws(SystemError) -> [Int32] { try base.processes() }

    public func kill() throws(SystemError) { try base.kill() }

    public func releaseKilled() throws(SystemError) { try base.releaseKilled() }

    public func freeze() throws(SystemError) { try base.freeze() }

    public func thaw() throws(SystemError) { try base.thaw() }

    public func isFrozen() throws(SystemError) -> Bool { try base.isFrozen() }

    // MARK: Removing

    @discardableResult
    public func discard() -> Bool { base.discard() }

    public func remove() throws(SystemError) { try base.remove() }

    public func dismiss() throws(SystemError) { try base.dismiss() }
}
