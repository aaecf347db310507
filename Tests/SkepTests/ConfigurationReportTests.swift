import Glibc
import OCI
import Skep
import TestSupport
import Testing

@Suite("Reports on configurations") struct ConfigurationReportTests {
    private let directory = TemporaryDirectory()

    /// The report on a bundle with a rootfs that has /bin/true, as lines.
    private func report(_ json: String) throws -> [String] {
        try directory.add("bundle", ["config.json": json])
        try directory.add("bundle/rootfs/bin", ["true": ""])
        chmod(directory.path + "/bundle/rootfs/bin/true", 0o755)
        return ConfigurationReport(document: Array(json.utf8), bundle: directory.path + "/bundle").findings.map(
            \.description)
    }

    private func json(_ change: (inout Spec) -> Void) -> String {
        var spec = Spec(
            process: OCI.Process(args: ["/bin/true"], cwd: "/"), root: Root(path: "rootfs"),
            linux: Linux(namespaces: [.mount, .pid, .network, .uts, .ipc].map { Namespace(type: $0) }))
        change(&spec)
        return String(decoding: spec.serialized(.tabs), as: UTF8.self)
    }

    @Test("A configuration in order has no findings") func good() throws {
        #expect(try report(json { _ in }) == [])
    }

    @Test("Syntax") func syntax() throws {
        #expect(
            try report("{\n \"process\": ,}") == ["error: config.json: line 2, column 13: unexpected character ','"])
        #expect(try report("[]") == ["error: config.json: expected an object, found an array"])
    }

    @Test("Everything that the planner refuses is found") func planner() throws {
        let lines = try report(
            json { spec in
                spec.ociVersion = "2.0.0"
                spec.process?.cwd = "tmp"
                spec.process?.args = []
                spec.process?.user.umask = 0o1000
                spec.process?.oomScoreAdj = 2000
                spec.process?.rlimits = [
                    .init(type: "RLIMIT_NOFILES", hard: 1, soft: 1), .init(type: "RLIMIT_NOFILE", hard: 1, soft: 2),
                ]
                spec.mounts = [
                    Mount(destination: "/", type: "tmpfs"), Mount(destination: "/a"),
                    Mount(destination: "/b", type: "bind"),
                ]
                spec.hooks = Hooks(prestart: [Hook(path: "/bin/sh", timeout: -1)], poststop: [Hook(path: "x")])
                spec.linux?.maskedPaths = ["/ok", "no"]
                spec.linux?.sysctl = ["vm.swappiness": "1", "kernel.hostname": "x"]
                spec.linux?.cgroupsPath = "/../x"
                spec.linux?.namespaces.append(Namespace(type: .pid))
            })
        let wanted = [
            "ociVersion", "process.cwd", "process.args", "process.user.umask", "process.oomScoreAdj",
            "process.rlimits[0].type", "process.rlimits[1].soft", "mounts[0].destination", "mounts[1].type",
            "mounts[2].source", "hooks.prestart[0].timeout", "hooks.poststop[0].path", "linux.maskedPaths[1]",
            #"linux.sysctl["vm.swappiness"]"#, #"linux.sysctl["kernel.hostname"]"#, "linux.cgroupsPath",
            "linux.namespaces[5].type",
        ]
        for property in wanted {
            #expect(lines.filter { $0.hasPrefix("error: \(property)") }.count == 1, "\(property) in \(lines)")
        }
        #expect(lines.filter { $0.hasPrefix("error: ") }.count == wanted.count, "\(lines)")
    }

    @Test("What is wrong with a value does not bring others with it") func consequences() throws {
        let text = json { _ in }
            .replacing("\"linux\": {", with: "\"mounts\": [{\"destination\": 1, \"type\": \"tmpfs\"}, 7], \"linux\": {")
            .replacing("\"cwd\": \"/\"", with: "\"cwd\": 1").replacing(
                "\"type\": \"mount\"", with: "\"type\": \"mont\"")
        #expect(
            try report(text) == [
                "error: process.cwd: expected a string, found an integer (1); write it in double quotes",
                "error: mounts[0].destination: expected a string, found an integer (1); write it in double quotes",
                "error: mounts[1]: expected an object, found an integer (7)",
                "error: linux.namespaces[0].type: unknown value \"mont\" "
                    + "(one of: mount, pid, network, uts, ipc, user, cgroup, time); did you mean \"mount\"?",
            ])
    }

    @Test("What this host has not is a warning") func host() throws {
        let lines = try report(
            json { spec in
                spec.process?.args = ["/bin/false"]
                spec.process?.capabilities = .init(bounding: ["CAP_SYS_ADMINN"])
                spec.process?.selinuxLabel = "a:b:c"
                spec.mounts = [
                    Mount(destination: "/a", type: "tmpf", source: "x"),
                    Mount(destination: "/b", type: "bind", source: "/no/such", options: ["bind"]),
                ]
                spec.hooks = Hooks(prestart: [Hook(path: "/no/such")], poststop: [Hook(path: "/etc/passwd")])
                spec.linux?.namespaces[0].path = "/no/such"
                spec.linux?.sysctl = ["kernel.shm_no_such": "1"]
            })
        #expect(lines.contains("warning: process.args[0]: \"/bin/false\" is no program in the rootfs"))
        #expect(
            lines.contains(
                "warning: process.capabilities.bounding[0]: unknown capability \"CAP_SYS_ADMINN\" is ignored; "
                    + "did you mean \"CAP_SYS_ADMIN\"?"))
        #expect(
            lines.contains(
                "warning: mounts[0].type: \"tmpf\" is no file system that this kernel knows, unless a module brings it; "
                    + "did you mean \"tmpfs\"?"))
        #expect(lines.contains("warning: mounts[1].source: /no/such does not exist"))
        #expect(lines.contains("warning: hooks.prestart[0].path: /no/such does not exist"))
        #expect(lines.contains("warning: hooks.poststop[0].path: /etc/passwd is not executable"))
        #expect(lines.contains("warning: linux.namespaces[0].path: /no/such does not exist"))
    }

    @Test("A rootfs that is missing, or none, is a warning in create's words") func rootfs() throws {
        let lines = try report(json { $0.root?.path = "none" })
        let path = directory.path + "/bundle/none"
        #expect(lines == ["warning: root.path: open \(path): No such file or directory (ENOENT)"])
        #expect(try report(json { $0.root = nil }) == ["error: root.path is missing"])
    }

    @Test("Unknown and repeated properties are warnings") func unknown() throws {
        let text = json { _ in }.replacing(
            "\"root\"", with: "\"roots\": 1, \"windows\": {}, \"ociVersion\": \"1.0.0\", \"root\"")
        #expect(
            try report(text) == [
                "warning: roots is no property of the specification, and is ignored; did you mean root?",
                "warning: ociVersion: occurs more than once; the last one counts",
            ])
    }

    @Test("Generated: what create says first is among the findings", arguments: ["full.json", "runc-spec.json"])
    func generated(name: String) throws {
        let document = try Tree(parsing: try fixture(name))
        for path in document.paths where path.count < 4 {
            for replacement: Tree in [.string(""), .integer("-1"), .object([:])] {
                var changed = document
                changed[path[...]] = replacement
                let findings = ConfigurationReport(document: Array(changed.text.utf8), bundle: directory.path).findings
                guard let error = first(changed) else { continue }
                #expect(
                    findings.contains { $0.description.hasSuffix(": \(error)") },
                    "\(path.description), \(replacement.text): \(error) is not in \(findings)")
            }
        }
    }

    /// The first error of a create, which never gets further than that there is no rootfs.
    private func first(_ tree: Tree) -> String? {
        let spec: Spec
        do {
            spec = try Spec(parsing: tree.text)
        } catch {
            return ContainerError(.configInvalid, error.path, error.reason, hint: error.hint).description
        }
        do {
            _ = try PlanPreview(spec, bundle: directory.path)
            return nil
        } catch {
            return error.description
        }
    }
}
