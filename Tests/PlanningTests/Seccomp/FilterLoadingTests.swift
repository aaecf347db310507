import OCI
@testable import Planning
import Testing

@Suite("When a filter is loaded") struct FilterLoadingTests {
    static let plain = SystemCallFilter(program: [6], flags: 4)
    static let asking = SystemCallFilter(
        program: [6], flags: 12, agent: SystemCallAgent(socket: "/s", origin: Origin("linux.seccomp.listenerPath")))
    static let administrator: UInt64 = 1 << 21

    private func process(noNewPrivileges: Bool, capabilities: [String] = ["CAP_KILL"]) -> Process {
        Process(
            args: ["sh"], cwd: "/",
            capabilities: Process.Capabilities(
                bounding: capabilities, effective: capabilities, permitted: capabilities),
            noNewPrivileges: noNewPrivileges)
    }

    /// The steps from the capabilities on.
    private func end(_ process: Process, _ filter: SystemCallFilter?) throws -> [Action] {
        let spec = Spec.container { spec in
            spec.process = process
            spec.hooks = Hooks(startContainer: [Hook(path: "/hook")])
            if filter != nil { spec.linux?.seccomp = Seccomp(defaultAction: .allow) }
        }
        let plan = try Planner.plan(
            spec, in: Planner.Situation(rootfs: "/r", cgroups: .v2, preservedDescriptors: 3, filter: filter))
        let joining = try Planner.planJoining(spec, process: process, preservedDescriptors: 3, filter: filter)
        let actions = Self.end(plan)
        // A process that joins has the same, but for what a container's first waits for.
        #expect(
            Self.end(joining)
                == actions.filter { $0.name != "hook" }.map { $0.name == "wait" ? .wait(forFifo: false) : $0 })
        return actions
    }

    private static func end(_ plan: Plan) -> [Action] {
        Array(plan.steps.map(\.action).drop { $0.name != "caps" })
    }

    private func names(_ actions: [Action]) -> [String] { actions.map(\.name) }

    @Test("With no_new_privs last, but for the hooks and the program") func last() throws {
        let actions = try end(process(noNewPrivileges: true), Self.plain)
        #expect(
            names(actions) == ["caps", "cap-ambient", "find-command", "wait", "seccomp", "hook", "exec"])
        #expect(actions[4] == .seccomp(Self.plain, preserved: 3))
        #expect(capabilities(actions[0]) == [1 << 5, 1 << 5, 0])
    }

    @Test("Without, with one right more until then, and before the wait") func privileged() throws {
        let actions = try end(process(noNewPrivileges: false), Self.plain)
        #expect(
            names(actions)
                == ["caps", "cap-ambient", "find-command", "seccomp", "caps", "wait", "hook", "exec"])
        #expect(
            capabilities(actions[0]) == [1 << 5 | Self.administrator, 1 << 5 | Self.administrator, 0])
        #expect(capabilities(actions[4]) == [1 << 5, 1 << 5, 0])
    }

    @Test("A process that is to keep that right anyway drops nothing") func administrator() throws {
        let process = process(noNewPrivileges: false, capabilities: ["CAP_SYS_ADMIN"])
        let actions = try end(process, Self.plain)
        #expect(
            names(actions) == ["caps", "cap-ambient", "find-command", "seccomp", "wait", "hook", "exec"])
        #expect(capabilities(actions[0]) == [Self.administrator, Self.administrator, 0])
    }

    @Test("One with an agent while there is a parent to tell it", arguments: [true, false])
    func asking(noNewPrivileges: Bool) throws {
        let actions = try end(process(noNewPrivileges: noNewPrivileges), Self.asking)
        #expect(
            names(actions)
                == ["caps", "cap-ambient", "find-command", "seccomp"] + (noNewPrivileges ? [] : ["caps"])
                + ["wait", "hook", "exec"])
    }

    @Test("None changes nothing", arguments: [true, false]) func none(noNewPrivileges: Bool) throws {
        let actions = try end(process(noNewPrivileges: noNewPrivileges), nil)
        #expect(names(actions) == ["caps", "cap-ambient", "find-command", "wait", "hook", "exec"])
        #expect(capabilities(actions[0]) == [1 << 5, 1 << 5, 0])
    }

    @Test("A filter that nobody has compiled is not left out") func forgotten() {
        let spec = Spec.container { $0.linux?.seccomp = Seccomp(defaultAction: .allow) }
        #expect(spec.refusal() == "linux.seccomp: has not been compiled")
        #expect(throws: ConfigurationError.self) {
            try Planner.planJoining(spec, process: process(noNewPrivileges: true))
        }
    }

    private func capabilities(_ action: Action) -> [UInt64] {
        guard case .capabilities(let effective, let permitted, let inheritable) = action else { return [] }
        return [effective.rawValue, permitted.rawValue, inheritable.rawValue]
    }
}
