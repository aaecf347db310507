import OCI
import Planning
import Testing

@Suite("The rootfs") struct RootTests {
    /// A value of linux.rootfsPropagation, and what it means at each step.
    struct Case: CustomTestStringConvertible, Sendable {
        var value: Linux.RootfsPropagation?
        /// Of "/" before anything is done.
        var first: UInt64
        var isShared: Bool
        /// Of the container's "/" in the end.
        var last: UInt64

        var testDescription: String { value?.rawValue ?? "none" }
    }

    static let cases = [
        Case(value: nil, first: Propagation.slave | Propagation.recursive, isShared: false, last: 0),
        Case(
            value: .private, first: Propagation.private | Propagation.recursive, isShared: false,
            last: Propagation.private),
        Case(
            value: .rprivate, first: Propagation.private | Propagation.recursive, isShared: false,
            last: Propagation.private | Propagation.recursive),
        Case(
            value: .shared, first: Propagation.shared | Propagation.recursive, isShared: true, last: Propagation.shared),
        Case(
            value: .rshared, first: Propagation.shared | Propagation.recursive, isShared: true,
            last: Propagation.shared | Propagation.recursive),
        Case(value: .slave, first: Propagation.slave | Propagation.recursive, isShared: false, last: Propagation.slave),
        Case(
            value: .rslave, first: Propagation.slave | Propagation.recursive, isShared: false,
            last: Propagation.slave | Propagation.recursive),
        Case(
            value: .unbindable, first: Propagation.private | Propagation.recursive, isShared: false,
            last: Propagation.unbindable),
        Case(
            value: .runbindable, first: Propagation.private | Propagation.recursive, isShared: false,
            last: Propagation.unbindable | Propagation.recursive),
    ]

    @Test("Propagation", arguments: cases, [false, true]) func propagation(of test: Case, readonly: Bool) throws {
        let plan = try Spec.container { spec in
            spec.linux?.rootfsPropagation = test.value
            spec.root?.readonly = readonly
        }.plan()
        #expect(plan.actions(named: "propagation") == [.propagation(test.first)])
        #expect(
            plan.actions(named: "root") == [
                .root(path: "/bundle/rootfs", isMounted: true, privateParent: test.isShared)
            ])
        #expect(plan.actions(named: "pivot") == [.pivot(.pivotRoot, oldRootIsSlave: test.isShared)])
        let attributes = Action.rootAttributes(set: readonly ? Attribute.readonly : 0, propagation: test.last)
        let origin = readonly ? "root.readonly" : "linux.rootfsPropagation"
        if readonly || test.value != nil {
            #expect(plan.actions(from: origin).last == attributes)
            #expect(plan.names.filter { $0 == "root-attr" }.count == 1)
        } else {
            #expect(!plan.names.contains("root-attr"))
        }
    }

    @Test("Masked and read-only paths, in their order") func paths() throws {
        let plan = try Spec.container { spec in
            spec.linux?.maskedPaths = ["/b", "/a", "/b"]
            spec.linux?.readonlyPaths = ["/d", "/c"]
        }.plan()
        #expect(plan.actions(named: "mask") == [.mask("/b"), .mask("/a"), .mask("/b")])
        #expect(plan.actions(named: "readonly") == [.readonly("/d"), .readonly("/c")])
        #expect(plan.actions(from: "linux.maskedPaths[1]") == [.mask("/a")])
        #expect(plan.actions(from: "linux.readonlyPaths[0]") == [.readonly("/d")])
    }

    @Test("Masked and read-only paths have to be absolute", arguments: ["", "proc/kcore", "./x"])
    func relative(path: String) {
        let masked = Spec.container { $0.linux?.maskedPaths = ["/a", path] }
        #expect(masked.refusal() == "linux.maskedPaths[1]: must be absolute, not \"\(path)\"")
        let readonly = Spec.container { $0.linux?.readonlyPaths = [path] }
        #expect(readonly.refusal() == "linux.readonlyPaths[0]: must be absolute, not \"\(path)\"")
    }

    // MARK: Without a mount namespace

    @Test("On the host's mounts there is only chroot") func hostMounts() throws {
        let plan = try Spec.container(without: .mount).plan()
        #expect(
            plan.names == [
                "setsid", "loopback", "root", "cgroup", "pivot", "make-cwd", "stdio-owner", "home", "cap-bound", "cwd",
                "user", "cwd", "caps", "cap-ambient", "find-command", "wait", "exec",
            ])
        #expect(plan.actions(named: "root") == [.root(path: "/bundle/rootfs", isMounted: false, privateParent: false)])
        #expect(plan.actions(named: "pivot") == [.pivot(.chroot, oldRootIsSlave: false)])
    }

    /// A property that changes mounts.
    struct HostChange: CustomTestStringConvertible, Sendable {
        var property: String
        var change: @Sendable (inout Spec) -> Void

        var testDescription: String { property }
    }

    static let hostChanges = [
        HostChange(property: "mounts") { $0.mounts = [Mount(destination: "/proc", type: "proc")] },
        HostChange(property: "linux.maskedPaths") { $0.linux?.maskedPaths = ["/proc/kcore"] },
        HostChange(property: "linux.readonlyPaths") { $0.linux?.readonlyPaths = ["/proc/sys"] },
        HostChange(property: "root.readonly") { $0.root?.readonly = true },
        HostChange(property: "linux.rootfsPropagation") { $0.linux?.rootfsPropagation = .private },
        HostChange(property: "linux.devices") { $0.linux?.devices = [Device(path: "/p", type: .pipe)] },
    ]

    @Test("What would change the host's mounts is refused", arguments: hostChanges) func hostChange(of test: HostChange)
    {
        #expect(
            Spec.container(without: .mount, change: test.change).refusal()
                == "\(test.property): would change the host's own mounts; "
                + "add a namespace of type \"mount\" to linux.namespaces")
        #expect(Spec.container(change: test.change).refusal() == nil)
    }
}
