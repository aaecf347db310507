import OCI
import Planning
import Testing

@Suite("Labels and the session keyring") struct LabelTests {
    private func plan(
        _ process: Process, modules: SecurityModules = [], keyring: String? = nil
    ) throws(ConfigurationError) -> Plan {
        try Planner.plan(
            .running(process),
            in: Planner.Situation(rootfs: "/r", cgroups: .v2, sessionKeyring: keyring, securityModules: modules))
    }

    private func refusal(_ process: Process, modules: SecurityModules) -> String? {
        do {
            _ = try plan(process, modules: modules)
            return nil
        } catch {
            return error.description
        }
    }

    private func confined(_ profile: String) -> Process {
        Process(args: ["sh"], cwd: "/", noNewPrivileges: true, apparmorProfile: profile)
    }

    private func labelled(_ label: String) -> Process {
        Process(args: ["sh"], cwd: "/", noNewPrivileges: true, selinuxLabel: label)
    }

    @Test("An AppArmor profile, before no_new_privs could be in its way", arguments: ["docker-default", "unconfined"])
    func profile(name: String) throws {
        let plan = try plan(confined(name), modules: [.appArmor])
        #expect(plan.actions(from: "process.apparmorProfile") == [.appArmor("exec " + name)])
        #expect(
            plan.names.filter { ["apparmor", "no-new-privs", "user"].contains($0) }
                == ["apparmor", "no-new-privs", "user"])
    }

    @Test("Without AppArmor", arguments: [[], .selinux] as [SecurityModules]) func noAppArmor(host: SecurityModules)
        throws
    {
        #expect(
            refusal(confined("docker-default"), modules: host)
                == "process.apparmorProfile: \"docker-default\" can't be applied: the host has no AppArmor")
        #expect(try plan(confined("unconfined"), modules: host).actions(named: "apparmor") == [])
        #expect(try plan(confined(""), modules: host).actions(named: "apparmor") == [])
    }

    @Test("An SELinux label, before no_new_privs could be in its way") func label() throws {
        let plan = try plan(labelled("u:r:t:s0"), modules: [.selinux])
        #expect(plan.actions(from: "process.selinuxLabel") == [.selinux("u:r:t:s0")])
        #expect(
            plan.names.filter { ["selinux", "no-new-privs", "user"].contains($0) }
                == ["selinux", "no-new-privs", "user"])
    }

    @Test("Without SELinux") func noSELinux() throws {
        #expect(
            refusal(labelled("u:r:t:s0"), modules: [.appArmor])
                == "process.selinuxLabel: \"u:r:t:s0\" can't be applied: the host has no SELinux")
        #expect(try plan(labelled("")).actions(named: "selinux") == [])
    }

    @Test("A session keyring, before rights are given up") func keyring() throws {
        let shell = Process(args: ["sh"], cwd: "/")
        let plan = try plan(shell, keyring: "_ses.c")
        #expect(plan.actions(named: "keyring") == [.keyring("_ses.c")])
        #expect(
            plan.names.filter { ["keyring", "cap-bound", "user"].contains($0) } == ["keyring", "cap-bound", "user"])
        #expect(try self.plan(shell).actions(named: "keyring") == [])
    }

    @Test("A process that joins has the same") func joining() throws {
        let process = Process(args: ["sh"], cwd: "/", apparmorProfile: "p", selinuxLabel: "l")
        let plan = try Planner.planJoining(
            .container(), process: process, sessionKeyring: "_ses.c", securityModules: [.appArmor, .selinux])
        #expect(
            plan.lines.filter { $0.hasPrefix("keyring") || $0.contains("Profile") || $0.contains("Label") } == [
                "keyring _ses.c <- process", "apparmor exec p <- process.apparmorProfile",
                "selinux l <- process.selinuxLabel",
            ])
        #expect(throws: ConfigurationError.self) { try Planner.planJoining(.container(), process: process) }
    }
}
