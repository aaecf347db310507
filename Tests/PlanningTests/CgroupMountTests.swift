import OCI
import Planning
import Testing

@Suite("Cgroup mounts") struct CgroupMountTests {
    static let hierarchies = [
        CgroupView.Hierarchy(directory: "cpu,cpuacct", controllers: ["cpu", "cpuacct"], path: "/h/cpu,cpuacct/c"),
        CgroupView.Hierarchy(directory: "memory", controllers: ["memory"], path: "/h/memory/c"),
        CgroupView.Hierarchy(directory: "systemd", controllers: ["name=systemd"], path: "/h/systemd/c"),
    ]

    static let mount = Mount(
        destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "noexec", "nodev", "ro"])

    static let attributes = Attribute.nosuid | Attribute.noexec | Attribute.nodev | Attribute.readonly

    private func actions(_ spec: Spec, on cgroups: CgroupView) throws -> [Action] {
        try spec.plan(on: cgroups).actions(from: "mounts[0]")
    }

    private func tmpfs(_ attributes: UInt64) -> Action {
        .mount(
            NewMount(
                type: "tmpfs", destination: "/sys/fs/cgroup",
                parameters: [.init("source", "tmpfs"), .init("mode", "755")], attributes: attributes))
    }

    private var readonly: Action {
        .remount(Remount(destination: "/sys/fs/cgroup", attributes: Attribute.readonly))
    }

    @Test("With a cgroup namespace each hierarchy is mounted anew") func withNamespace() throws {
        func hierarchy(_ name: String, _ parameters: [NewMount.Parameter]) -> Action {
            .mount(
                NewMount(
                    type: "cgroup", destination: "/sys/fs/cgroup/" + name,
                    parameters: [.init("source", "cgroup")] + parameters, attributes: Self.attributes))
        }
        #expect(
            try actions(.mounting(Self.mount), on: .v1(Self.hierarchies)) == [
                tmpfs(Self.attributes & ~Attribute.readonly),
                hierarchy("cpu,cpuacct", [.init("cpu"), .init("cpuacct")]),
                .symlink(target: "cpu,cpuacct", path: "/sys/fs/cgroup/cpu"),
                .symlink(target: "cpu,cpuacct", path: "/sys/fs/cgroup/cpuacct"),
                hierarchy("memory", [.init("memory")]),
                hierarchy("systemd", [.init("none"), .init("name", "systemd")]),
                readonly,
            ])
    }

    @Test("Without one the container's own cgroups are bound") func withoutNamespace() throws {
        func hierarchy(_ name: String) -> Action {
            .bind(
                BindMount(
                    source: "/h/\(name)/c", destination: "/sys/fs/cgroup/" + name, isRecursive: false,
                    attributes: Self.attributes))
        }
        let spec = Spec.container(without: .cgroup) { $0.mounts = [Self.mount] }
        #expect(
            try actions(spec, on: .v1(Self.hierarchies)) == [
                tmpfs(Self.attributes & ~Attribute.readonly),
                hierarchy("cpu,cpuacct"),
                .symlink(target: "cpu,cpuacct", path: "/sys/fs/cgroup/cpu"),
                .symlink(target: "cpu,cpuacct", path: "/sys/fs/cgroup/cpuacct"),
                hierarchy("memory"),
                hierarchy("systemd"),
                readonly,
            ])
    }

    @Test("A joined cgroup namespace counts as one") func joinedNamespace() throws {
        let spec = Spec.container(without: .cgroup) { spec in
            spec.mounts = [Self.mount]
            spec.linux?.namespaces.append(Namespace(type: .cgroup, path: "/proc/7/ns/cgroup"))
        }
        #expect(
            try actions(spec, on: .v1(Self.hierarchies)).contains { if case .bind = $0 { true } else { false } }
                == false)
    }

    @Test("A writable view has no remount", arguments: [true, false]) func writable(hasNamespace: Bool) throws {
        var mount = Self.mount
        mount.options = ["ro", "rw", "relatime"]
        let spec = Spec.container { spec in
            spec.mounts = [mount]
            if !hasNamespace { spec.linux?.namespaces.removeAll { $0.type == .cgroup } }
        }
        let found = try actions(spec, on: .v1(Self.hierarchies))
        #expect(found.first == tmpfs(0))
        #expect(found.count == 6)
        for action in found {
            switch action {
            case .mount(let mount): #expect(mount.attributes == 0)
            case .bind(let bind):
                #expect(bind.attributes == 0)
                #expect(bind.clearedAttributes == Attribute.readonly | Attribute.accessTime)
            case .symlink: continue
            default: Issue.record("\(action)")
            }
        }
    }

    @Test("A controller that is called like its hierarchy gets no link to itself") func noLinkToItself() throws {
        let hierarchy = CgroupView.Hierarchy(directory: "cpu", controllers: ["cpu", "cpuacct"], path: "/h/cpu/c")
        let links = try actions(.mounting(Self.mount), on: .v1([hierarchy])).filter { $0.name == "symlink" }
        #expect(links == [.symlink(target: "cpu", path: "/sys/fs/cgroup/cpuacct")])
    }

    @Test("A host without hierarchies gives an empty view") func empty() throws {
        #expect(
            try actions(.mounting(Self.mount), on: .v1([])) == [
                tmpfs(Self.attributes & ~Attribute.readonly), readonly,
            ])
    }

    @Test("Propagation is the view's own") func propagation() throws {
        var mount = Self.mount
        mount.options = ["rprivate"]
        let found = try actions(.mounting(mount), on: .v1(Self.hierarchies))
        guard case .mount(let view)? = found.first else {
            Issue.record("\(found)")
            return
        }
        #expect(view.propagation == Propagation.private | Propagation.recursive)
    }

    @Test("On a host of version 2 there is one tree", arguments: ["cgroup", "cgroup2"]) func unified(type: String)
        throws
    {
        var mount = Self.mount
        mount.type = type
        let made = NewMount(
            type: "cgroup2", destination: "/sys/fs/cgroup", parameters: [.init("source", "cgroup")],
            attributes: Self.attributes)
        #expect(try actions(.mounting(mount), on: .v2) == [.mount(made)])
    }

    @Test("In the host's cgroup namespace it is the host's mount", arguments: ["cgroup", "cgroup2"])
    func unifiedOfHost(type: String) throws {
        var mount = Self.mount
        mount.type = type
        let bind = BindMount(
            source: "/sys/fs/cgroup", destination: "/sys/fs/cgroup", isRecursive: false, attributes: Self.attributes)
        var spec = Spec.mounting(mount)
        spec.linux?.namespaces.removeAll { $0.type == .cgroup }
        #expect(try actions(spec, on: .v2) == [.bind(bind)])
        // Who names options means them.
        spec.mounts[0].options.append("nsdelegate")
        #expect(try actions(spec, on: .v2).map(\.name) == ["mount"])
    }

    @Test("The version 2 tree can be asked for beside version 1 hierarchies") func hybrid() throws {
        var mount = Self.mount
        mount.type = "cgroup2"
        let found = try actions(.mounting(mount), on: .v1(Self.hierarchies))
        #expect(found.map(\.name) == ["mount"])
    }

    @Test("A bind of the host's tree stays a bind") func bind() throws {
        let mount = Mount(destination: "/sys/fs/cgroup", type: "cgroup", source: "/sys/fs/cgroup", options: ["rbind"])
        #expect(
            try actions(.mounting(mount), on: .v1(Self.hierarchies)) == [
                .bind(BindMount(source: "/sys/fs/cgroup", destination: "/sys/fs/cgroup", isRecursive: true))
            ])
    }
}
