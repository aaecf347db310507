internal import CLinux
internal import Cgroups
internal import Glibc
internal import OCI
internal import Planning
internal import System
internal import SystemPackage

/// Finds what a configuration asks for and this host, or this user, can't give.
struct HostCheck {
    typealias Finding = ConfigurationReport.Finding

    let spec: Spec
    let bundle: String

    init(_ spec: Spec, bundle: String) {
        self.spec = spec
        self.bundle = bundle
    }

    func warnings() -> [Finding] {
        rootfs() + user() + mounts() + namespaces() + hooks() + limits() + sysctls() + controllers()
            + NetworkCheck.warnings(spec)
    }

    // MARK: The root file system and the program

    private func rootfs() -> [Finding] {
        guard let path = spec.root?.path, !path.isEmpty else { return [] }
        let rootfs = Paths.join(bundle, path)
        do {
            try Configuration.checkRootfs(rootfs)
        } catch {
            return [Finding(.warning, "root.path", Self.problem(error), suggestion: error.hint)]
        }
        guard let inner = InnerFiles(rootfs) else { return [] }
        return program(inner)
    }

    private static func problem(_ error: ContainerError) -> String {
        var bare = error
        bare.origin = ""
        bare.hint = nil
        return bare.description
    }

    private func program(_ inner: borrowing InnerFiles) -> [Finding] {
        guard let process = spec.process, let name = process.args.first, !name.isEmpty else { return [] }
        var candidates: [String] = []
        if name.utf8.contains(UInt8(ascii: "/")) {
            candidates = [name.utf8.first == UInt8(ascii: "/") ? name : process.cwd + "/" + name]
        } else {
            let variable = process.env.last { $0.hasPrefix("PATH=") }
            candidates = (variable?.after("PATH=") ?? "").utf8.split(separator: UInt8(ascii: ":")).map {
                String(decoding: $0, as: UTF8.self) + "/" + name
            }
        }
        // A mount may bring it.
        if candidates.contains(where: isCovered) { return [] }
        if candidates.contains(where: { inner.isProgram($0) }) { return [] }
        let place = candidates.count > 1 ? "is in no directory of PATH" : "is no program"
        return [Finding(.warning, "process.args[0]", "\"\(name)\" \(place) in the rootfs")]
    }

    private func isCovered(_ path: String) -> Bool {
        spec.mounts.contains { mount in
            path == mount.destination || path.hasPrefix(mount.destination + "/")
        }
    }

    // MARK: The user

    private var hasUserNamespace: Bool {
        spec.linux?.namespaces.contains { $0.type == .user } ?? false
    }

    private func user() -> [Finding] {
        var found: [Finding] = []
        if geteuid() != 0 && !hasUserNamespace {
            found.append(
                Finding(
                    .warning, "linux.namespaces", "an ordinary user can't make the other namespaces without a user one",
                    suggestion: "add a namespace of type \"user\", with linux.uidMappings and linux.gidMappings"))
        }
        guard hasUserNamespace else { return found }
        for (index, device) in (spec.linux?.devices ?? []).enumerated() where !Files.exists(device.path) {
            found.append(
                Finding(
                    .warning, "linux.devices[\(index)].path",
                    "\(device.path) does not exist on the host, from where a user namespace would have to take it"))
        }
        return found
    }

    private func limits() -> [Finding] {
        if Self.hasCapability(24) { return [] }  // CAP_SYS_RESOURCE
        return (spec.process?.rlimits ?? []).enumerated().compactMap { index, limit in
            var current = rlimit()
            guard let resource = Rlimits.number(of: limit.type),
                getrlimit(__rlimit_resource_t(UInt32(resource)), &current) == 0, limit.hard > current.rlim_max
            else { return nil }
            return Finding(
                .warning, "process.rlimits[\(index)].hard",
                "\(limit.hard) is above the limit of this process, \(current.rlim_max), and it may not raise that",
                suggestion: "CAP_SYS_RESOURCE would allow it")
        }
    }

    private static func hasCapability(_ number: Int) -> Bool {
        CapabilitySet.own("CapEff")?.contains(CapabilitySet(rawValue: 1 << UInt64(number))) == true
    }

    // MARK: Files of the host

    private func namespaces() -> [Finding] {
        (spec.linux?.namespaces ?? []).enumerated().compactMap { index, namespace in
            guard let path = namespace.path, !path.isEmpty, !Files.exists(path) else { return nil }
            return Finding(.warning, "linux.namespaces[\(index)].path", "\(path) does not exist")
        }
    }

    private func hooks() -> [Finding] {
        guard let hooks = spec.hooks else { return [] }
        let kinds = [
            ("prestart", hooks.prestart), ("createRuntime", hooks.createRuntime),
            ("createContainer", hooks.createContainer), ("poststart", hooks.poststart), ("poststop", hooks.poststop),
        ]
        var found: [Finding] = []
        for (kind, hooks) in kinds {
            for (index, hook) in hooks.enumerated() where access(hook.path, X_OK) != 0 {
                let problem = Files.exists(hook.path) ? "is not executable" : "does not exist"
                found.append(Finding(.warning, "hooks.\(kind)[\(index)].path", "\(hook.path) \(problem)"))
            }
        }
        return found
    }

    private func mounts() -> [Finding] {
        var known: [String]?
        return spec.mounts.enumerated().compactMap { index, mount in
            if mount.type == "bind" || mount.options.contains("bind") || mount.options.contains("rbind") {
                guard let source = mount.source, !source.isEmpty else { return nil }
                let path = Paths.join(bundle, source)
                if Files.exists(path) { return nil }
                return Finding(.warning, "mounts[\(index)].source", "\(path) does not exist")
            }
            guard let type = mount.type, !type.isEmpty, type != "cgroup", !mount.options.contains("remount") else {
                return nil
            }
            let types = known ?? Self.fileSystems()
            known = types
            if types.isEmpty || types.contains(type) { return nil }
            return Finding(
                .warning, "mounts[\(index)].type",
                "\"\(type)\" is no file system that this kernel knows, unless a module brings it",
                suggestion: Likeness.best(for: type, of: types).map { "did you mean \"\($0)\"?" })
        }
    }

    static func fileSystems() -> [String] {
        let table = (try? Files.read("/proc/filesystems")) ?? []
        return table.split(separator: UInt8(ascii: "\n")).map { line in
            String(decoding: line.split(separator: UInt8(ascii: "\t")).last ?? [], as: UTF8.self)
        }
    }

    private func sysctls() -> [Finding] {
        (spec.linux?.sysctl ?? [:]).keys.sorted().compactMap { name in
            let path = String(name.map { $0 == "." ? "/" : $0 })
            // With slashes or interfaces in its name it may mean another file.
            if name.contains("/") || name.hasPrefix("net.") || Files.exists("/proc/sys/" + path) { return nil }
            return Finding(.warning, "linux.sysctl.\(name)", "this kernel has no such setting")
        }
    }

    // MARK: Control groups

    private func controllers() -> [Finding] {
        guard let resources = spec.linux?.resources, let layout = try? Layout.detect() else { return [] }
        let available = Self.controllers(of: layout)
        let wanted: [(isWanted: Bool, property: String, names: [String])] = [
            (resources.memory != nil, "memory", ["memory"]),
            (resources.pids != nil, "pids", ["pids"]),
            (resources.cpu.map { $0.shares != nil || $0.quota != nil || $0.period != nil } ?? false, "cpu", ["cpu"]),
            (resources.cpu.map { $0.cpus != nil || $0.mems != nil } ?? false, "cpu", ["cpuset"]),
            (resources.blockIO != nil, "blockIO", ["blkio", "io"]),
            (!resources.hugepageLimits.isEmpty, "hugepageLimits", ["hugetlb"]),
            (!resources.rdma.isEmpty, "rdma", ["rdma"]),
            (resources.network?.classID != nil, "network.classID", ["net_cls"]),
            (!(resources.network?.priorities ?? []).isEmpty, "network.priorities", ["net_prio"]),
        ]
        return wanted.compactMap { entry in
            guard entry.isWanted, !entry.names.contains(where: available.contains) else { return nil }
            return Finding(
                .warning, "linux.resources." + entry.property,
                "needs the cgroup controller \(entry.names[0]), which this host does not have")
        }
    }

    static func controllers(of layout: Layout) -> [String] {
        if !layout.hierarchies.isEmpty { return layout.hierarchies.flatMap(\.controllers) }
        let file = (layout.unified?.mountPoint ?? Layout.root) + "/cgroup.controllers"
        return ((try? Files.readLine(file)) ?? "").split(separator: " ").map(String.init)
    }
}

/// Files in a rootfs, which may be hostile: looked up so that nothing leads out of it.
private struct InnerFiles: ~Copyable {
    private let root: Descriptor

    init?(_ path: String) {
        guard let root = try? Descriptor.openDirectory(path) else { return nil }
        self.root = root
    }

    /// Whether a path leads to a file that somebody may execute.
    borrowing func isProgram(_ path: String) -> Bool {
        let number = skep_linux_open_inside(root.number, path)
        guard number >= 0 else { return false }
        let file = Descriptor(owning: number)
        var status = stat()
        return fstat(file.number, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o111 != 0
    }
}
