/// What the host's cgroup mounts look like, as far as a container's own view of them depends on it.
public enum CgroupView: Sendable, Equatable {
    /// Version 1 hierarchies, with or without a version 2 tree beside them.
    case v1([Hierarchy])
    /// The unified hierarchy alone.
    case v2

    /// A version 1 hierarchy.
    public struct Hierarchy: Sendable, Equatable {
        /// The directory's name below /sys/fs/cgroup ("cpu,cpuacct", "systemd").
        public var directory: String
        /// Its controllers ("cpu", "cpuacct"); one "name=..." for a hierarchy that has none.
        public var controllers: [String]
        /// The container's cgroup in it, as an absolute path of the host's.
        public var path: String

        public init(directory: String, controllers: [String], path: String) {
            self.directory = directory
            self.controllers = controllers
            self.path = path
        }
    }
}
