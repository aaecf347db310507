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

    /// Makes the version 2 cgroup, for the init to be born in; nil where there is none. One that is there already
    /// must be empty of processes.
    func makeBirthplace() throws(SystemError) -> Descriptor?
    /// The same of a container that exists, for one more process of it. Of `subgroups` it is the one for the version
    /// 2 tree.
    func openBirthplace(in subgroups: [Subgroup]) throws(SystemError) -> Descriptor?
    /// The version 2 cgroup that a process of the container is in, where it is another than the container's own; nil
    /// where there are none.
    func openBirthplace(besides pid: Int32) throws(SystemError) -> Descriptor?
    /// Makes the version 1 cgroups, which the init joins once it lives.
    func create() throws(SystemError)
    /// Sets the limits that `resources` has, and leaves those that it has not.
    func apply(_ resources: Resources) throws(SystemError)
    /// Hands the version 2 cgroup over to a user of the host's; version 1 has nothing that is safe to hand over.
    func handOver(to uid: UInt32) throws(SystemError)
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
    /// How often the kernel's OOM killer has struck here.
    func outOfMemoryKills() -> Int
    /// Removes the cgroups of a container that never came to be. One with processes in it is somebody else's, and
    /// stays. True if none is left.
    @discardableResult
    func discard() -> Bool
    /// Removes the cgroups and those below, and kills what is still in them.
    func remove() throws(SystemError)
}

extension Manager {
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

    /// The container's directory in the version 2 tree; nil where it has none.
    public var unifiedPath: String? {
        namedPaths.first { $0.name.isEmpty }?.path
    }

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

/// A cgroup below a container's own.
public struct Subgroup: Sendable, Equatable {
    /// The version 1 controllers for which it holds; none stands for all, and for the version 2 tree.
    public var controllers: [String]
    /// Where, from the container's own cgroup: "a/b", without "." and "..".
    public var path: String

    /// Reads what `exec --cgroup` takes: "PATH" or "CONTROLLER[,CONTROLLER...]:PATH". Nil for what names nothing
    /// below the container's own cgroup.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        let names = bytes[..<(colon ?? 0)].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        if colon != nil && names.contains(where: \.isEmpty) { return nil }
        controllers = names.filter { !$0.isEmpty }.map { String(decoding: $0, as: UTF8.self) }
        let parts = bytes[(colon.map { $0 + 1 } ?? 0)...].split(separator: UInt8(ascii: "/"))
        if parts.contains(where: { $0.elementsEqual("..".utf8) || $0.elementsEqual(".".utf8) || $0.contains(0) }) {
            return nil
        }
        path = String(decoding: Array(parts.joined(separator: [UInt8(ascii: "/")])), as: UTF8.self)
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

/// The kinds of manager.
public enum ManagerKind: String, Sendable {
    /// Writes to version 1 hierarchies, and to a version 2 tree beside them.
    case cgroupfsV1 = "cgroupfs-v1"
    /// Writes to the version 2 tree.
    case cgroupfsV2 = "cgroupfs-v2"
}

/// Chooses the manager for a container.
public enum ManagerSelection {
    /// For a container to be made.
    ///
    /// - Parameters:
    ///   - path: linux.cgroupsPath. An absolute one counts from the root of each hierarchy; a relative one from the
    ///     runtime's own cgroup, or, in version 2, from the one above it, since a cgroup with processes in it can't
    ///     hand controllers down.
    ///   - id: names the cgroup "/skep-ID" where there is no path.
    ///   - layout: the host's.
    /// - Returns: a manager that has made nothing yet.
    public static func manager(path: String?, id: String, layout: Layout) -> any Manager {
        // What names nothing is refused when it is planned; here it must not come to mean the root of the tree.
        let wanted = path.flatMap { trimmed($0).isEmpty ? nil : $0 } ?? "/skep-" + id
        let isAbsolute = wanted.utf8.first == UInt8(ascii: "/")
        if layout.hierarchies.isEmpty, let unified = layout.unified {
            let start = isAbsolute ? "" : Paths.parent(of: unified.own)
            return UnifiedManager(
                path: Paths.join(unified.mountPoint, trimmed(start + "/" + wanted)), mountPoint: unified.mountPoint)
        }
        let members = layout.hierarchies.map { hierarchy in
            LegacyManager.Member(
                controllers: hierarchy.controllers,
                path: Paths.join(
                    hierarchy.mountPoint, trimmed((isAbsolute ? "" : hierarchy.own) + "/" + wanted)),
                mountPoint: hierarchy.mountPoint)
        }
        let unified = layout.unified.map {
            Paths.join($0.mountPoint, trimmed((isAbsolute ? "" : $0.own) + "/" + wanted))
        }
        return LegacyManager(members: members, unified: unified)
    }

    /// For a container that exists, by what its state.json says.
    public static func manager(kind: ManagerKind, namedPaths: [NamedPath]) -> any Manager {
        switch kind {
        case .cgroupfsV2:
            UnifiedManager(path: namedPaths.first { $0.name.isEmpty }?.path ?? "", mountPoint: Layout.root)
        case .cgroupfsV1: LegacyManager(stored: namedPaths)
        }
    }

    /// The path relative to a mount point: without leading or doubled slashes, and never climbing.
    private static func trimmed(_ path: String) -> String {
        var result = ""
        for part in path.utf8.split(separator: UInt8(ascii: "/")) {
            if part.elementsEqual(".".utf8) || part.elementsEqual("..".utf8) { continue }
            if !result.isEmpty { result += "/" }
            result += String(decoding: part, as: UTF8.self)
        }
        return result
    }
}
