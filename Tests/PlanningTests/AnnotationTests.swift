import OCI
import Planning
import Testing

@Suite("Annotations") struct AnnotationTests {
    private func spec(_ annotations: [String: String], change: (inout Spec) -> Void = { _ in }) -> Spec {
        .container { spec in
            spec.annotations = annotations
            change(&spec)
        }
    }

    private func user(_ plan: Plan) -> [Action] { plan.actions(named: "user") }

    @Test("run.oci.keep_original_groups") func groups() throws {
        let kept = Action.user(uid: 0, gid: 0, umask: 0o022, additionalGids: [], keepsGroups: true)
        let keeping = spec(["run.oci.keep_original_groups": "1"])
        #expect(user(try keeping.plan()) == [kept])
        #expect(user(try Planner.planJoining(keeping, process: Process(args: ["sh"], cwd: "/"))) == [kept])
        for value in ["0", ""] {
            #expect(
                user(try spec(["run.oci.keep_original_groups": value]).plan())
                    == [.user(uid: 0, gid: 0, umask: 0o022, additionalGids: [])])
        }
        #expect(
            spec(["run.oci.keep_original_groups": "yes"]).refusal()
                == "annotations.run.oci.keep_original_groups: must be 0 or 1, not \"yes\"")
    }

    @Test("Groups that are kept leave no place for others") func additionalGroups() throws {
        let plan = try spec(["run.oci.keep_original_groups": "1"]) { $0.process?.user.additionalGids = [5] }.plan()
        #expect(user(plan) == [.user(uid: 0, gid: 0, umask: 0o022, additionalGids: [], keepsGroups: true)])
        #expect(
            plan.warnings.map(\.description) == [
                "process.user.additionalGids: are ignored: run.oci.keep_original_groups keeps others"
            ])
    }

    @Test("Hooks' output into files, each with a descriptor of its own") func hooks() throws {
        let spec = spec(["run.oci.hooks.stdout": "/o", "run.oci.hooks.stderr": "/e"]) { spec in
            spec.hooks = Hooks(
                createContainer: [Hook(path: "/h")], startContainer: [Hook(path: "/h"), Hook(path: "/h")])
            spec.linux?.namespaces[2].path = "/ns"
        }
        let plan = try spec.plan()
        let runs = plan.actions(named: "hook").compactMap { action -> HookRun? in
            guard case .hook(let run) = action else { return nil }
            return run
        }
        #expect(runs.map(\.outputPath) == ["/o", "/o", "/o"] && runs.map(\.errorPath) == ["/e", "/e", "/e"])
        // The plan, the board and the fifos come first, then one namespace.
        #expect(runs.map(\.descriptor) == [5, 7, 9])
        #expect(plan.sourceCount == 6)
        #expect(throws: Never.self) { try plan.reread() }
    }

    @Test("One stream of the two") func oneStream() throws {
        let spec = spec(["run.oci.hooks.stderr": "/e"]) { $0.hooks = Hooks(startContainer: [Hook(path: "/h")]) }
        let step = try #require(try spec.plan().reread().first { $0.name == "hook" })
        #expect(step.slot == 4 && step.flags == 0x2)
        #expect(try self.spec([:]) { $0.hooks = Hooks(startContainer: [Hook(path: "/h")]) }.plan().sourceCount == 0)
    }

    @Test(
        "Paths have to be absolute",
        arguments: ["run.oci.hooks.stdout", "run.oci.hooks.stderr", "run.oci.pidfd_receiver"])
    func relative(name: String) throws {
        #expect(spec([name: "x"]).refusal() == "annotations.\(name): must be absolute, not \"x\"")
        #expect(spec([name: ""]).refusal() == nil)
        #expect(try RuntimeAnnotations(["run.oci.pidfd_receiver": "/s"]).pidfdReceiver == "/s")
    }

    @Test("What looks as if it were for a runtime, and is not heard, is noted") func unheard() throws {
        let plan = try spec([
            "run.oci.handler": "krun", "org.criu.config": "/c",
            "krun.cpus": "1", "run.oci.seccomp.plugins": "p", "module.wasm.image/variant": "compat", "com.example": "x",
            "bundle": "/b",
            "run.oci.hooks.stdout": "/o",
        ]).plan()
        #expect(
            plan.notes.map(\.description)
                == [
                    "krun.cpus", "module.wasm.image/variant", "org.criu.config",
                    "run.oci.handler", "run.oci.seccomp.plugins",
                ].map { "annotations.\($0): has no effect" })
        #expect(plan.warnings == [])
    }
}
