internal import CPlan

/// What the bootstrap will do to make one container, and what its parent has to prepare for that.
public struct Plan: Sendable {
    /// The steps, in the order in which they are carried out.
    public var steps: [Step] = []
    /// The namespaces that the init is cloned with (CLONE_NEW flags).
    public var cloneFlags: UInt64 = 0
    /// How many of the steps make the container; all others are about its first process alone.
    public internal(set) var completeSteps = 0
    /// The namespaces to be joined.
    public var joinedNamespaces: [JoinedNamespace] = []
    /// Whether a process that joins a container needs its root, which travels with the plan behind the pidfd.
    public var joinsRoot = false
    /// How many descriptors the parent opens for mounts: the steps that have them say what for.
    public private(set) var sourceCount = 0
    /// The propagation of what it opens, MS_ flags with MS_REC: that which the container's other mounts begin with.
    public var sourcePropagation: UInt64 = 0
    /// The user namespace that the process lives in, where it is another than the runtime's.
    public var userNamespace: UserNamespace?
    /// The clocks of the time namespace that is made.
    public var clocks: [ClockOffset] = []
    /// What is done to the process by its parent.
    public var outside = OutsideSettings()
    /// The host's network devices that the parent moves into the container, by name.
    public var deviceMoves: [DeviceMove] = []
    /// The container's user who is to own its cgroup; nil leaves it the runtime's.
    public var cgroupOwner: UInt32?
    /// What is odd about the configuration, but no reason to refuse it.
    public var warnings: [ConfigurationError] = []
    /// What the kernel will leave undone by its own rules.
    public var notes: [ConfigurationError] = []

    public init() {}

    /// One step, and the property that asked for it.
    public struct Step: Sendable, Hashable {
        public var action: Action
        public var origin: Origin

        public init(_ action: Action, from origin: Origin) {
            self.action = action
            self.origin = origin
        }
    }

    /// A namespace of somebody else's.
    public struct JoinedNamespace: Sendable, Hashable {
        /// Its CLONE_NEW flag.
        public var kind: UInt64
        /// The file that stands for it (/proc/PID/ns/net).
        public var path: String
        public var origin: Origin

        /// Whether it is a mediator's business, since a process's own pid namespace never changes.
        public var isPID: Bool { kind == UInt64(CLONE_NEWPID) }

        public var isNetwork: Bool { kind == UInt64(CLONE_NEWNET) }
    }

    /// The slot of one more descriptor that the parent opens, behind those of the namespaces.
    mutating func reserveDescriptor(for origin: Origin) throws(ConfigurationError) -> Int32 {
        let namespaces = isJoining ? 1 : travellingNamespaces.count
        let slot = Int(SKEP_FD_FIRST_NAMESPACE.rawValue) + namespaces + sourceCount
        if slot >= SKEP_MAX_FDS - SKEP_MAX_ORDER_FDS {
            throw ConfigurationError(origin, "is one more than can be opened on the host: \(sourceCount) are")
        }
        sourceCount += 1
        return Int32(slot)
    }

    /// The namespaces that a mediator joins before it clones the init: all, or the pid namespace alone.
    public var mediatedNamespaces: [JoinedNamespace] {
        needsMediator ? joinedNamespaces : joinedNamespaces.filter(\.isPID)
    }

    /// Whether a mediator stands between the parent and the init, and joins all namespaces: skep_spawn.h.
    public var needsMediator: Bool {
        let kinds = joinedNamespaces.reduce(cloneFlags) { $0 | $1.kind }
        return kinds & UInt64(CLONE_NEWUSER | CLONE_NEWTIME) != 0
    }

    /// The namespaces whose descriptors travel with the plan, in this order, since the init joins them itself.
    public var travellingNamespaces: [JoinedNamespace] {
        needsMediator ? [] : joinedNamespaces.filter { !$0.isPID }
    }

    /// Whether the init is seen by other processes from the first: those of a pid namespace that it joins, or of a user
    /// namespace.
    public var isBornAmongOthers: Bool {
        userNamespace?.joined != nil || joinedNamespaces.contains(where: \.isPID)
    }

    /// Whether the process that joins a container ends on the way, and a child goes on in its place: that is in the
    /// container's pid namespace, where it is seen by processes that may trace it, and has nothing of the host's left.
    public var goesOnAsChild: Bool {
        if case .joinProcess(_, let kinds, _)? = steps.first?.action {
            kinds & UInt64(CLONE_NEWPID) != 0
        } else {
            false
        }
    }

    /// Begins a plan by joining the namespaces of a running container, but those of `others`.
    mutating func joinContainer(_ namespaces: NamespacePlanner, without others: UInt64 = 0) {
        joinsRoot = !namespaces.present.contains(.mount)
        let kinds = namespaces.kinds & ~others
        append(
            .joinProcess(descriptor: Int32(SKEP_FD_FIRST_NAMESPACE.rawValue), kinds: kinds, takesRoot: joinsRoot),
            from: Origin("linux.namespaces"))
    }

    /// Whether it begins by joining a container, whose pidfd is the first descriptor.
    private var isJoining: Bool {
        if case .joinProcess? = steps.first?.action { true } else { false }
    }

    mutating func append(_ action: Action, from origin: Origin) {
        steps.append(Step(action, from: origin))
    }

    /// Whether the step of that index is behind the one that loads the container's filter.
    public func isFiltered(atStep index: Int) -> Bool {
        steps.indices.contains(index)
            && steps[..<index].contains {
                if case .seccomp = $0.action { true } else { false }
            }
    }

    /// The property that asked for the step of that index; nil for a step that is none.
    public func origin(ofStep index: Int) -> Origin? {
        steps.indices.contains(index) ? steps[index].origin : nil
    }

    /// Where the new mount of a step goes; nil if it makes none.
    public func newMountDestination(ofStep index: Int) -> String? {
        guard steps.indices.contains(index), case .mount(let mount) = steps[index].action else { return nil }
        return mount.destination
    }

    /// The capabilities that the process of a step has to have already; none if it sets none.
    public func capabilities(ofStep index: Int) -> CapabilitySet {
        guard steps.indices.contains(index),
            case .capabilities(_, let permitted, let inheritable) = steps[index].action
        else { return [] }
        return permitted.union(inheritable)
    }
}
