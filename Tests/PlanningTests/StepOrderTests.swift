import OCI
import Planning
import Testing

/// The later the init needs its cgroup, the longer it works beside its parent; and the rootfs may only become "/" once
/// nothing of the host is needed any more.
@Suite("The order of steps") struct StepOrderTests {
    static let cgroup = Mount(destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup")
    static let views: [CgroupView] = [.v2, .v1(CgroupMountTests.hierarchies)]

    /// The landmarks among the steps: mounts by their index.
    private func landmarks(_ spec: Spec, on cgroups: CgroupView) throws -> [String] {
        var landmarks: [String] = []
        for step in try spec.plan(on: cgroups).steps {
            let name =
                switch step.action.name {
                case "cgroup", "pivot", "root", "root-attr", "exec", "wait", "join": step.action.name
                case "mknod": "devices"
                default: step.origin.property == "mounts" ? step.origin.description : ""
                }
            if !name.isEmpty && landmarks.last != name { landmarks.append(name) }
        }
        return landmarks
    }

    static let proc = Mount(destination: "/proc", type: "proc")
    static let last = Mount(destination: "/last", type: "tmpfs")

    @Test("With a cgroup namespace the cgroup's mount comes last, after the pivot", arguments: views)
    func withNamespace(view: CgroupView) throws {
        #expect(
            try landmarks(.mounting(Self.proc, Self.cgroup, Self.last), on: view)
                == ["root", "mounts[0]", "mounts[2]", "devices", "pivot", "cgroup", "mounts[1]", "wait", "exec"])
    }

    @Test("Without one its binds need the host's directories", arguments: views)
    func withoutNamespace(view: CgroupView) throws {
        let spec = Spec.container(without: .cgroup) { $0.mounts = [Self.proc, Self.cgroup, Self.last] }
        #expect(
            try landmarks(spec, on: view)
                == ["root", "mounts[0]", "mounts[2]", "devices", "cgroup", "mounts[1]", "pivot", "wait", "exec"])
    }

    @Test("Without a cgroup mount the cgroup comes after the pivot", arguments: views) func noMount(view: CgroupView)
        throws
    {
        #expect(
            try landmarks(.mounting(Self.proc), on: view)
                == ["root", "mounts[0]", "devices", "pivot", "cgroup", "wait", "exec"])
    }

    @Test(
        "A mount on top of the cgroup's keeps the order",
        arguments: ["/sys/fs/cgroup/x", "/sys/fs/cgroup", "/sys/fs//cgroup/"])
    func covered(destination: String) throws {
        let spec = Spec.mounting(Self.proc, Self.cgroup, Mount(destination: destination, type: "tmpfs"))
        #expect(
            try landmarks(spec, on: .v2)
                == ["root", "cgroup", "mounts[0]", "mounts[1]", "mounts[2]", "devices", "pivot", "wait", "exec"])
    }

    @Test("So does one that hides the cgroup's", arguments: ["/sys", "/sys/fs"]) func hidden(destination: String) throws
    {
        let spec = Spec.mounting(Self.proc, Self.cgroup, Mount(destination: destination, type: "tmpfs"))
        #expect(
            try landmarks(spec, on: .v2)
                == ["root", "cgroup", "mounts[0]", "mounts[1]", "mounts[2]", "devices", "pivot", "wait", "exec"])
    }

    @Test("So does one on top of a second cgroup mount") func secondCovered() throws {
        let second = Mount(destination: "/second", type: "cgroup2")
        let spec = Spec.mounting(Self.cgroup, second, Mount(destination: "/second/x", type: "tmpfs"))
        #expect(
            try landmarks(spec, on: .v2)
                == ["root", "cgroup", "mounts[0]", "mounts[1]", "mounts[2]", "devices", "pivot", "wait", "exec"])
    }

    @Test("A mount beside the cgroup's does not") func beside() throws {
        let spec = Spec.mounting(Self.cgroup, Mount(destination: "/sys/fs/cgroups", type: "tmpfs"))
        #expect(try landmarks(spec, on: .v2).suffix(5) == ["pivot", "cgroup", "mounts[0]", "wait", "exec"])
    }

    @Test("Namespaces are joined first, the cgroup's once the init is where it belongs") func joins() throws {
        let spec = Spec.container(without: .network, .cgroup) { spec in
            spec.linux?.namespaces += [
                Namespace(type: .cgroup, path: "/ns/cgroup"), Namespace(type: .network, path: "/ns/net"),
            ]
            spec.mounts = [Self.cgroup]
        }
        let plan = try spec.plan()
        #expect(plan.steps.first?.action == .join(descriptor: 5, kind: CloneFlag.network, path: "/ns/net"))
        let index = plan.names.firstIndex(of: "cgroup") ?? 0
        #expect(plan.steps[index].action == .cgroup(isUnshared: false))
        #expect(plan.steps[index + 1].action == .join(descriptor: 4, kind: CloneFlag.cgroup, path: "/ns/cgroup"))
        #expect(try landmarks(spec, on: .v2).suffix(5) == ["cgroup", "join", "mounts[0]", "wait", "exec"])
    }

    @Test("The cgroup namespace is made where the cgroup is joined", arguments: [true, false])
    func unshare(hasNamespace: Bool) throws {
        let spec = hasNamespace ? Spec.container() : Spec.container(without: .cgroup)
        let plan = try spec.plan()
        #expect(plan.actions(from: "linux.cgroupsPath") == [.cgroup(isUnshared: hasNamespace)])
        #expect(plan.cloneFlags & CloneFlag.cgroup == 0)
    }

    @Test(
        "A cgroup that is nobody's own is refused",
        arguments: ["/", "//", ".", "..", "/..", "/./", "../..", "/a/../.."])
    func noCgroup(path: String) {
        #expect(
            Spec.container { $0.linux?.cgroupsPath = path }.refusal()
                == "linux.cgroupsPath: \"\(path)\" names no cgroup of the container's own")
    }

    @Test(
        "Any other path is the manager's business",
        arguments: ["", "/a", "a/b", "/..a", "slice:skep:c", "./a", "/a/./b"])
    func cgroupsPath(path: String) {
        #expect(Spec.container { $0.linux?.cgroupsPath = path }.refusal() == nil)
    }

    @Test("Everything that writes to the rootfs comes before it is closed") func closing() throws {
        let spec = Spec.container { spec in
            spec.root?.readonly = true
            spec.mounts = [Self.cgroup]
            spec.hostname = "h"
            spec.linux?.maskedPaths = ["/proc/kcore"]
            spec.linux?.readonlyPaths = ["/proc/sys"]
            spec.linux?.sysctl = ["net.x": "1"]
        }
        let plan = try spec.plan()
        // Nobody joins it before that.
        #expect(plan.names.dropFirst(plan.completeSteps).first == "stdio-owner")
        #expect(
            plan.names == [
                "setsid", "loopback", "propagation", "root", "mknod", "mknod", "mknod", "mknod", "mknod", "mknod",
                "symlink", "symlink", "symlink", "symlink", "symlink", "pivot", "cgroup", "mount", "hostname",
                "sysctl", "mask", "readonly", "make-cwd", "root-attr", "stdio-owner", "home", "cap-bound", "cwd",
                "user", "cwd", "caps", "cap-ambient", "find-command", "wait", "exec",
            ])
    }

    @Test("What the caller says about the launch") func situation() throws {
        let situation = Planner.Situation(
            rootfs: "/r", cgroups: .v2, waitsForFifo: false, avoidsPivotRoot: true, preservedDescriptors: 3)
        let plan = try Planner.plan(.container(), in: situation)
        #expect(plan.actions(named: "root") == [.root(path: "/r", isMounted: true, privateParent: false)])
        #expect(plan.actions(named: "pivot") == [.pivot(.moveMount, oldRootIsSlave: false)])
        #expect(plan.actions(named: "wait") == [.wait(forFifo: false)])
        #expect(plan.steps.last?.action == .exec(arguments: ["/bin/true"], environment: ["HOME=/"], preserved: 3))
        let usual = try Spec.container().plan()
        #expect(usual.actions(named: "wait") == [.wait(forFifo: true)])
        #expect(usual.actions(named: "pivot") == [.pivot(.pivotRoot, oldRootIsSlave: false)])
    }

    @Test("Only a step's index has an origin") func origins() throws {
        let plan = try Spec.container().plan()
        #expect(plan.origin(ofStep: 0)?.description == "process")
        #expect(plan.origin(ofStep: plan.steps.count - 1)?.description == "process.args")
        #expect(plan.origin(ofStep: plan.steps.count) == nil)
        #expect(plan.origin(ofStep: -1) == nil)
        #expect(plan.origin(ofStep: Int(UInt32.max)) == nil)
    }

    @Test("Only a new mount's step has a destination") func destinations() throws {
        let plan = try Spec.mounting(Mount(destination: "/data", type: "tmpfs")).plan()
        #expect(plan.steps.indices.contains { plan.newMountDestination(ofStep: $0) == "/data" })
        #expect(plan.newMountDestination(ofStep: 0) == nil)
        #expect(plan.newMountDestination(ofStep: plan.steps.count) == nil)
    }
}
