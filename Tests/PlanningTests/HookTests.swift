import OCI
import Planning
import Testing

@Suite("Hooks") struct HookTests {
    private func spec(_ hooks: Hooks) -> Spec {
        .container { spec in
            spec.hooks = hooks
            spec.process?.env = ["P=1"]
            spec.annotations = ["a": "b"]
            spec.mounts = [Mount(destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup")]
        }
    }

    private func plan(_ hooks: Hooks) throws -> Plan {
        try Planner.plan(
            spec(hooks),
            in: Planner.Situation(
                rootfs: "/bundle/rootfs", bundle: "/bundle", cgroups: .v2, id: "c", environment: ["R=1"]))
    }

    private func landmarks(_ plan: Plan) -> [String] {
        plan.steps.map(\.action.name).filter {
            ["cgroup", "runtime-hooks", "hook", "pivot", "wait", "exec", "root"].contains($0)
        }
    }

    @Test("Those of the create operation come before the rootfs becomes \"/\", and find the init in its cgroup")
    func early() throws {
        let hook = [Hook(path: "/h")]
        for hooks in [Hooks(prestart: hook), Hooks(createRuntime: hook), Hooks(prestart: hook, createRuntime: hook)] {
            #expect(landmarks(try plan(hooks)) == ["root", "cgroup", "runtime-hooks", "pivot", "wait", "exec"])
        }
        #expect(
            landmarks(try plan(Hooks(createRuntime: hook, createContainer: hook + hook)))
                == ["root", "cgroup", "runtime-hooks", "hook", "hook", "pivot", "wait", "exec"])
    }

    @Test("Those of the start operation come right before the program") func late() throws {
        #expect(
            landmarks(try plan(Hooks(startContainer: [Hook(path: "/h")])))
                == ["root", "pivot", "cgroup", "wait", "hook", "exec"])
    }

    @Test("Those that later commands run are no steps") func others() throws {
        let hooks = Hooks(poststart: [Hook(path: "/h")], poststop: [Hook(path: "/h")])
        #expect(landmarks(try plan(hooks)) == ["root", "pivot", "cgroup", "wait", "exec"])
    }

    @Test("What is not given is the program's own name, no limit, and the environment around") func defaults() throws {
        let hooks = Hooks(createContainer: [Hook(path: "/h")], startContainer: [Hook(path: "/h")])
        let head =
            #"{"ociVersion":"1.3.0","id":"c","status":"STATUS","bundle":"/bundle","annotations":{"a":"b"},"pid":"#
        func run(_ environment: [String], _ status: String) -> Action {
            .hook(
                HookRun(
                    path: "/h", arguments: ["/h"], environment: environment,
                    stateHead: head.replacing("STATUS", with: status), stateTail: "}"))
        }
        let plan = try plan(hooks)
        #expect(plan.actions(from: "hooks.createContainer[0]") == [run(["R=1"], "creating")])
        #expect(plan.actions(from: "hooks.startContainer[0]") == [run(["P=1"], "created")])
    }

    @Test("What is given") func given() throws {
        let hook = Hook(path: "/h", args: ["h", "x"], env: ["E=1"], timeout: 3)
        let actions = try plan(Hooks(startContainer: [Hook(path: "/g"), hook])).actions(from: "hooks.startContainer[1]")
        guard case .hook(let run) = try #require(actions.first) else { return #expect(Bool(false)) }
        #expect(run.path == "/h" && run.arguments == ["h", "x"] && run.environment == ["E=1"] && run.timeout == 3)
    }

    @Test(
        "A hook that could never run is refused, whichever it is",
        arguments: [
            "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
        ])
    func refusals(kind: String) {
        func hooks(_ hook: Hook) -> Hooks {
            let good = Hook(path: "/h")
            return switch kind {
            case "prestart": Hooks(prestart: [good, hook])
            case "createRuntime": Hooks(createRuntime: [good, hook])
            case "createContainer": Hooks(createContainer: [good, hook])
            case "startContainer": Hooks(startContainer: [good, hook])
            case "poststart": Hooks(poststart: [good, hook])
            default: Hooks(poststop: [good, hook])
            }
        }
        #expect(
            spec(hooks(Hook(path: "h"))).refusal() == "hooks.\(kind)[1].path: must be absolute, not \"h\"")
        for timeout in [0, -1] {
            #expect(
                spec(hooks(Hook(path: "/h", timeout: timeout))).refusal()
                    == "hooks.\(kind)[1].timeout: must be greater than 0, not \(timeout)")
        }
    }
}
