internal import Cgroups
internal import SystemPackage

/// What a host and a user are like, as far as containers depend on it.
struct HostFacts: Sendable {
    /// What the kernel calls its release ("6.1.0-37-amd64").
    var kernel = ""
    var user = User()
    var namespaces: [Namespace] = []
    var settings = Settings()
    var calls = Calls()
    var cgroups = Cgroups()
    var security = Security()
    var mapping = Mapping()
    /// The file systems that the kernel has now (/proc/filesystems).
    var fileSystems: [String] = []
    /// Whether resctrl is mounted where it belongs.
    var isResctrlMounted = false
    /// What is mounted below /proc, and so covers some of it.
    var mountsBelowProc: [String] = []
    var state = State()
    /// The version that `criu --version` prints; nil where there is none.
    var criu: String?
    var engines: [Engine] = []

    /// What came of trying something.
    enum Attempt: Sendable, Equatable {
        case done
        case refused(Errno)

        init(errno: Int32) {
            self = errno == 0 ? .done : .refused(Errno(rawValue: errno))
        }
    }

    /// Who asks.
    struct User: Sendable {
        var uid: UInt32 = 0
        var name = "root"
        /// Whether it is root, of the host or of a user namespace.
        var isRoot = true
        var isHostRoot = true
        /// The capabilities of this kernel that the process may not use.
        var lackedCapabilities: [String] = []
    }

    /// A kind of namespace, and whether a process can be cloned into a new one: a user's with a user namespace.
    struct Namespace: Sendable {
        var name: String
        var attempt = Attempt.done
    }

    /// Settings of the kernel's (/proc/sys); nil where it has no such.
    struct Settings: Sendable {
        /// user.max_user_namespaces
        var maxUserNamespaces: Int?
        /// kernel.unprivileged_userns_clone, which Debian adds
        var unprivilegedUserNamespaces: Int?
        /// kernel.apparmor_restrict_unprivileged_userns, which Ubuntu sets
        var appArmorRestrictsUserNamespaces: Int?
    }

    /// What system calls do.
    struct Calls: Sendable {
        var clone3 = Attempt.done
        /// A clone into the caller's own version 2 cgroup; nil where there is none.
        var cloneIntoCgroup: Attempt?
        var pidfd = Attempt.done
        var openat2 = Attempt.done
        /// A tmpfs by fsopen and fsmount in a mount namespace; an ordinary user's in a user namespace.
        var mount = Attempt.done
        /// A procfs in new mount and pid namespaces; and the same in a user namespace.
        var proc = Attempt.done
        var procOfUser = Attempt.done
        /// An id-mapped mount of the working directory; nil where it was not tried.
        var idMappedMount: Attempt?
    }

    /// The control groups.
    struct Cgroups: Sendable {
        /// Which manager a container without a cgroupsPath would get, and why; nil where there is no cgroup file system.
        var manager: ManagerKind?
        var reason = ""
        var isVersion2 = false
        var controllers: [String] = []
        /// What the host's systemd hands to that of the user; nil where there is no such cgroup.
        var delegated: [String]?
        var systemd = Systemd()
        var userSystemd = Systemd()
    }

    /// A systemd, or why it can't be asked.
    struct Systemd: Sendable {
        var version: Int?
        var problem = ""
    }

    /// Security modules and seccomp.
    struct Security: Sendable {
        var hasAppArmor = false
        var hasSELinux = false
        var hasSeccomp = true
        /// SECCOMP_FILTER_FLAG_NEW_LISTENER
        var hasSeccompListener = true
    }

    /// How ids are mapped for who is not root.
    struct Mapping: Sendable {
        var newuidmap = Tool()
        var newgidmap = Tool()
        /// How many subordinate ids the user has (/etc/subuid, /etc/subgid).
        var subordinateUIDs: UInt64 = 0
        var subordinateGIDs: UInt64 = 0
    }

    /// A program that needs more rights than its caller has.
    struct Tool: Sendable {
        /// Where it is; nil for nowhere in PATH.
        var path: String?
        /// Whether it is setuid root, or has file capabilities.
        var isPrivileged = false
    }

    /// Where containers are kept.
    struct State: Sendable {
        /// nil where there is no place for an ordinary user.
        var path: String?
        /// Why it can't be used; nil if it can.
        var problem: String?
    }

    /// A program that calls a runtime.
    struct Engine: Sendable {
        var name: String
        /// The content of its configuration files.
        var configuration = ""
    }
}
