import Glibc
internal import CLinux
internal import CPlan
internal import CSpawn
internal import Cgroups
internal import Planning
internal import System
internal import SystemPackage

/// Finds out what this host and the calling user are like. Tries what it asks about where nothing else tells: in
/// children that end, and by mounts that nobody sees. It changes nothing and leaves nothing.
struct HostProbe {
    /// Where containers are kept; nil where there is no place for that.
    let root: String?
    let cgroups: ManagerPreference

    func facts() -> HostFacts {
        var facts = HostFacts()
        facts.kernel = Self.release()
        facts.user = user()
        facts.settings = settings()
        facts.namespaces = namespaces(facts.user)
        facts.calls = calls(facts.user)
        facts.cgroups = HostProbe.cgroups(cgroups, facts.user)
        facts.security = security()
        facts.mapping = mapping(facts.user)
        facts.fileSystems = HostCheck.fileSystems()
        facts.isResctrlMounted = Files.exists("/sys/fs/resctrl/schemata")
        facts.mountsBelowProc = mountsBelowProc()
        facts.state = state()
        facts.criu = criu()
        facts.engines = engines()
        return facts
    }

    /// Not from /proc, which may be covered.
    private static func release() -> String {
        var names = utsname()
        uname(&names)
        return withUnsafeBytes(of: names.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static func number(_ path: String) -> Int? {
        (try? Files.readLine(path)).flatMap { Int($0) }
    }

    // MARK: The user

    private func user() -> HostFacts.User {
        let uid = geteuid()
        let last = Self.number("/proc/sys/kernel/cap_last_cap") ?? 40
        let own = CapabilitySet.own("CapEff") ?? []
        let all = CapabilitySet(rawValue: last >= 63 ? .max : 1 << UInt64(last + 1) - 1)
        return HostFacts.User(
            uid: uid, name: Self.userName(uid), isRoot: uid == 0, isHostRoot: Privilege.isHostRoot(),
            lackedCapabilities: uid == 0 ? all.subtracting(own).names : [])
    }

    /// By /etc/passwd alone: a static program can't ask name services.
    private static func userName(_ uid: UInt32) -> String {
        rows("/etc/passwd").first { $0.count > 2 && $0[2] == String(uid) }?[0] ?? String(uid)
    }

    /// The lines of a table whose columns are separated by colons.
    private static func rows(_ path: String) -> [[String]] {
        ((try? Files.read(path)) ?? []).split(separator: UInt8(ascii: "\n")).map { line in
            line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
        }
    }

    private func settings() -> HostFacts.Settings {
        HostFacts.Settings(
            maxUserNamespaces: Self.number("/proc/sys/user/max_user_namespaces"),
            unprivilegedUserNamespaces: Self.number("/proc/sys/kernel/unprivileged_userns_clone"),
            appArmorRestrictsUserNamespaces: Self.number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"))
    }

    private func mapping(_ user: HostFacts.User) -> HostFacts.Mapping {
        func count(_ path: String) -> UInt64 {
            Self.rows(path).filter { $0.count == 3 && ($0[0] == user.name || $0[0] == String(user.uid)) }
                .reduce(0) { $0 + (UInt64($1[2]) ?? 0) }
        }
        return HostFacts.Mapping(
            newuidmap: Self.tool("newuidmap"), newgidmap: Self.tool("newgidmap"),
            subordinateUIDs: count("/etc/subuid"), subordinateGIDs: count("/etc/subgid"))
    }

    private static func tool(_ name: String) -> HostFacts.Tool {
        guard let path = find(name) else { return HostFacts.Tool() }
        return HostFacts.Tool(path: path, isPrivileged: skep_linux_gives_rights(path))
    }

    /// A program by its name, in PATH and where the administrator's are.
    static func find(_ name: String) -> String? {
        ((HostProgram.variable("PATH") ?? "") + ":/usr/sbin:/usr/local/sbin").utf8
            .split(separator: UInt8(ascii: ":"))
            .map { String(decoding: $0, as: UTF8.self) + "/" + name }
            .first { access($0, X_OK) == 0 }
    }

    // MARK: What can be tried

    private static func attempt(
        _ flags: Int32, cgroup: CInt = -1, mounting fileSystem: String? = nil
    ) -> HostFacts.Attempt {
        let flags = UInt64(UInt32(bitPattern: flags))
        return HostFacts.Attempt(errno: skep_linux_try_clone(flags, cgroup, fileSystem))
    }

    private func namespaces(_ user: HostFacts.User) -> [HostFacts.Namespace] {
        let kinds = [
            ("mount", CLONE_NEWNS), ("pid", CLONE_NEWPID), ("network", CLONE_NEWNET), ("ipc", CLONE_NEWIPC),
            ("uts", CLONE_NEWUTS), ("cgroup", CLONE_NEWCGROUP), ("user", CLONE_NEWUSER),
            ("time", CLONE_NEWTIME),
        ]
        return kinds.map { name, flag in
            HostFacts.Namespace(name: name, attempt: Self.attempt(flag | (user.isRoot ? 0 : CLONE_NEWUSER)))
        }
    }

    private func calls(_ user: HostFacts.User) -> HostFacts.Calls {
        var calls = HostFacts.Calls()
        calls.clone3 = Self.attempt(0)
        if let unified = try? Layout.detect().unified,
            let own = try? Descriptor.openDirectory(unified.mountPoint + unified.own)
        {
            calls.cloneIntoCgroup = Self.attempt(0, cgroup: own.number)
        }
        let pidfd = skep_linux_pidfd_open(getpid())
        calls.pidfd = Self.took(pidfd)
        if let directory = try? Descriptor.openDirectory("/") {
            calls.openat2 = Self.took(skep_linux_open_inside(directory.number, "."))
        }
        let inner = user.isRoot ? 0 : CLONE_NEWUSER
        calls.mount = Self.attempt(CLONE_NEWNS | inner, mounting: "tmpfs")
        calls.proc = Self.attempt(CLONE_NEWNS | CLONE_NEWPID | inner, mounting: "proc")
        calls.procOfUser = Self.attempt(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUSER, mounting: "proc")
        if user.isHostRoot { calls.idMappedMount = Self.idMappedMount() }
        return calls
    }

    /// What came of a call that returns a descriptor, which is closed.
    private static func took(_ number: CInt) -> HostFacts.Attempt {
        if number < 0 { return .refused(currentErrno()) }
        _ = Descriptor(owning: number)
        return .done
    }

    /// A detached mount of the working directory, which goes with its descriptor.
    private static func idMappedMount() -> HostFacts.Attempt {
        var call: UnsafePointer<CChar>?
        do throws(Errno) {
            let ids = Descriptor(
                owning: try systemCall { skep_make_user_namespace("0 100000 1\n", "0 100000 1\n", &call) })
            let mount = Descriptor(owning: try systemCall { skep_linux_open_tree(".", false, true) })
            let (number, namespace) = (mount.number, ids.number)
            _ = try systemCall { skep_linux_map_ids(number, false, namespace) }
            return .done
        } catch {
            return .refused(error)
        }
    }

    /// SECCOMP_FILTER_FLAG_NEW_LISTENER
    private static let newListener: UInt32 = 1 << 3

    private func security() -> HostFacts.Security {
        HostFacts.Security(
            hasAppArmor: SecurityModules.hasAppArmor, hasSELinux: SecurityModules.hasSELinux,
            hasSeccomp: skep_linux_has_filter_flags(0),
            hasSeccompListener: skep_linux_has_filter_flags(Self.newListener))
    }
}
