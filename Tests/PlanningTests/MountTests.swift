import OCI
import Planning
import Testing

@Suite("Mounts") struct MountTests {
    /// What is done for one mount.
    private func actions(_ mount: Mount) throws -> [Action] {
        try Spec.mounting(mount).plan().actions(from: "mounts[0]")
    }

    @Test("A file system's mount") func newMount() throws {
        let mount = Mount(
            destination: "/dev", type: "tmpfs", source: "tmpfs",
            options: ["nosuid", "strictatime", "mode=755", "sync", "size=65536k", "rslave"])
        #expect(
            try actions(mount) == [
                .mount(
                    NewMount(
                        type: "tmpfs", destination: "/dev",
                        parameters: [
                            .init("source", "tmpfs"), .init("sync"), .init("mode", "755"), .init("size", "65536k"),
                        ],
                        attributes: Attribute.nosuid | Attribute.strictatime,
                        propagation: Propagation.slave | Propagation.recursive))
            ])
    }

    @Test("A file system needs no source") func withoutSource() throws {
        for source in [nil, ""] {
            let mount = Mount(destination: "/tmp", type: "mqueue", source: source)
            #expect(try actions(mount) == [.mount(NewMount(type: "mqueue", destination: "/tmp"))])
        }
    }

    @Test(
        "Of a file system that others share only the mount is read-only",
        arguments: [
            ("proc", true), ("sysfs", true), ("cgroup2", true), ("mqueue", true), ("devpts", true), ("bpf", true),
            ("debugfs", true), ("tracefs", true), ("securityfs", true), ("tmpfs", false), ("ext4", false),
            ("overlay", false), ("ramfs", false),
        ])
    func readonly(type: String, isShared: Bool) throws {
        let mount = Mount(destination: "/mnt", type: type, source: "it", options: ["ro", "x=1"])
        let found = try actions(mount)
        guard case .mount(let made)? = found.first else {
            Issue.record("\(found)")
            return
        }
        #expect(made.attributes == Attribute.readonly)
        #expect(made.parameters == [.init("source", "it")] + (isShared ? [] : [.init("ro")]) + [.init("x", "1")])
    }

    @Test(
        "The container's own /proc", arguments: [("/proc", true), ("/proc/", true), ("proc", true), ("/other", false)])
    func proc(destination: String, isProc: Bool) throws {
        let found = try actions(Mount(destination: destination, type: "proc"))
        guard case .mount(let made)? = found.first else {
            Issue.record("\(found)")
            return
        }
        #expect(made.isProc == isProc)
        #expect(made.needsRealDirectory)
    }

    @Test(
        "proc and sysfs may not be redirected by a symbolic link",
        arguments: [("proc", true), ("sysfs", true), ("tmpfs", false), ("mqueue", false), ("devpts", false)])
    func realDirectory(type: String, isNeeded: Bool) throws {
        let found = try actions(Mount(destination: "/x", type: type))
        guard case .mount(let made)? = found.first else {
            Issue.record("\(found)")
            return
        }
        #expect(made.needsRealDirectory == isNeeded)
        #expect(!made.isProc)
    }

    @Test(
        "Binds",
        arguments: [
            (nil, ["bind"], false), (nil, ["rbind"], true), ("none", ["bind"], false), ("none", ["rbind"], true),
            ("bind", [], true), ("bind", ["bind"], false), ("bind", ["rbind"], true), ("tmpfs", ["bind"], false),
        ] as [(String?, [String], Bool)])
    func bind(type: String?, options: [String], isRecursive: Bool) throws {
        let mount = Mount(
            destination: "/data", type: type, source: "/srv", options: options + ["ro", "exec", "rshared"])
        #expect(
            try actions(mount) == [
                .bind(
                    BindMount(
                        source: "/srv", destination: "/data", isRecursive: isRecursive, attributes: Attribute.readonly,
                        clearedAttributes: Attribute.noexec, propagation: Propagation.shared | Propagation.recursive))
            ])
    }

    @Test(
        "A relative source counts from the bundle",
        arguments: [
            ("data", "/bundle/data"), ("./data/x", "/bundle/./data/x"), ("/data", "/data"), ("..", "/bundle/.."),
        ])
    func relativeSource(source: String, path: String) throws {
        let mount = Mount(destination: "/d", source: source, options: ["bind"])
        #expect(try actions(mount) == [.bind(BindMount(source: path, destination: "/d", isRecursive: false))])
    }

    @Test("A bind needs a source", arguments: [nil, ""] as [String?]) func noSource(source: String?) {
        let spec = Spec.mounting(
            Mount(destination: "/a", type: "tmpfs"), Mount(destination: "/d", source: source, options: ["bind"]))
        #expect(spec.refusal() == "mounts[1].source: a bind mount needs a source")
    }

    @Test("Anything but a bind needs a type", arguments: [nil, ""] as [String?]) func noType(type: String?) {
        #expect(
            Spec.mounting(Mount(destination: "/d", type: type, source: "/s")).refusal()
                == "mounts[0].type: a mount needs a type unless \"bind\" is among its options")
    }

    @Test(
        "A remount changes the mount, and without bind the file system",
        arguments: [
            (["remount", "ro"], []), (["remount", "rw", "size=1k", "sync"], [.init("sync"), .init("size", "1k")]),
            (["bind", "remount", "ro"], nil), (["remount", "rbind", "nosuid", "size=1"], nil),
        ] as [([String], [NewMount.Parameter]?)])
    func remount(options: [String], parameters: [NewMount.Parameter]?) throws {
        let expected = MountOptions(options)
        // Neither a type nor a source is needed.
        for mount in [
            Mount(destination: "/d", options: options), Mount(destination: "/d", type: "x", options: options),
        ] {
            #expect(
                try actions(mount) == [
                    .remount(
                        Remount(
                            destination: "/d", attributes: expected.attributes, clearedAttributes: expected.cleared,
                            parameters: parameters))
                ])
        }
    }

    @Test("Mounts are made in their order, each by its own property") func order() throws {
        let spec = Spec.mounting(
            Mount(destination: "/a", type: "tmpfs"), Mount(destination: "/a/b", source: "/s", options: ["bind"]),
            Mount(destination: "/a", options: ["remount", "ro"]))
        let steps = try spec.plan().steps.filter { $0.origin.property == "mounts" }
        #expect(steps.map(\.origin.description) == ["mounts[0]", "mounts[1]", "mounts[2]"])
        #expect(steps.map(\.action.name) == ["mount", "bind", "remount"])
    }
}
