import OCI
import Planning
import Testing

@Suite("Mounts out of the ordinary") struct MountKindTests {
    private func mount(_ mount: Mount) throws -> NewMount? {
        guard case .mount(let made)? = try Spec.mounting(mount).plan().actions(from: "mounts[0]").first else {
            return nil
        }
        return made
    }

    private func bind(_ options: [String]) throws -> BindMount? {
        let mount = Mount(destination: "/d", source: "/s", options: ["rbind"] + options)
        guard case .bind(let bind)? = try Spec.mounting(mount).plan().actions(from: "mounts[0]").first else {
            return nil
        }
        return bind
    }

    @Test("Recursive attributes of a bind") func recursive() throws {
        let made = try bind(["rro", "rexec", "rw", "rnoatime"])
        #expect(made?.recursiveAttributes == Attribute.readonly | Attribute.noatime)
        #expect(made?.recursivelyCleared == Attribute.noexec | Attribute.accessTime)
        #expect(made?.attributes == 0)
        #expect(made?.clearedAttributes == Attribute.readonly)
    }

    @Test("Of a new mount they are its own") func ownRecursive() throws {
        let made = try mount(Mount(destination: "/d", type: "ext4", options: ["rro", "rnosuid", "suid"]))
        #expect(made?.attributes == Attribute.readonly)
        #expect(made?.parameters == [.init("ro")])
    }

    @Test("Symbolic links of binds") func links() throws {
        let plain = try bind([])
        #expect(plain?.followsSource == true && plain?.followsDestination == true && plain?.copiesSymlink == false)
        #expect(try bind(["src-nofollow"])?.followsSource == false)
        #expect(try bind(["dest-nofollow"])?.followsDestination == false)
        #expect(try bind(["copy-symlink"])?.copiesSymlink == true)
    }

    @Test("tmpcopyup; what is copied into can't be read-only yet", arguments: [[], ["ro"]] as [[String]])
    func copyUp(options: [String]) throws {
        let made = try mount(Mount(destination: "/d", type: "tmpfs", options: ["tmpcopyup"] + options))
        #expect(made?.copiesUp == true && made?.keepsMode == true)
        #expect(made?.parameters == [])
        #expect(made?.attributes == (options.isEmpty ? 0 : Attribute.readonly))
    }

    @Test(
        "tmpcopyup is for a new tmpfs",
        arguments: [
            Mount(destination: "/d", type: "ext4", options: ["tmpcopyup"]),
            Mount(destination: "/d", type: "bind", source: "/s", options: ["tmpcopyup"]),
            Mount(destination: "/d", type: "tmpfs", source: "/s", options: ["bind", "tmpcopyup"]),
            Mount(destination: "/d", type: "tmpfs", options: ["remount", "tmpcopyup"]),
        ])
    func noCopyUp(mount: Mount) {
        #expect(
            Spec.mounting(mount).refusal() == "mounts[0].options: \"tmpcopyup\" is for a new tmpfs only")
    }

    @Test(
        "A tmpfs has the mode of what it covers, unless it has one",
        arguments: [("tmpfs", [], true), ("tmpfs", ["mode=1777"], false), ("ramfs", [], false)]
            as [(String, [String], Bool)])
    func mode(type: String, options: [String], isKept: Bool) throws {
        #expect(try mount(Mount(destination: "/d", type: type, options: options))?.keepsMode == isKept)
    }

    @Test("A read-only /dev is so in the end", arguments: ["/dev", "/dev/", "dev"]) func lateReadonly(path: String)
        throws
    {
        let spec = Spec.mounting(Mount(destination: path, type: "tmpfs", options: ["ro", "nosuid", "mode=755"]))
        let plan = try spec.plan()
        let actions = plan.actions(from: "mounts[0]")
        #expect(
            actions == [
                .mount(
                    NewMount(
                        type: "tmpfs", destination: "/dev", parameters: [.init("mode", "755")],
                        attributes: Attribute.nosuid)),
                .remount(Remount(destination: "/dev", attributes: Attribute.readonly)),
            ])
        let late = try #require(plan.names.lastIndex(of: "remount"))
        #expect(try late > #require(plan.names.lastIndex(of: "mknod")))
        #expect(try late > #require(plan.names.lastIndex(of: "pivot")))
    }

    @Test(
        "Other mounts are read-only at once",
        arguments: [
            Mount(destination: "/dev", type: "bind", source: "/dev", options: ["ro"]),
            Mount(destination: "/dev", source: "/dev", options: ["rbind", "ro"]),
            Mount(destination: "/devices", type: "tmpfs", options: ["ro"]),
            Mount(destination: "/dev", options: ["remount", "ro"]), Mount(destination: "/dev", type: "tmpfs"),
        ])
    func earlyReadonly(mount: Mount) throws {
        #expect(try Spec.mounting(mount).plan().actions(from: "mounts[0]").count == 1)
    }

    @Test("A read-only tmpfs that more is mounted in is so in the end") func lateReadonlyInside() throws {
        let outer = Mount(destination: "/run", type: "tmpfs", options: ["rro", "mode=755"])
        let inner = Mount(destination: "/run/x/y", source: "/s", options: ["bind"])
        let plan = try Spec.mounting(outer, inner).plan()
        #expect(
            plan.actions(from: "mounts[0]") == [
                .mount(NewMount(type: "tmpfs", destination: "/run", parameters: [.init("mode", "755")])),
                .remount(Remount(destination: "/run", attributes: Attribute.readonly)),
            ])
        let late = try #require(plan.names.lastIndex(of: "remount"))
        #expect(try late > #require(plan.names.lastIndex(of: "bind")))
        // One that is covered could not be reached in the end.
        for (path, count) in [("/run", 1), ("/running", 2)] {
            let spec = Spec.mounting(outer, inner, Mount(destination: path, type: "tmpfs"))
            #expect(try spec.plan().actions(from: "mounts[0]").count == count)
        }
        #expect(try Spec.mounting(inner, outer).plan().actions(from: "mounts[1]").count == 1)
    }

    @Test("Where the kernel may refuse cgroup2 the host's is bound") func fallback() throws {
        for type in ["cgroup", "cgroup2"] {
            let mount = Mount(destination: "/sys/fs/cgroup", type: type)
            var spec = Spec.mounting(mount)
            guard case .mount(let own)? = try spec.plan().actions(from: "mounts[0]").first else { continue }
            #expect(own.substitute == nil)
            spec.linux?.namespaces.removeAll { $0.type == .cgroup }
            guard case .mount(let shared)? = try spec.plan().actions(from: "mounts[0]").first else { continue }
            #expect(shared.substitute?.source == "/sys/fs/cgroup")
        }
    }

    @Test("What nothing comes of is noted") func notes() throws {
        let plan = try Spec.mounting(
            Mount(destination: "/a", source: "/s", options: ["bind", "size=1", "sync", "silent"]),
            Mount(destination: "/b", type: "tmpfs", options: ["size=1", "copy-symlink", "src-nofollow", "loud"]),
            Mount(destination: "/a", options: ["remount", "bind", "ro"])
        ).plan()
        #expect(
            plan.notes.map(\.description) == [
                "mounts[0].options: nothing comes of \"silent\" on this kernel",
                "mounts[0].options: nothing comes of \"sync\" on a bind mount, which shows a file system as it is",
                "mounts[0].options: nothing comes of \"size=1\" on a bind mount, which shows a file system as it is",
                "mounts[1].options: nothing comes of \"loud\" on this kernel",
                "mounts[1].options: nothing comes of \"copy-symlink\" but on a bind mount",
                "mounts[1].options: nothing comes of \"src-nofollow\" but on a bind mount",
            ])
        #expect(plan.warnings.isEmpty)
    }

    @Test("A relative destination is warned of") func relative() throws {
        let plan = try Spec.mounting(Mount(destination: "a/b", type: "tmpfs")).plan()
        #expect(
            plan.warnings.map(\.description) == [
                "mounts[0].destination: \"a/b\" is taken for \"/a/b\"; it should be absolute"
            ])
    }
}
