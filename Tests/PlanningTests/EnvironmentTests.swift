import OCI
import Planning
import Testing

@Suite("process.env") struct EnvironmentTests {
    private func environment(_ entries: [String]) throws -> [String]? {
        let plan = try Spec.running(Process(args: ["sh"], env: entries, cwd: "/")).plan()
        guard case .exec(_, let environment, _) = plan.steps.last?.action else { return nil }
        return environment
    }

    static let cases: [(given: [String], environment: [String])] = [
        (["HOME=/h", "A=1", "B=2"], ["HOME=/h", "A=1", "B=2"]),
        (["HOME=/h", "A=1", "B=2", "A=3"], ["HOME=/h", "B=2", "A=3"]),
        (["A=1", "A=1", "HOME=/h", "A=1"], ["HOME=/h", "A=1"]),
        (["HOME=/h", "A=", "AA=1", "A=2"], ["HOME=/h", "AA=1", "A=2"]),
        (["HOME=/h", "A=x=y", "B==", "ü=1"], ["HOME=/h", "A=x=y", "B==", "ü=1"]),
        (["A=1"], ["A=1", "HOME=/"]), ([], ["HOME=/"]),
        // A HOME that says nothing is none.
        (["HOME=", "A=1"], ["A=1", "HOME=/"]), (["HOME=/h", "HOME="], ["HOME=/"]),
        (["HOME=", "HOME=/h"], ["HOME=/h"]), (["HOMER=1", "HOME=/h"], ["HOMER=1", "HOME=/h"]),
    ]

    @Test("The last of a name wins, and HOME is found", arguments: cases)
    func environment(given: [String], environment: [String]) throws {
        #expect(try self.environment(given) == environment)
    }

    @Test("The program is looked up in the last PATH") func path() throws {
        let plan = try Spec.running(Process(args: ["sh"], env: ["PATH=/a", "PATH=/b"], cwd: "/")).plan()
        #expect(plan.actions(named: "find-command") == [.findCommand("sh", searchPath: "/b")])
    }

    @Test("What is no variable", arguments: ["", "A", "=", "=1"]) func noVariable(entry: String) {
        let process = Process(args: ["sh"], env: ["A=1", entry], cwd: "/")
        #expect(Spec.running(process).refusal() == "process.env[1]: \"\(entry)\" is no NAME=value")
        #expect(throws: ConfigurationError.self) { try Planner.planJoining(.container(), process: process) }
    }

    @Test("Hooks in the container have the same") func hooks() throws {
        let spec = Spec.container { spec in
            spec.process?.env = ["A=1", "A=2"]
            spec.hooks = Hooks(startContainer: [Hook(path: "/h")])
        }
        guard case .hook(let hook) = try spec.plan().actions(named: "hook").first else {
            Issue.record("no hook")
            return
        }
        #expect(hook.environment == ["A=2"])
    }
}
