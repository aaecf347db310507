import OCI
import Planning
import Testing

@Suite("The process") struct ProcessTests {
    private func process(_ change: (inout Process) -> Void = { _ in }) -> Spec {
        var process = Process(args: ["sh"], cwd: "/")
        change(&process)
        return .running(process)
    }

    @Test("There has to be one") func missing() {
        #expect(Spec.container { $0.process = nil }.refusal() == "process is missing")
    }

    @Test("It needs a program", arguments: [[], [""], ["", "x"]] as [[String]]) func noProgram(args: [String]) {
        #expect(process { $0.args = args }.refusal() == "process.args: must name a program to run")
    }

    @Test("Its directory has to be absolute", arguments: ["", "tmp", ".", "./tmp"]) func relative(cwd: String) {
        #expect(process { $0.cwd = cwd }.refusal() == "process.cwd: must be absolute, not \"\(cwd)\"")
    }

    @Test("Its directory is made, and entered with either's rights") func directory() throws {
        let plan = try process { $0.cwd = "/srv/data" }.plan()
        #expect(
            plan.actions(from: "process.cwd") == [
                .makeWorkingDirectory("/srv/data"), .workingDirectory("/srv/data", isAttempt: true),
                .workingDirectory("/srv/data", isAttempt: false),
            ])
        let names = plan.names
        let user = try #require(names.firstIndex(of: "user"))
        #expect(names[user - 1] == "cwd" && names[user + 1] == "cwd")
    }

    static let limits: [(name: String, number: Int32)] = [
        ("RLIMIT_CPU", 0), ("RLIMIT_FSIZE", 1), ("RLIMIT_DATA", 2), ("RLIMIT_STACK", 3), ("RLIMIT_CORE", 4),
        ("RLIMIT_RSS", 5), ("RLIMIT_NPROC", 6), ("RLIMIT_NOFILE", 7), ("RLIMIT_MEMLOCK", 8), ("RLIMIT_AS", 9),
        ("RLIMIT_LOCKS", 10), ("RLIMIT_SIGPENDING", 11), ("RLIMIT_MSGQUEUE", 12), ("RLIMIT_NICE", 13),
        ("RLIMIT_RTPRIO", 14), ("RLIMIT_RTTIME", 15),
    ]

    @Test("Each resource limit", arguments: limits) func limit(name: String, number: Int32) throws {
        let spec = process { $0.rlimits = [Process.Rlimit(type: name, hard: .max, soft: 1)] }
        #expect(try spec.plan().actions(from: "process.rlimits[0]") == [.rlimit(resource: number, soft: 1, hard: .max)])
    }

    @Test("All limits, in their order") func allLimits() throws {
        let spec = process { $0.rlimits = Self.limits.map { Process.Rlimit(type: $0.name, hard: 5, soft: 5) } }
        #expect(
            try spec.plan().actions(named: "rlimit")
                == Self.limits.map { .rlimit(resource: $0.number, soft: 5, hard: 5) })
    }

    @Test(
        "Limits that are none",
        arguments: ["", "NOFILE", "rlimit_nofile", "RLIMIT_", "RLIMIT_INFINITY", "RLIMIT_NOFILE "])
    func unknownLimit(name: String) {
        let spec = process { process in
            process.rlimits = [
                Process.Rlimit(type: "RLIMIT_CORE", hard: 0, soft: 0), Process.Rlimit(type: name, hard: 1, soft: 1),
            ]
        }
        let line = "process.rlimits[1].type: \"\(name)\" is no resource limit"
        let meant = name.uppercased().hasPrefix("RLIMIT_NOFILE") ? "; did you mean \"RLIMIT_NOFILE\"?" : ""
        #expect(spec.refusal()?.hasPrefix(line + meant) == true)
    }

    @Test("A limit twice", arguments: limits) func twice(name: String, number: Int32) {
        let limit = Process.Rlimit(type: name, hard: 1, soft: 1)
        #expect(
            process { $0.rlimits = [limit, limit] }.refusal()
                == "process.rlimits[1].type: a second limit of type \"\(name)\"")
    }

    @Test("A soft limit above the hard one") func above() {
        let spec = process { $0.rlimits = [Process.Rlimit(type: "RLIMIT_CORE", hard: 1, soft: 2)] }
        #expect(spec.refusal() == "process.rlimits[0].soft: 2 is above the hard limit, 1")
    }

    @Test("Scores of the OOM killer", arguments: [-1000, -999, -1, 0, 1, 999, 1000]) func score(score: Int) throws {
        let plan = try process { $0.oomScoreAdj = score }.plan()
        #expect(plan.actions(from: "process.oomScoreAdj") == [.oomScoreAdj(score)])
    }

    @Test("Scores that are none", arguments: [-1001, 1001, Int.min, Int.max]) func badScore(score: Int) {
        #expect(
            process { $0.oomScoreAdj = score }.refusal()
                == "process.oomScoreAdj: must lie between -1000 and 1000, not \(score)")
    }

    @Test("The user") func user() throws {
        let plan = try process { process in
            process.user = Process.User(uid: 1000, gid: 100, umask: 0o077, additionalGids: [5, 4, 5])
        }.plan()
        #expect(
            plan.actions(from: "process.user") == [
                .stdioOwner(uid: 1000), .user(uid: 1000, gid: 100, umask: 0o077, additionalGids: [5, 4, 5]),
            ])
        #expect(plan.actions(from: "process.env") == [.home(uid: 1000)])
    }

    @Test(
        "The umask is 022 unless it is given", arguments: [(nil, 0o022), (0, 0), (0o027, 0o027)] as [(UInt32?, UInt32)])
    func umask(given: UInt32?, umask: UInt32) throws {
        let plan = try process { $0.user.umask = given }.plan()
        #expect(plan.actions(named: "user") == [.user(uid: 0, gid: 0, umask: umask, additionalGids: [])])
    }

    @Test(
        "HOME is looked up where the environment has none",
        arguments: [
            ([], true), (["A=1"], true), (["HOME=/h"], false), (["A=1", "HOME=/h", "B=2"], false),
            (["home=/h"], true), (["XHOME=/h"], true), (["HOMEX=/h"], true),
        ])
    func home(environment: [String], isMissing: Bool) throws {
        let plan = try process { $0.env = environment }.plan()
        #expect(plan.actions(named: "home") == (isMissing ? [.home(uid: 0)] : []))
        let expected = environment + (isMissing ? ["HOME=/"] : [])
        #expect(plan.steps.last?.action == .exec(arguments: ["sh"], environment: expected, preserved: 0))
    }

    @Test(
        "The program is looked for in the last PATH",
        arguments: [
            ([], ""), (["PATH=/a"], "/a"), (["PATH=/a", "X=1", "PATH=/b:/c"], "/b:/c"), (["PATH=/a", "PATH="], ""),
            (["XPATH=/a"], ""), (["PATH=a=b"], "a=b"),
        ])
    func path(environment: [String], path: String) throws {
        let plan = try process { $0.env = environment }.plan()
        #expect(plan.actions(named: "find-command") == [.findCommand("sh", searchPath: path)])
    }

    @Test("Arguments and environment arrive as they are") func verbatim() throws {
        let arguments = ["sh", "", "-c", "a b\n\"c\" ß"], environment = ["HOME=/", "A=1", "B=\n\"ß\" =", "C="]
        let plan = try process { process in
            process.args = arguments
            process.env = environment
        }.plan()
        #expect(
            plan.steps.last?.action == .exec(arguments: arguments, environment: environment, preserved: 0))
    }

    @Test("No new privileges, once asked for", arguments: [true, false]) func noNewPrivileges(isSet: Bool) throws {
        let plan = try process { $0.noNewPrivileges = isSet }.plan()
        #expect(plan.actions(from: "process.noNewPrivileges") == (isSet ? [.noNewPrivileges] : []))
    }

    @Test("The specification's version", arguments: ["1.0.0", "1.0.2-dev", "1.3.0", "1.99.0"]) func version(
        version: String
    ) {
        #expect(Spec.container { $0.ociVersion = version }.refusal() == nil)
    }

    @Test("Another specification's version", arguments: ["", "0.5.0", "2.0.0", "1", "11.0.0", "v1.0.0"])
    func otherVersion(version: String) throws {
        let refusal = try #require(Spec.container { $0.ociVersion = version }.refusal())
        #expect(refusal.hasPrefix("ociVersion: "))
    }
}
