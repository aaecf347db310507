import OCI
import Planning
import Testing

@Suite("Terminals and inherited sockets") struct TerminalTests {
    private func plan(_ change: (inout Process) -> Void) throws -> Plan {
        var process = Process(terminal: true, args: ["sh"], cwd: "/")
        change(&process)
        return try Spec.running(process).plan()
    }

    @Test("A terminal is made when the devices are there, before the rootfs is closed") func order() throws {
        let spec = Spec.container { spec in
            spec.process?.terminal = true
            spec.root?.readonly = true
        }
        let names = try spec.plan().steps.map(\.action.name).filter {
            ["mknod", "pivot", "terminal", "root-attr", "stdio-owner", "setsid"].contains($0)
        }
        #expect(names.first == "setsid")
        #expect(names.suffix(4) == ["pivot", "terminal", "root-attr", "stdio-owner"])
    }

    @Test("It is the container's console, where there is a mount namespace to have one in") func console() throws {
        #expect(
            try plan { _ in }.actions(named: "terminal") == [.terminal(rows: 0, columns: 0, isConsole: true)])
        let spec = Spec.container(without: .mount) { $0.process?.terminal = true }
        #expect(
            try spec.plan().actions(named: "terminal") == [.terminal(rows: 0, columns: 0, isConsole: false)])
    }

    @Test("Its size") func size() throws {
        let sized = try plan { $0.consoleSize = Process.ConsoleSize(height: 65535, width: 1) }
        #expect(sized.actions(named: "terminal") == [.terminal(rows: 65535, columns: 1, isConsole: true)])
        let unused = try plan { process in
            process.terminal = false
            process.consoleSize = Process.ConsoleSize(height: 1, width: 1)
        }
        #expect(unused.actions(named: "terminal").isEmpty)
        for size in [Process.ConsoleSize(height: 65536, width: 1), Process.ConsoleSize(height: 1, width: 65536)] {
            let spec = Spec.running(Process(terminal: true, consoleSize: size, args: ["sh"], cwd: "/"))
            #expect(
                spec.refusal()
                    == "process.consoleSize: \(size.width)x\(size.height) is more than a terminal can be")
        }
    }

    private func environment(_ listening: ListenDescriptors, _ own: [String]) throws -> [String] {
        let spec = Spec.running(Process(args: ["sh"], env: own, cwd: "/"))
        let plan = try Planner.plan(
            spec,
            in: Planner.Situation(rootfs: "/r", cgroups: .v2, preservedDescriptors: 5, listenDescriptors: listening))
        guard case .exec(_, let environment, let preserved)? = plan.steps.last?.action else { return [] }
        #expect(preserved == 5)
        #expect(plan.actions(named: "listen-pid") == [.listenPID])
        return environment
    }

    @Test("Sockets to listen on are told of in the environment, in place of what was there") func listening() throws {
        #expect(
            try environment(ListenDescriptors(count: 2), ["A=1", "LISTEN_FDS=9", "LISTEN_PID=9", "LISTEN_FDNAMES=x"])
                == ["A=1", "LISTEN_FDS=2", "LISTEN_PID=", "HOME=/"])
        #expect(
            try environment(ListenDescriptors(count: 1, names: "a:b"), ["HOME=/h"])
                == ["HOME=/h", "LISTEN_FDS=1", "LISTEN_FDNAMES=a:b", "LISTEN_PID="])
    }
}
