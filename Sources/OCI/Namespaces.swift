/// A namespace to create or to join (config-linux.md, Namespaces).
public struct Namespace: Sendable, Equatable {
    /// The kinds of namespaces (namespaces(7)).
    public enum Kind: String, JSONName {
        /// The container has its own mount table.
        case mount
        /// The container sees only its own processes.
        case pid
        /// The container has its own network stack.
        case network
        /// The container has its own host and domain name.
        case uts
        /// The container has its own System V IPC and POSIX message queues.
        case ipc
        /// The container maps its users and groups to others on the host.
        case user
        /// The container sees its cgroup as the root.
        case cgroup
        /// The container has its own clocks.
        case time
    }

    /// The kind.
    public var type: Kind
    /// The namespace to join, an absolute path on the host; nil makes a new one.
    public var path: String?

    /// A namespace.
    public init(type: Kind, path: String? = nil) {
        self.type = type
        self.path = path
    }
}

extension Namespace: JSONDecodable, JSONObjectEncodable {
    /// Reads an element of `linux.namespaces`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        type = try object.required("type")
        path = try object.text("path")
    }

    /// Writes an element of `linux.namespaces`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("type", type)
        object.setIfPresent("path", path)
    }
}

extension Linux {
    /// The clock offsets of a time namespace (config-linux.md, Offset for Time Namespace; time_namespaces(7)).
    public struct TimeOffsets: Sendable, Equatable {
        /// The offset of CLOCK_BOOTTIME.
        public var boottime: TimeOffset?
        /// The offset of CLOCK_MONOTONIC.
        public var monotonic: TimeOffset?

        /// Offsets.
        public init(boottime: TimeOffset? = nil, monotonic: TimeOffset? = nil) {
            self.boottime = boottime
            self.monotonic = monotonic
        }
    }

    /// An offset of a clock: the sum of both members.
    public struct TimeOffset: Sendable, Equatable {
        /// Seconds, may be negative.
        public var secs: Int64
        /// Nanoseconds, 0 to 999,999,999.
        public var nanosecs: UInt32

        /// An offset.
        public init(secs: Int64 = 0, nanosecs: UInt32 = 0) {
            self.secs = secs
            self.nanosecs = nanosecs
        }
    }

    /// What happens to a network device that is moved into the container (config-linux.md, Network Devices).
    public struct NetDevice: Sendable, Equatable {
        /// The device's name in the container; nil keeps the name.
        public var name: String?

        /// A network device.
        public init(name: String? = nil) {
            self.name = name
        }
    }
}

extension Linux.TimeOffsets: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux.timeOffsets`; a clock that the kernel cannot offset is an error.
    public init(json: JSONNode) throws(JSONError) {
        var offsets = try json.map { (offset) throws(JSONError) in try Linux.TimeOffset(json: offset) }
        boottime = offsets.removeValue(forKey: "boottime")
        monotonic = offsets.removeValue(forKey: "monotonic")
        if let clock = offsets.keys.min() {
            throw JSONError(.unknownValue(JSONText.quoted(clock), allowed: ["boottime", "monotonic"]))
        }
    }

    /// Writes `linux.timeOffsets`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("boottime", boottime)
        object.setIfPresent("monotonic", monotonic)
    }
}

extension Linux.TimeOffset: JSONDecodable, JSONObjectEncodable {
    /// Reads one clock's offset.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        secs = try object.value("secs", default: 0)
        nanosecs = try object.value("nanosecs", default: 0)
    }

    /// Writes one clock's offset.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfNonzero("secs", secs)
        object.setIfNonzero("nanosecs", nanosecs)
    }
}

extension Linux.NetDevice: JSONDecodable, JSONObjectEncodable {
    /// Reads a value of `linux.netDevices`.
    public init(json: JSONNode) throws(JSONError) {
        name = try json.object().text("name")
    }

    /// Writes a value of `linux.netDevices`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("name", name)
    }
}
