import OCI
import Planning
import Testing

@Suite("Mounts of a running container") struct HotplugTests {
    private func mounting(_ mounts: [Mount], in spec: Spec = .container()) throws -> Plan {
        try Planner.planMounting(mounts, in: spec, bundle: "/bundle", cgroups: .v2)
    }

    private func refusal(_ mounts: [Mount], in spec: Spec = .container()) -> String? {
        do {
            _ = try mounting(mounts, in: spec)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("They are made in the container's namespaces, and that is all") func mounting() throws {
        let plan = try mounting([
            Mount(destination: "/a", source: "s", options: ["bind", "ro"]), Mount(destination: "/b", type: "mqueue"),
        ])
        #expect(
            plan.steps.map(\.action) == [
                .joinProcess(
                    descriptor: 4,
                    kinds: CloneFlag.mount | CloneFlag.network | CloneFlag.uts | CloneFlag.ipc | CloneFlag.cgroup),
                .bind(
                    BindMount(
                        source: "/bundle/s", destination: "/a", isRecursive: false, attributes: Attribute.readonly,
                        descriptor: 5)),
                .mount(NewMount(type: "mqueue", destination: "/b")), .done,
            ])
        #expect(plan.steps.map(\.origin.description) == ["linux.namespaces", "mounts[0]", "mounts[1]", "mounts"])
        #expect(!plan.goesOnAsChild && !plan.joinsRoot && plan.sourceCount == 1)
    }

    @Test("Nobody in the container sees who makes them, but for a new procfs, which is of its maker's processes")
    func pid() throws {
        #expect(try mounting([Mount(destination: "/a", type: "proc")]).goesOnAsChild)
        #expect(try !mounting([Mount(destination: "/a", type: "tmpfs")]).goesOnAsChild)
        #expect(try !Planner.planUnmounting([Mount(destination: "/a", type: "proc")], in: .container()).goesOnAsChild)
    }

    @Test("Sources are opened outside, one slot after the other") func slots() throws {
        let bind = Mount(destination: "/a", source: "/s", options: ["rbind"])
        let mapped = Mount(destination: "/b", type: "tmpfs", options: ["idmap=uids=0-1-1;gids=0-1-1"])
        let slots = try mounting([bind, mapped, bind]).steps.map { step -> Int32? in
            switch step.action {
            case .bind(let bind): bind.descriptor
            case .mount(let mount): mount.descriptor
            default: nil
            }
        }
        #expect(slots == [nil, 5, 6, 7, nil])
    }

    @Test(
        "What is opened outside begins with the container's propagation",
        arguments: [
            (nil, Propagation.slave), (.private, Propagation.private), (.rslave, Propagation.slave),
            (.shared, Propagation.shared), (.unbindable, Propagation.private),
        ] as [(Linux.RootfsPropagation?, UInt64)])
    func propagation(root: Linux.RootfsPropagation?, expected: UInt64) throws {
        let spec = Spec.container { $0.linux?.rootfsPropagation = root }
        #expect(try mounting([], in: spec).sourcePropagation == expected | Propagation.recursive)
    }

    @Test("What can't be") func wrong() {
        #expect(
            refusal([Mount(destination: "/a", type: "tmpfs"), Mount(destination: "/a", options: ["remount", "ro"])])
                == "mounts[1].options: \"remount\" adds no mount")
        #expect(refusal([Mount(destination: "/")]) == "mounts[0].destination: a mount can't cover the rootfs itself")
        #expect(
            refusal([], in: .container(without: .mount)) == "mounts: the container's mounts are the host's own")
    }

    @Test("All are looked at before the first is unmounted, the last first") func unmounting() throws {
        let plan = try Planner.planUnmounting(
            [Mount(destination: "/a/"), Mount(destination: "a/b", options: ["dest-nofollow", "rro"])],
            in: .container())
        #expect(
            plan.steps.dropFirst().map(\.action) == [
                .unmount("/a/b", followsLink: false, isCheck: true), .unmount("/a", isCheck: true),
                .unmount("/a/b", followsLink: false), .unmount("/a"), .done,
            ])
        #expect(
            plan.steps.map(\.origin.description)
                == ["linux.namespaces", "mounts[1]", "mounts[0]", "mounts[1]", "mounts[0]", "mounts"])
    }

    @Test("The root is not unmounted", arguments: ["/", "", "/a/..", "."]) func root(path: String) {
        #expect(throws: ConfigurationError.self) {
            try Planner.planUnmounting([Mount(destination: path)], in: .container())
        }
    }

    @Test("Steps in words") func words() {
        #expect(Action.unmount("/a").description == "/a")
        #expect(Action.unmount("/a", isCheck: true).description == "/a (whether it can be)")
        #expect(Action.done.name == "done" && Action.done.description == "")
    }
}
