internal import CLinux
public import System

/// How this host's cgroups are laid out, and where in them the calling process is.
public struct Layout: Sendable, Equatable {
    /// The version 1 hierarchies; none on a host of version 2.
    public var hierarchies: [Hierarchy]
    /// The version 2 tree: alone, or beside version 1 hierarchies (hybrid), where it has no controllers.
    public var unified: Unified?

    /// A version 1 hierarchy.
    public struct Hierarchy: Sendable, Equatable {
        /// Its controllers ("cpu", "cpuacct"), or one "name=..." where it has none.
        public var controllers: [String]
        /// Where it is mounted.
        public var mountPoint: String
        /// The calling process's cgroup in it ("/user.slice").
        public var own: String

        public init(controllers: [String], mountPoint: String, own: String) {
            self.controllers = controllers
            self.mountPoint = mountPoint
            self.own = own
        }
    }

    /// The version 2 tree.
    public struct Unified: Sendable, Equatable {
        /// Where it is mounted.
        public var mountPoint: String
        /// The calling process's cgroup in it.
        public var own: String

        public init(mountPoint: String, own: String) {
            self.mountPoint = mountPoint
            self.own = own
        }
    }

    public init(hierarchies: [Hierarchy], unified: Unified?) {
        self.hierarchies = hierarchies
        self.unified = unified
    }

    /// Where cgroup file systems are mounted on every host (file-hierarchy(7)).
    public static let root = "/sys/fs/cgroup"

    /// Whether this host has version 2 alone.
    public static var isUnified: Bool { (try? kind(of: root)) == SKEP_LINUX_CGROUP_V2 }

    /// Looks at this host: no more than statfs and /proc/self/cgroup, since it is done at every start.
    public static func detect() throws(SystemError) -> Layout {
        let memberships = parse(try Files.read("/proc/self/cgroup"))
        if try kind(of: root) == SKEP_LINUX_CGROUP_V2 {
            let own = memberships.first { $0.controllers.isEmpty }?.path ?? "/"
            return Layout(hierarchies: [], unified: Unified(mountPoint: root, own: own))
        }
        var layout = Layout(hierarchies: [], unified: nil)
        for membership in memberships {
            if membership.controllers.isEmpty {
                let mountPoint = root + "/unified"
                guard try kind(of: mountPoint) == SKEP_LINUX_CGROUP_V2 else { continue }
                layout.unified = Unified(mountPoint: mountPoint, own: membership.path)
            } else {
                let mountPoint = "\(root)/\(directory(of: membership.controllers))"
                guard try kind(of: mountPoint) == SKEP_LINUX_CGROUP_V1 else { continue }
                layout.hierarchies.append(
                    Hierarchy(controllers: membership.controllers, mountPoint: mountPoint, own: membership.path))
            }
        }
        return layout
    }

    private static func kind(of mountPoint: String) throws(SystemError) -> skep_linux_cgroup_kind {
        do {
            return skep_linux_cgroup_kind(UInt32(try systemCall(mountPoint) { skep_linux_cgroup_kind($0) }))
        } catch {
            throw SystemError("statfs", mountPoint, error)
        }
    }

    struct Membership: Equatable {
        var controllers: [String]
        var path: String
    }

    /// Parses /proc/PID/cgroup (cgroups(7)): "4:memory:/a/b" a line, "0::/a/b" for version 2.
    static func parse(_ bytes: [UInt8]) -> [Membership] {
        bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return nil }
            let controllers = fields[1].split(separator: UInt8(ascii: ",")).map { String(decoding: $0, as: UTF8.self) }
            return Membership(controllers: controllers, path: String(decoding: fields[2], as: UTF8.self))
        }
    }

    private static func directory(of controllers: [String]) -> String {
        if controllers.count > 1 { return controllers.joined(separator: ",") }
        return controllers[0].after("name=") ?? controllers[0]
    }
}
