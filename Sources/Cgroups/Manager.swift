import Glibc
public import OCI
public import System

/// What looks after one container's cgroups.
public protocol Manager: Sendable {
    /// What it is called in logs and in state.json.
    var kind: ManagerKind { get }
    /// The container's directory for each controller, as state.json keeps them; "" stands for the version 2 tree.
    var namedPaths: [NamedPath] { get }
    /// The container's cgroups in version 1 hierarchies.
    var members: [LegacyManager.Member] { get }
    /// The container's directory in the version 2 tree; nil where it has none.
    var unifiedPath: String? { get }

    /// The unit of systemd's that the cgroups belong to; nil for none.
    var unit: SystemdUnit? { get }

    /// The properties of `resources` that are asked for, and will not be applied: told in a warning.
    func unapplied(_ resources: Resources) -> [String]

    /// Begins what takes its time and needs no process yet, if a container is certainly to be made. What goes wrong
    /// shows in `begin`.
    func prepare()
    /// Makes the version 2 cgroup, for the init to be born in; nil where there is none. One that is there already
    /// must be empty of processes.
    func makeBirthplace() throws(SystemError) -> Descriptor?
    /// The same of a container that exists, for one more process of it. Of `subgroups` it is the one for the version
    /// 2 tree.
    func openBirthplace(in subgroups: [Subgroup]) throws(SystemError) -> Descriptor?
    /// The version 2 cgroup that a process of the container is in, where it is another than the container's own; nil
    /// where there are none.
    func openBirthplace(besides pid: Int32) throws(SystemError) -> Descriptor?
    /// Begins what takes its time and needs the init, which lives by now: `create` waits for it.
    ///
    /// - Parameters:
    ///   - pid: the init.
    ///   - resources: the limits that `apply` is going to set.
    /// - Throws: what went wrong so far; what was begun is undone by `discard`.
    func begin(with pid: Int32, _ resources: Resources) throws(SystemError)
    /// Makes the version 1 cgroups, which the init joins once it lives.
    func create() throws(SystemError)
    /// Sets the limits that `resources` has, and leaves those that it has not.
    func apply(_ resources: Resources) throws(SystemError)
    /// Hands the version 2 cgroup over to a user of the host's; version 1 has nothing that is safe to hand over.
    func handOver(to uid: UInt32) throws(SystemError)
    /// Puts the init where it is to be in the end. It has all its namespaces, and has not been let go.
    func settle(_ pid: Int32) throws(SystemError)
    /// Prepares to change limits of a container that runs. Devices stay as they are.
    ///
    /// - Parameters:
    ///   - resources: what it has.
    ///   - changes: what is to be another.
    /// - Returns: the change, not begun.
    /// - Throws: what kept a value that is about to be replaced from being read.
    func prepareUpdate(of resources: Resources, by changes: Resources) throws(SystemError) -> ResourceChange
    /// The version 1 files through which a process joins each hierarchy by writing "0": of the container's own cgroups,
    /// or of these below them.
    func membershipFiles(in subgroups: [Subgroup]) throws(SystemError) -> DescriptorList
    /// The processes in the cgroups and below.
    func processes() throws(SystemError) -> [Int32]
    /// Kills every process in the cgroups and below, however fast they fork.
    func kill() throws(SystemError)
    /// Lets processes end that have been sent SIGKILL while they were frozen.
    func releaseKilled() throws(SystemError)
    /// Freezes the processes, and waits until they are; after a failure none is frozen.
    func freeze() throws(SystemError)
    /// Lets frozen processes go on.
    func thaw() throws(SystemError)
    /// Whether the processes are frozen.
    func isFrozen() throws(SystemError) -> Bool
    /// What the processes use, but for the network.
    func statistics() throws(SystemError) -> Statistics
    /// Watches for the kernel's OOM killer. Nil where no memory is accounted.
    func watchMemory() throws(SystemError) -> OutOfMemoryWatch?
    /// How often the kernel's OOM killer has struck here. Once the cgroup is gone: since `noteKills`. Nil where that
    /// can't be told.
    func outOfMemoryKills() -> Int?
    /// Takes down what `outOfMemoryKills` needs if the cgroup goes away by itself along with its last process.
    func noteKills()
    /// Removes the cgroups of a container that never came to be. One with processes in it is somebody else's, and
    /// stays. True if none is left.
    @discardableResult
    func discard() -> Bool
    /// Removes the cgroups and those below, and kills what is still in them.
    func remove() throws(SystemError)
    /// Has whoever else keeps account of the cgroups forget them, once they are removed. What fails is told in a
    /// warning.
    func dismiss() throws(SystemError)
}

extension Manager {
    /// Whether the kernel's OOM killer is known to have struck here.
    public var hasRunOutOfMemory: Bool { (outOfMemoryKills() ?? 0) > 0 }

    /// The same as `discard`, but waits for processes that are about to end in there, 1 second at most: those that an
    /// init has left in a pid namespace that is not its own. Who stays is somebody else's.
    @discardableResult
    public func discardWhenLeft() -> Bool {
        for _ in 1...100 {
            if discard() { return true }
            usleep(10_000)
        }
        return false
    }

    /// The container's directory by controller; "" stands for the version 2 tree.
    public var paths: [String: String] {
        Dictionary(namedPaths.map { ($0.name, $0.path) }) { first, _ in first }
    }

    public var unifiedPath: String? {
        namedPaths.first { $0.name.isEmpty }?.path
    }

    public var unit: SystemdUnit? { nil }

    public func unapplied(_ resources: Resources) -> [String] { [] }

    public func prepare() {}

    public func begin(with pid: Int32, _ resources: Resources) throws(SystemError) {}

    public func settle(_ pid: Int32) throws(SystemError) {}

    public func noteKills() {}

    public func dismiss() throws(SystemError) {}

    /// Sends a signal to every process in the cgroups and below. They are frozen meanwhile if they can be, so that
    /// none forks one that is overlooked.
    ///
    /// - Returns: whether there was any.
    public func signal(_ number: Int32) throws(SystemError) -> Bool {
        let isHeld = try !isFrozen() && (try? freeze()) != nil
        do {
            var isAnyone = false
            for pid in try processes() where try ProcessHandle.open(pid: pid)?.signal(number) == true {
                isAnyone = true
            }
            if isHeld { try thaw() }
            return isAnyone
        } catch {
            if isHeld { try? thaw() }
            throw error
        }
    }
}

/// A path, and what it is the path of.
public struct NamedPath: Sendable, Equatable {
    public var name: String
    public var path: String

    public init(_ name: String, _ path: String) {
        self.name = name
        self.path = path
    }
}
