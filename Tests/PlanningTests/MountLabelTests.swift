import OCI
import Planning
import Testing

@Suite("linux.mountLabel") struct MountLabelTests {
    private let label = "system_u:object_r:container_file_t:s0:c1,c2"

    private func plan(
        _ mounts: Mount..., annotations: [String: String] = [:], on cgroups: CgroupView = .v2,
        modules: SecurityModules = .selinux
    ) throws -> Plan {
        let spec = Spec.container { spec in
            spec.mounts = mounts
            spec.linux?.mountLabel = label
            spec.annotations = annotations
        }
        return try Planner.plan(
            spec, in: Planner.Situation(rootfs: "/r", cgroups: cgroups, securityModules: modules))
    }

    private func parameters(_ plan: Plan) -> [[String]] {
        plan.actions(named: "mount").map { action in
            guard case .mount(let mount) = action else { return [] }
            return mount.parameters.map { $0.value.isEmpty ? $0.key : "\($0.key)=\($0.value)" }
        }
    }

    @Test("File systems that take it, commas and all", arguments: ["tmpfs", "devpts", "ext4"])
    func labelled(type: String) throws {
        #expect(
            parameters(try plan(Mount(destination: "/m", type: type, options: ["mode=755"])))
                == [["mode=755", "context=" + label]])
    }

    @Test("File systems that don't", arguments: ["proc", "sysfs", "cgroup2", "cgroup"])
    func unlabelled(type: String) throws {
        #expect(parameters(try plan(Mount(destination: "/m", type: type))) == [[]])
    }

    @Test("A bind mount keeps the labels that its files have") func bind() throws {
        let mount = Mount(destination: "/m", type: "bind", source: "/s", options: ["bind"])
        #expect(
            try plan(mount).lines
                == (try Spec.mounting(mount).plan(on: .v2)).lines.map {
                    $0.replacing("/bundle/rootfs", with: "/r")
                })
    }

    @Test("A message queue file system is labelled as a directory") func mqueue() throws {
        let plan = try plan(Mount(destination: "/dev/mqueue", type: "mqueue"))
        #expect(
            plan.actions(from: "mounts[0]") == [
                .mount(NewMount(type: "mqueue", destination: "/dev/mqueue")),
                .label(path: "/dev/mqueue", label: label),
            ])
    }

    @Test("What covers masked directories") func masks() throws {
        let spec = Spec.container { spec in
            spec.linux?.mountLabel = label
            spec.linux?.maskedPaths = ["/m"]
        }
        let plan = try Planner.plan(
            spec, in: Planner.Situation(rootfs: "/r", cgroups: .v2, securityModules: .selinux))
        #expect(plan.actions(named: "mask") == [.mask("/m", label: .init("context", label))])
    }

    @Test("Of a version 1 cgroup mount, the tmpfs") func cgroups() throws {
        let hierarchy = CgroupView.Hierarchy(directory: "cpu", controllers: ["cpu"], path: "/c")
        let plan = try plan(Mount(destination: "/c", type: "cgroup"), on: .v1([hierarchy]))
        #expect(parameters(plan) == [["source=tmpfs", "mode=755", "context=" + label], ["source=cgroup", "cpu"]])
    }

    @Test("A label of the mount's own goes first", arguments: ["context", "fscontext", "defcontext", "rootcontext"])
    func own(context: String) throws {
        #expect(
            parameters(try plan(Mount(destination: "/m", type: "tmpfs", options: [context + "=x"])))
                == [[context + "=x"]])
    }

    @Test("run.oci.mount_context_type", arguments: ["context", "fscontext", "defcontext", "rootcontext"])
    func context(context: String) throws {
        let plan = try plan(
            Mount(destination: "/m", type: "tmpfs"), annotations: ["run.oci.mount_context_type": context])
        #expect(parameters(plan) == [[context + "=" + label]])
    }

    @Test("A context that is none") func noContext() {
        let spec = Spec.container { $0.annotations = ["run.oci.mount_context_type": "x"] }
        #expect(
            spec.refusal()
                == "annotations.run.oci.mount_context_type: \"x\" is none of context, fscontext, defcontext, rootcontext"
        )
    }

    @Test("Without SELinux it can't be applied", arguments: [[], .appArmor] as [SecurityModules])
    func noSELinux(modules: SecurityModules) throws {
        let error = #expect(throws: ConfigurationError.self) { try plan(modules: modules) }
        #expect(error?.description == "linux.mountLabel: \"\(label)\" can't be applied: the host has no SELinux")
    }

    @Test("None at all") func none() throws {
        let plan = try Spec.mounting(Mount(destination: "/m", type: "tmpfs")).plan()
        #expect(parameters(plan) == [[]])
    }
}
