import OCI
import Planning
import Testing

@Suite("What the options of exec change") struct ProcessOverridesTests {
    private func changed(_ options: [String: [String]], of process: Process = Process(cwd: "/")) throws -> Process {
        var process = process
        try ProcessOverrides { options[$0] ?? [] }.apply(to: &process)
        return process
    }

    @Test("None change nothing") func none() throws {
        let process = Process(
            user: .init(uid: 1, gid: 2, additionalGids: [3]), args: ["sh"], env: ["A=1"], cwd: "/srv",
            capabilities: .init(bounding: ["CAP_KILL"]), apparmorProfile: "p", selinuxLabel: "l")
        #expect(try changed([:], of: process) == process)
    }

    @Test("Of a value that is one the last counts") func last() throws {
        let process = try changed([
            "cwd": ["/a", "/b"], "apparmor": ["a", "b"], "process-label": ["c", "d"], "user": ["1:2", "3"],
        ])
        #expect(process.cwd == "/b" && process.apparmorProfile == "b" && process.selinuxLabel == "d")
        #expect(process.user.uid == 3 && process.user.gid == 0)
    }

    @Test("A user, with a group or the one there is") func users() throws {
        let before = Process(user: .init(uid: 1, gid: 2), cwd: "/")
        let alone = try changed(["user": ["7"]], of: before).user
        #expect(alone.uid == 7 && alone.gid == 2)
        let both = try changed(["user": ["4294967294:0"]], of: before).user
        #expect(both.uid == 4_294_967_294 && both.gid == 0)
    }

    @Test("Groups are added, in their order") func groups() throws {
        let before = Process(user: .init(uid: 1, gid: 2, additionalGids: [9]), cwd: "/")
        #expect(try changed(["additional-gids": ["5", "4"]], of: before).user.additionalGids == [9, 5, 4])
    }

    @Test("A variable takes the place of all of its name") func variables() throws {
        let before = Process(env: ["A=1", "AB=2", "A=3", "B"], cwd: "/")
        #expect(try changed(["env": ["A=4", "C=", "C=x=y"]], of: before).env == ["AB=2", "B", "A=4", "C=x=y"])
    }

    @Test("Capabilities are never inheritable, and ambient where something is") func capabilities() throws {
        let plain = try changed(["cap": ["CAP_KILL"]]).capabilities
        #expect(plain == .init(bounding: ["CAP_KILL"], effective: ["CAP_KILL"], permitted: ["CAP_KILL"]))
        let before = Process(cwd: "/", capabilities: .init(inheritable: ["CAP_CHOWN"]))
        let inherited = try changed(["cap": ["CAP_KILL"]], of: before).capabilities
        #expect(inherited?.inheritable == ["CAP_CHOWN"] && inherited?.ambient == ["CAP_KILL"])
    }

    @Test(
        "What could not be meant is refused",
        arguments: [
            ("user", ""), ("user", ":"), ("user", "root"), ("user", "1:"), ("user", ":1"), ("user", "1:2:3"),
            ("user", "-1"), ("user", "+1"), ("user", " 1"), ("user", "1 "), ("user", "0x1"), ("user", "1e3"),
            ("user", "4294967295"), ("user", "4294967296"), ("user", "18446744073709551616"), ("user", "1:4294967295"),
            ("user", "\u{661}"), ("additional-gids", ""), ("additional-gids", "wheel"), ("additional-gids", "1,2"),
            ("additional-gids", "4294967295"), ("env", ""), ("env", "A"), ("env", "=1"), ("env", "="),
            ("cap", ""), ("cap", "CHOWN"), ("cap", "cap_chown"), ("cap", "CAP_CHOWN "), ("cap", "all"), ("cap", "0"),
            ("cwd", ""), ("cwd", "srv"), ("cwd", "./"),
        ])
    func refused(option: String, value: String) throws {
        let refusal = #expect(throws: ProcessOverrides.Refusal.self) { try changed([option: [value]]) }
        let text = try #require(refusal?.description)
        #expect(text.hasPrefix("--\(option) takes ") && text.hasSuffix(", not \"\(value)\""))
    }
}
