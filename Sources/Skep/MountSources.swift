import Glibc
internal import CLinux
internal import CPlan
internal import CSpawn
internal import OCI
internal import Planning
internal import System
internal import SystemPackage

/// What the parent opens for the init's mounts, since only it can: detached mounts, and the user namespaces that map
/// ids.
struct MountSources: ~Copyable {
    private let propagation: UInt64
    /// The user namespaces that were needed so far, and whose they are: mounts with the same mapping share one.
    private var maps: [IDMap.IDs] = []
    private var namespaces = DescriptorList()

    /// Opens what the steps of `plan` take, in the order of their slots.
    static func open(_ plan: Plan, into descriptors: inout DescriptorList) throws(SystemError) {
        var sources = MountSources(propagation: plan.sourcePropagation)
        for step in plan.steps {
            do {
                switch step.action {
                case .root(let path, _, _, .some):
                    descriptors.append(try sources.openMount(path, isRecursive: true))
                case .bind(let bind) where bind.descriptor != nil:
                    let mount = try sources.openMount(
                        bind.source, isRecursive: bind.isRecursive,
                        follows: bind.followsSource && !bind.copiesSymlink)
                    if let map = bind.idMap { try sources.map(mount, of: bind.source, by: map) }
                    descriptors.append(mount)
                case .mount(let mount) where mount.descriptor != nil:
                    if let map = mount.idMap { descriptors.append(try sources.copyNamespace(of: map.ids)) }
                case .hook(let hook) where hook.descriptor != nil:
                    let files = [(hook.outputPath, "stdout"), (hook.errorPath, "stderr")]
                    for case (.some(let path), let stream) in files {
                        descriptors.append(try HookOutput.open(path, stream))
                    }
                default: continue
                }
            } catch {
                if error.property != nil { throw error }
                throw error.blaming(step.origin.description, hint: MountFailure.hint(error.errno, error.operation))
            }
        }
    }

    /// Whether the caller has rights over the mount namespace that it is in: the root of a user namespace alone has not.
    static var canBeOpened: Bool {
        do {
            // That is looked at before the path, which is none.
            _ = try systemCall { skep_linux_open_tree("", false, true) }
            return true
        } catch {
            return error != .notPermitted
        }
    }

    private init(propagation: UInt64) {
        self.propagation = propagation
    }

    private func openMount(
        _ path: String, isRecursive: Bool, follows: Bool = true
    ) throws(SystemError) -> Descriptor {
        let mount: Descriptor
        do {
            mount = Descriptor(owning: try systemCall(path) { skep_linux_open_tree($0, isRecursive, follows) })
        } catch {
            throw SystemError("open_tree", path, error)
        }
        let number = mount.number
        do {
            _ = try systemCall { skep_linux_set_propagation(number, propagation) }
        } catch {
            throw SystemError("mount_setattr", path, error)
        }
        return mount
    }

    private mutating func map(
        _ mount: borrowing Descriptor, of path: String, by map: IDMap
    ) throws(SystemError) {
        let namespace = try namespace(of: map.ids)
        let number = mount.number
        do {
            _ = try systemCall { skep_linux_map_ids(number, map.isRecursive, namespace) }
        } catch {
            throw SystemError("mount_setattr IDMAP", path, error)
        }
    }

    /// The user namespace of a mapping, lent.
    private mutating func namespace(of ids: IDMap.IDs) throws(SystemError) -> CInt {
        if let index = maps.firstIndex(of: ids) { return namespaces.numbers[index] }
        switch ids {
        case .namespace(let path): namespaces.append(try Descriptor.open(path, O_RDONLY))
        case .ranges(let uids, let gids): namespaces.append(try Self.makeNamespace(uids, gids))
        }
        maps.append(ids)
        return namespaces.numbers[maps.count - 1]
    }

    /// The same, for the init to have.
    private mutating func copyNamespace(of ids: IDMap.IDs) throws(SystemError) -> Descriptor {
        let number = try namespace(of: ids)
        do {
            return Descriptor(owning: try systemCall { fcntl(number, F_DUPFD_CLOEXEC, 3) })
        } catch {
            throw SystemError("fcntl", "a user namespace", error)
        }
    }

    private static func makeNamespace(
        _ uids: [IDMapping], _ gids: [IDMapping]
    ) throws(SystemError) -> Descriptor {
        var call: UnsafePointer<CChar>?
        do {
            return Descriptor(
                owning: try systemCall { skep_make_user_namespace(lines(uids), lines(gids), &call) })
        } catch {
            throw SystemError(call.map { String(cString: $0) } ?? "clone3", "a user namespace", error)
        }
    }

    /// The text of a uid_map.
    private static func lines(_ ranges: [IDMapping]) -> String {
        ranges.map { "\($0.containerID) \($0.hostID) \($0.size)\n" }.joined()
    }
}
