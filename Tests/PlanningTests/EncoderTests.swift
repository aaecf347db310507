import CPlan
@testable import Planning
import Testing

/// An action, and how the bootstrap finds it.
struct Encoding: CustomTestStringConvertible, Sendable {
    var action: Action
    var expected: @Sendable (inout ReadStep) -> Void

    var testDescription: String { "\(action.name) \(action)" }

    init(_ action: Action, _ expected: @escaping @Sendable (inout ReadStep) -> Void = { _ in }) {
        self.action = action
        self.expected = expected
    }
}

@Suite("The encoder") struct EncoderTests {
    static let exec = Action.exec(arguments: ["a"], environment: [], preserved: 0)

    @Test("A step is read as it was meant", arguments: mounting + namespaces + processes) func step(encoding: Encoding)
        throws
    {
        // In the middle of a plan, so that its strings and vectors do not lie at the start of the tables.
        let plan = Plan([.user(uid: 1, gid: 2, umask: 3, additionalGids: [4, 5]), encoding.action, Self.exec])
        let steps = try plan.reread()
        var expected = ReadStep(encoding.action.name)
        expected.origin = 1
        encoding.expected(&expected)
        #expect(steps.count == 3)
        #expect(steps[1] == expected)
        var group = ReadStep("user")
        group.numbers = [1, 2, 3]
        group.integers = [4, 5]
        #expect(steps[0] == group)
        var last = ReadStep("exec")
        last.origin = 2
        last.strings = ["a"]
        last.numbers = steps[2].numbers
        #expect(steps[2] == last)
    }

    @Test("Every operation has a name of its own") func names() {
        let names = (0..<SKEP_OP_COUNT.rawValue).map { number in skep_op_name(number).map { String(cString: $0) } }
        #expect(names.first == .some(nil))
        #expect(Set(names.dropFirst().compactMap { $0 }).count == Int(SKEP_OP_COUNT.rawValue) - 1)
        #expect(skep_op_name(SKEP_OP_COUNT.rawValue) == nil)
        #expect(skep_op_name(.max) == nil)
    }

    @Test("All that can be encoded is tried here") func complete() {
        let tested = Set((Self.mounting + Self.namespaces + Self.processes).map(\.action.name))
        let all = (1..<SKEP_OP_COUNT.rawValue).compactMap { number in skep_op_name(number).map { String(cString: $0) } }
        // These have tests of their own.
        #expect(Set(all).subtracting(tested) == ["done", "exec", "home", "hook", "listen-pid"])
    }

    @Test("Arguments, environment and descriptors") func execution() throws {
        let plan = Plan([
            .exec(arguments: ["sh", "", "-c", "ß"], environment: ["A=1", "", "B=2"], preserved: 7)
        ])
        let step = try #require(try plan.reread().first)
        #expect(step.strings == ["sh", "", "-c", "ß"])
        #expect(step.environment == ["A=1", "", "B=2"])
        #expect(step.numbers[1] == 3 && step.numbers[2] == 7)
    }

    @Test("A hook's command and state") func hook() throws {
        let hook = HookRun(
            path: "/h", arguments: ["h", "1"], environment: ["A=1"], stateHead: "{\"pid\":", stateTail: "}", timeout: 9)
        let steps = try Plan([.hook(hook), .exec(arguments: ["a"], environment: [], preserved: 0)]).reread()
        #expect(steps[0].texts == ["/h", "{\"pid\":", "}"])
        #expect(steps[0].strings == ["h", "1"])
        #expect(steps[0].environment == ["A=1"])
        #expect(steps[0].numbers[1] == 1 && steps[0].numbers[2] == 9)
    }

    @Test("What only the init knows is filled in at the environment's end, behind hooks that have one of their own")
    func filledIn() throws {
        let hook = HookRun(path: "/h", arguments: ["h"], environment: ["B=2"], stateHead: "{", stateTail: "}")
        let environment = ["A=1", "LISTEN_PID=", "HOME=/"]
        let steps = try Plan([
            .listenPID, .home(uid: 0), .hook(hook), .exec(arguments: ["a"], environment: environment, preserved: 0),
        ]).reread()
        // The vectors: the hook's argument and variable with their ends, one argument, its end, the environment.
        #expect(steps[0].integers == [7])
        #expect(steps[1].integers == [8])
        #expect(steps[2].environment == ["B=2"])
        #expect(steps[3].environment == environment)
    }

    @Test("HOME is the environment's last entry", arguments: [0, 1, 5]) func home(others: Int) throws {
        let environment = (0..<others).map { "V\($0)=" } + ["HOME=/"]
        let plan = Plan([.home(uid: 9), .exec(arguments: ["a", "b"], environment: environment, preserved: 0)])
        let steps = try plan.reread()
        #expect(steps[0].numbers == [9, 0, 0])
        #expect(steps[1].environment == environment)
        // The vectors: two arguments, their end, the environment.
        #expect(steps[0].integers == [UInt64(3 + others)])
    }

    @Test("The empty string takes no room, and others are not mixed up") func strings() throws {
        let long = String(repeating: "x", count: 10_000)
        let plan = Plan([.mask("/a"), .hostname(""), .mask(long), .mask("/a"), .domainname("ä\n\"€"), Self.exec])
        #expect(try plan.reread().map { $0.texts[0] } == ["/a", "", long, "/a", "ä\n\"€", ""])
    }

    @Test("Hundreds of steps") func many() throws {
        var actions = (0..<1000).map { Action.symlink(target: "t\($0)", path: "/p\($0)") }
        actions += (0..<1000).map { number in
            Action.mount(NewMount(type: "t", destination: "/\(number)", parameters: [.init("k\(number)", "v")]))
        }
        let steps = try Plan(actions + [Self.exec]).reread()
        #expect(steps.count == 2001)
        for number in 0..<1000 {
            #expect(steps[number].texts == ["t\(number)", "/p\(number)", ""])
            #expect(steps[1000 + number].strings == ["k\(number)", "v"])
        }
    }

    @Test("The header") func header() throws {
        let bytes = try Plan([.setsid, Self.exec]).encoded()
        let fields = bytes.withUnsafeBytes { bytes in
            (0..<6).map { bytes.load(fromByteOffset: $0 * 4, as: UInt32.self) }
        }
        #expect(fields[0] == 0x4e4c_5053)
        #expect(bytes.starts(with: Array("SPLN".utf8)))
        #expect(fields[1...] == [1, UInt32(bytes.count), 2, 3, 3])
        #expect(bytes.count == 24 + 2 * 56 + 3 * 8 + 3)
    }

    static let withText: [@Sendable (String) -> Action] = [
        { .join(descriptor: 4, kind: 0, path: $0) }, { .root(path: $0, isMounted: true, privateParent: false) },
        { .mount(NewMount(type: $0, destination: "/d")) }, { .mount(NewMount(type: "t", destination: $0)) },
        { .mount(NewMount(type: "t", destination: "/d", parameters: [.init($0, "v")])) },
        { .mount(NewMount(type: "t", destination: "/d", parameters: [.init("k", $0)])) },
        { .bind(BindMount(source: $0, destination: "/d", isRecursive: false)) },
        { .bind(BindMount(source: "/s", destination: $0, isRecursive: false)) },
        { .remount(Remount(destination: $0)) }, { .remount(Remount(destination: "/d", parameters: [.init("k", $0)])) },
        { .mknod(path: $0, mode: 0, device: 0, uid: 0, gid: 0) }, { .symlink(target: $0, path: "/p") },
        { .symlink(target: "t", path: $0) }, { .mask($0) }, { .readonly($0) }, { .hostname($0) }, { .domainname($0) },
        { .sysctl(path: $0, value: "v") }, { .sysctl(path: "p", value: $0) }, { .makeWorkingDirectory($0) },
        { .workingDirectory($0, isAttempt: true) }, { .findCommand($0, searchPath: "/") },
        { .findCommand("c", searchPath: $0) }, { .keyring($0) }, { .appArmor($0) },
        { .selinux($0) }, { .exec(arguments: ["a", $0], environment: [], preserved: 0) },
        { .exec(arguments: ["a"], environment: ["A=1", $0], preserved: 0) },
    ]

    @Test(
        "A NUL character is refused, and its property named", arguments: withText.indices,
        ["\0", "/a\0", "\0a", "a\0b"])
    func nul(index: Int, text: String) throws {
        let plan = Plan([.setsid, Self.withText[index](text), Self.exec])
        let error = #expect(throws: ConfigurationError.self) { try plan.encoded() }
        #expect(error?.description == "test[1]: holds a NUL character")
        #expect(throws: Never.self) { try Plan([.setsid, Self.withText[index]("/a"), Self.exec]).encoded() }
    }
}
