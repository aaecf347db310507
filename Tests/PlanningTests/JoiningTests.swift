import OCI
import Planning
import Testing

/// One more process of a running container: `exec`.
@Suite("Joining a container") struct JoiningTests {
    private func plan(_ process: Process, in spec: Spec = .container(), preserved: Int = 0) throws -> Plan {
        try Planner.planJoining(spec, process: process, preservedDescriptors: preserved)
    }

    private func refusal(_ process: Process, in spec: Spec = .container()) -> String? {
        do {
            _ = try Planner.planJoining(spec, process: process)
            return nil
        } catch {
            return error.description
        }
    }

    private let shell = Process(args: ["sh"], cwd: "/")

    @Test("It makes nothing, and becomes the process") func steps() throws {
        let plan = try plan(shell, preserved: 2)
        #expect(
            plan.lines == [
                "join-process the container's namespaces <- linux.namespaces",
                "cgroup join <- linux.cgroupsPath",
                "setsid <- process",
                "stdio-owner uid 0 <- process.user",
                "home of uid 0 in /etc/passwd <- process.env",
                "cap-bound 0x0 <- process.capabilities.bounding",
                "cwd / (first try) <- process.cwd",
                "user 0:0 umask=22 groups=[] <- process.user",
                "cwd / <- process.cwd",
                "caps effective=0x0 permitted=0x0 inheritable=0x0 <- process.capabilities",
                "cap-ambient 0x0 <- process.capabilities.ambient",
                "find-command sh in  <- process.args",
                "wait for the parent <- process",
                "exec sh <- process.args",
            ])
        #expect(plan.cloneFlags == 0 && plan.joinedNamespaces.isEmpty)
        #expect(plan.steps.last?.action == .exec(arguments: ["sh"], environment: ["HOME=/"], preserved: 2))
        #expect(throws: Never.self) { try plan.reread() }
    }

    @Test("All namespaces that the container has, made or joined") func namespaces() throws {
        let all =
            CloneFlag.mount | CloneFlag.pid | CloneFlag.network | CloneFlag.uts | CloneFlag.ipc | CloneFlag.cgroup
        #expect(try plan(shell).steps.first?.action == .joinProcess(descriptor: 4, kinds: all))
        let joined = Spec.container { spec in
            for index in spec.linux?.namespaces.indices ?? 0..<0 { spec.linux?.namespaces[index].path = "/ns" }
        }
        #expect(try plan(shell, in: joined).steps.first?.action == .joinProcess(descriptor: 4, kinds: all))
        let few = Spec.container(without: .pid, .network, .uts, .ipc, .cgroup)
        #expect(try plan(shell, in: few).steps.first?.action == .joinProcess(descriptor: 4, kinds: CloneFlag.mount))
    }

    @Test("It gets into the container's pid namespace as a child, once it is in all others")
    func pid() throws {
        #expect(try plan(shell).goesOnAsChild)
        #expect(try !plan(shell, in: .container(without: .pid)).goesOnAsChild)
        #expect(try !Spec.container().plan().goesOnAsChild)
        let plan = try plan(shell, in: UserNamespaceTests.mapped())
        guard case .joinProcess(_, let kinds, _)? = plan.steps.first?.action else {
            Issue.record("it begins otherwise")
            return
        }
        #expect(kinds & CloneFlag.pid != 0 && kinds & CloneFlag.user != 0)
        #expect(plan.goesOnAsChild)
        #expect(throws: Never.self) { try plan.reread() }
    }

    @Test("Without a mount namespace it takes the container's root") func mount() throws {
        let plan = try plan(shell, in: .container(without: .mount, .pid, .network, .uts, .ipc, .cgroup))
        #expect(plan.steps.first?.action == .joinProcess(descriptor: 4, kinds: 0, takesRoot: true))
        #expect(plan.joinsRoot)
        #expect(try !self.plan(shell).joinsRoot)
    }

    @Test("A terminal is its own, and not the container's console") func terminal() throws {
        let process = Process(
            terminal: true, consoleSize: Process.ConsoleSize(height: 24, width: 80), args: ["sh"], cwd: "/")
        #expect(
            try plan(process).actions(named: "terminal") == [.terminal(rows: 24, columns: 80, isConsole: false)])
    }

    @Test("Its process is held to the same rules") func process() {
        #expect(refusal(Process(args: [], cwd: "/")) == "process.args: must name a program to run")
        #expect(refusal(Process(args: ["sh"], cwd: "x")) == "process.cwd: must be absolute, not \"x\"")
        #expect(
            refusal(Process(args: ["sh"], cwd: "/", apparmorProfile: "p"))
                == "process.apparmorProfile: \"p\" can't be applied: the host has no AppArmor")
        #expect(
            refusal(Process(args: ["sh"], cwd: "/", oomScoreAdj: 5000))
                == "process.oomScoreAdj: must lie between -1000 and 1000, not 5000")
    }
}
