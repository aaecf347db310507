import Glibc
public import OCI
public import System
internal import SystemPackage

/// Makes no cgroup: the container's processes stay in those of its maker, and are found by what they descend from.
public struct DisabledManager: Manager {
    /// The first process of a container that exists.
    public struct Subject: Sendable, Equatable {
        var pid: Int32
        var startTime: UInt64
        var sharesPIDNamespace: Bool

        /// - Parameters:
        ///   - pid: its number.
        ///   - startTime: when it started, as /proc/PID/stat has it.
        ///   - sharesPIDNamespace: whether its pid namespace is not the container's own.
        public init(pid: Int32, startTime: UInt64, sharesPIDNamespace: Bool) {
            self.pid = pid
            self.startTime = startTime
            self.sharesPIDNamespace = sharesPIDNamespace
        }
    }

    /// The caller's own cgroups, which the container sees as its own.
    public let members: [LegacyManager.Member]
    public let unifiedPath: String?
    private let subject: Subject?
    private let namesDevices: Bool

    /// For a container to be made.
    init(_ request: ManagerRequest) {
        let layout = request.layout
        // In a container without a cgroup namespace the mount begins where the caller is.
        let place = { (mountPoint: String, own: String) in
            let path = Self.join(mountPoint, own)
            return request.caller.exists(path) ? path : mountPoint
        }
        members = layout.hierarchies.map { hierarchy in
            LegacyManager.Member(
                controllers: hierarchy.controllers, path: place(hierarchy.mountPoint, hierarchy.own),
                mountPoint: hierarchy.mountPoint)
        }
        unifiedPath = layout.unified.map { place($0.mountPoint, $0.own) }
        subject = nil
        // In a user namespace devices are what its maker may open anyway.
        namesDevices = request.caller.isHostsRoot
    }

    /// For a container that exists.
    init(of subject: Subject) {
        members = []
        unifiedPath = nil
        self.subject = subject
        namesDevices = false
    }

    private static func join(_ mountPoint: String, _ own: String) -> String {
        own == "/" ? mountPoint : mountPoint + own
    }

    public var kind: ManagerKind { .disabled }

    public var namedPaths: [NamedPath] { [] }

    public func unapplied(_ resources: Resources) -> [String] {
        AskedLimits.properties(resources, withDevices: namesDevices)
    }

    // MARK: What there is nothing to do for

    public func makeBirthplace() throws(SystemError) -> Descriptor? { nil }

    public func openBirthplace(in subgroups: [Subgroup]) throws(SystemError) -> Descriptor? {
        if subgroups.isEmpty { return nil }
        throw refusal("open a sub-cgroup", property: "--cgroup")
    }

    public func openBirthplace(besides pid: Int32) throws(SystemError) -> Descriptor? { nil }

    public func create() throws(SystemError) {}

    public func apply(_ resources: Resources) throws(SystemError) {}

    public func handOver(to uid: UInt32) throws(SystemError) {}

    public func membershipFiles(in subgroups: [Subgroup]) throws(SystemError) -> DescriptorList { DescriptorList() }

    public func releaseKilled() throws(SystemError) {}

    public func isFrozen() throws(SystemError) -> Bool { false }

    public func watchMemory() throws(SystemError) -> OutOfMemoryWatch? { nil }

    public func outOfMemoryKills() -> Int? { nil }

    @discardableResult
    public func discard() -> Bool { true }

    // MARK: What can't be done

    private func refusal(_ operation: String, property: String? = nil) -> SystemError {
        SystemError(
            operation, "", .notSupported, property: property,
            hint: "the container was made without a cgroup of its own")
    }

    public func prepareUpdate(of resources: Resources, by changes: Resources) throws(SystemError) -> ResourceChange {
        let asked = AskedLimits.properties(changes, withDevices: false)
        if let first = asked.first { throw refusal("apply", property: first) }
        return try ResourceChange([])
    }

    public func freeze() throws(SystemError) { throw refusal("freeze") }

    public func thaw() throws(SystemError) { throw refusal("thaw") }

    public func statistics() throws(SystemError) -> Statistics { throw refusal("read statistics") }

    // MARK: Processes

    public func processes() throws(SystemError) -> [Int32] {
        guard let subject, try isAlive(subject) else { return [] }
        let all = try ProcessFamily.read()
        return all.family(of: subject.pid, withNamespace: !subject.sharesPIDNamespace)
    }

    private func isAlive(_ subject: Subject) throws(SystemError) -> Bool {
        guard let stat = try ProcessStat.read(subject.pid) else { return false }
        return stat.startTime == subject.startTime && !stat.isDead
    }

    /// How often processes are looked for again before they are killed.
    private static let rounds = 1000
    /// How long each may take to end, in milliseconds.
    private static let patience: Int32 = 5000

    /// All are stopped first, so that none forks one that is overlooked: the death of a parent would hide its children.
    public func kill() throws(SystemError) {
        var known: Set<Int32> = []
        for _ in 1...Self.rounds {
            let found = try processes().filter { !known.contains($0) }
            if found.isEmpty { break }
            for pid in found {
                known.insert(pid)
                _ = try ProcessHandle.open(pid: pid)?.signal(SIGSTOP)
            }
        }
        let last = try processes()
        for pid in last { _ = try ProcessHandle.open(pid: pid)?.signal(SIGKILL) }
        for pid in last { _ = try ProcessHandle.open(pid: pid)?.waitForEnd(milliseconds: Self.patience) }
    }

    public func remove() throws(SystemError) { try kill() }
}
