import Glibc
package import Cgroups
internal import System
internal import SystemPackage

// What files tell.
extension HostProbe {
    static func cgroups(_ preference: ManagerPreference, _ user: HostFacts.User) -> HostFacts.Cgroups {
        var found = HostFacts.Cgroups()
        if let layout = try? Layout.detect(), !layout.hierarchies.isEmpty || layout.unified != nil {
            let choice = try? ManagerSelection.choose(
                ManagerRequest(preference, path: nil, id: "doctor", layout: layout))
            found.manager = choice?.kind
            found.reason = choice?.reason ?? ""
            found.isVersion2 = layout.hierarchies.isEmpty
            found.controllers = HostCheck.controllers(of: layout)
            if found.isVersion2 {
                let own = Layout.root + SystemdChoice.root(ofUser: user.isRoot ? nil : user.uid, layout)
                found.delegated = (try? Files.readLine(own + "/cgroup.controllers"))
                    .map { $0.split(separator: " ").map(String.init) }
            }
        }
        found.systemd = systemd(.system)
        if !user.isHostRoot { found.userSystemd = systemd(.user) }
        return found
    }

    private static func systemd(_ instance: SystemdInstance) -> HostFacts.Systemd {
        do {
            var client = try SystemdClient(instance, timeout: 2000)
            return HostFacts.Systemd(version: try client.version())
        } catch {
            return HostFacts.Systemd(problem: "\(error.operation) \(error.path): \(error.errno.text)")
        }
    }

    /// The mount points below /proc that a container's own would lack.
    func mountsBelowProc() -> [String] {
        let table = (try? Files.read("/proc/self/mountinfo")) ?? []
        return table.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let fields = line.split(separator: UInt8(ascii: " "))
            guard fields.count > 4 else { return nil }
            let point = String(decoding: fields[4], as: UTF8.self)
            // systemd's automount for binfmt_misc: on a directory that is empty, which is no cover.
            return point.hasPrefix("/proc/") && point != "/proc/sys/fs/binfmt_misc" ? point : nil
        }
    }

    func state() -> HostFacts.State {
        guard let root else { return HostFacts.State() }
        var nearest = Paths.absolute(root)
        while nearest.utf8.count > 1 && !Files.exists(nearest) { nearest = Paths.parent(of: nearest) }
        if nearest.isEmpty { nearest = "/" }
        if access(nearest, W_OK | X_OK) == 0 { return HostFacts.State(path: root) }
        return HostFacts.State(path: root, problem: "\(nearest): \(currentErrno().text)")
    }

    func criu() -> String? {
        guard let output = try? ProgramOutput(running: ["criu", "--version"]), output.status == 0 else { return nil }
        let line = String(decoding: output.bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return line.after("Version: ") ?? line
    }

    func engines() -> [HostFacts.Engine] {
        EngineConfiguration.files.keys.sorted().compactMap { name in
            guard Self.find(name) != nil else { return nil }
            let texts = (EngineConfiguration.files[name] ?? []).flatMap(Self.texts)
            return HostFacts.Engine(name: name, configuration: texts.joined(separator: "\n"))
        }
    }

    /// The content of a configuration file and of what is in the directory beside it ("containers.conf.d").
    private static func texts(_ path: String) -> [String] {
        let home = HostProgram.variable("XDG_CONFIG_HOME") ?? (HostProgram.variable("HOME") ?? "") + "/.config"
        let path = path.after("~").map { home + $0 } ?? path
        let parts = ((try? Files.list(path + ".d")) ?? []).sorted().map { path + ".d/" + $0 }
        return ([path] + parts).compactMap { (try? Files.read($0)).map { String(decoding: $0, as: UTF8.self) } }
    }
}

extension HostReport {
    /// Looks at this host.
    ///
    /// - Parameters:
    ///   - root: where containers are to be kept; nil where there is no place for that.
    ///   - cgroups: who is to look after cgroups.
    /// - Returns: what was found.
    package static func ofThisHost(root: String?, cgroups: ManagerPreference) -> HostReport {
        HostReport(HostProbe(root: root, cgroups: cgroups).facts())
    }
}
