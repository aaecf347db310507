import CPlan
@testable import Planning
import Testing

@Suite("Malformed steps") struct MalformedStepTests {
    private typealias Reader = ReaderTests

    /// Where the members of struct skep_step are.
    enum Member {
        static let op = 0, origin = 4, firstNumber = 8, secondNumber = 16, text = 32, slot = 44, vector = 48, count = 52
    }

    static let last = Action.exec(arguments: ["a", "b"], environment: ["A=1", "HOME=/"], preserved: 0)

    /// The refusal of a plan of these actions, after `member` of the step at `index` was given another value.
    private func refusal(
        _ actions: [Action], changing member: Int, of index: Int = 0, to value: some FixedWidthInteger
    ) throws -> String? {
        let bytes = try Plan(actions).encoded()
        return Reader.refusal(
            Reader.change(bytes, at: Reader.headerSize + index * Reader.stepSize + member, to: value))
    }

    @Test("It has to end in exec, and only there") func end() throws {
        #expect(Reader.refusal(try Plan([.setsid]).encoded()) == "the plan does not end in exec")
        #expect(Reader.refusal(try Plan([Self.last, .setsid]).encoded()) == "the plan does not end in exec")
        #expect(Reader.refusal(try Plan([Self.last, Self.last]).encoded()) == "the plan goes on after exec")
        #expect(Reader.refusal(try Plan([.setsid, .done]).encoded()) == nil)
        #expect(Reader.refusal(try Plan([.done, Self.last]).encoded()) == "the plan goes on after exec")
        #expect(Reader.refusal(try Plan([]).encoded()) == "the plan's step count is impossible")
    }

    @Test("Unknown operations", arguments: [0, UInt16(SKEP_OP_COUNT.rawValue), 0x7fff, 0xffff] as [UInt16])
    func operation(number: UInt16) throws {
        #expect(
            try refusal([.setsid, Self.last], changing: Member.op, to: number) == "a step has an unknown opcode")
    }

    @Test("Strings outside the table", arguments: 0..<3, [4, 100, 0x7fff_ffff, .max] as [UInt32])
    func string(index: Int, offset: UInt32) throws {
        let actions = [Action.setsid, .exec(arguments: ["a"], environment: [], preserved: 0)]
        #expect(
            try refusal(actions, changing: Member.text + index * 4, to: offset)
                == "a step names a string outside the plan")
    }

    static let needingText: [(action: Action, texts: Int)] = [
        (.join(descriptor: 4, kind: 0, path: "/n"), 1), (.root(path: "/r", isMounted: true, privateParent: false), 1),
        (.mount(NewMount(type: "t", destination: "/d")), 2),
        (.bind(BindMount(source: "/s", destination: "/d", isRecursive: false)), 2),
        (.mknod(path: "/n", mode: 0, device: 0, uid: 0, gid: 0), 1), (.symlink(target: "t", path: "/p"), 2),
        (.mask("/m"), 1), (.label(path: "/l", label: "x"), 2), (.readonly("/r"), 1),
        (.sysctl(path: "p", value: "v"), 1), (.oomScoreAdj(1), 1),
        (.makeWorkingDirectory("/w"), 1), (.workingDirectory("/w", isAttempt: false), 1),
        (.findCommand("c", searchPath: "/"), 1), (.keyring("k"), 1), (.appArmor("exec p"), 1), (.selinux("l"), 1),
    ]

    @Test("Strings that have to be there", arguments: needingText) func missingText(action: Action, texts: Int) throws {
        for index in 0..<texts {
            #expect(
                try refusal([action, Self.last], changing: Member.text + index * 4, to: UInt32(0))
                    == "a step lacks a string")
        }
    }

    @Test("A remount has to say of what") func remount() throws {
        #expect(
            try refusal([.remount(Remount(destination: "/d")), Self.last], changing: Member.text, to: UInt32(0))
                == "a step lacks a string")
    }

    @Test("Descriptors that can't be", arguments: [-1, 1024, .max, .min] as [Int32]) func slot(number: Int32) throws {
        for join in [Action.join(descriptor: 4, kind: 0, path: "/n"), .joinProcess(descriptor: 4, kinds: 0)] {
            #expect(
                try refusal([join, Self.last], changing: Member.slot, to: number)
                    == "a step names a descriptor that can't be")
        }
    }

    @Test("A vector that the step can't use") func unwantedVector() throws {
        #expect(
            try refusal([.setsid, Self.last], changing: Member.count, to: UInt32(1))
                == "a step has a vector that it can't use")
    }

    @Test("Scheduling attributes are four", arguments: [0, 3, 5, .max] as [UInt32]) func scheduler(count: UInt32) throws
    {
        let scheduler = Action.scheduler(SchedulerAttributes(policy: 0))
        #expect(
            try refusal([scheduler, Self.last], changing: Member.count, to: count)
                == "scheduling attributes are missing")
        #expect(
            try refusal([scheduler, Self.last], changing: Member.vector, to: UInt32(8))
                == "a vector lies outside the plan")
    }

    @Test("A filter has 1 to 4096 instructions", arguments: [0, 4097, .max] as [UInt32]) func filter(count: UInt32)
        throws
    {
        let filter = Action.seccomp(SystemCallFilter(program: [6, 6], flags: 0), preserved: 0)
        #expect(
            try refusal([filter, Self.last], changing: Member.count, to: count) == "a filter's length is impossible")
        #expect(
            try refusal([filter, Self.last], changing: Member.count, to: UInt32(4096))
                == "a vector lies outside the plan")
        #expect(
            try refusal([filter, Self.last], changing: Member.vector, to: UInt32(8))
                == "a vector lies outside the plan")
    }

    static let withVectors: [Action] = [
        .memoryPolicy(mode: 2, nodes: CPUSet(words: [1, 1])),
        .user(uid: 0, gid: 0, umask: 0, additionalGids: [1, 2]),
        .mount(NewMount(type: "t", destination: "/d", parameters: [.init("k", "v")])),
        .remount(Remount(destination: "/d", parameters: [.init("k", "v")])), .mask("/m", label: .init("k", "v")),
    ]

    @Test("Vectors outside the table", arguments: withVectors, [8, 9, 1000, .max] as [UInt32])
    func outside(action: Action, first: UInt32) throws {
        #expect(
            try refusal([action, Self.last], changing: Member.vector, to: first) == "a vector lies outside the plan")
    }

    @Test("Vectors that are too long", arguments: withVectors, [10, 1000, .max - 1] as [UInt32])
    func tooLong(action: Action, count: UInt32) throws {
        #expect(
            try refusal([action, Self.last], changing: Member.count, to: count) == "a vector lies outside the plan")
    }

    @Test("Pairs come in twos", arguments: withVectors.dropFirst(2)) func odd(action: Action) throws {
        #expect(
            try refusal([action, Self.last], changing: Member.count, to: UInt32(1))
                == "a vector of pairs has an odd length")
    }

    @Test("No two steps share a vector", arguments: withVectors, withVectors) func shared(first: Action, second: Action)
        throws
    {
        let refusal = try refusal([first, second, Self.last], changing: Member.vector, of: 1, to: UInt32(1))
        #expect(refusal == "two steps share a vector" || refusal == "a vector lies outside the plan")
    }

    @Test("A vector's entry has to name a string") func entry() throws {
        let bytes = try Plan([Self.withVectors[2], Self.last]).encoded()
        let vectors = Reader.headerSize + 2 * Reader.stepSize
        for value in [UInt64(bytes.count), 1 << 32, .max] {
            #expect(
                Reader.refusal(Reader.change(bytes, at: vectors, to: value))
                    == "a vector names a string outside the plan")
        }
    }

    @Test("There has to be something to execute") func nothing() throws {
        #expect(try refusal([Self.last], changing: Member.count, to: UInt32(0)) == "there is nothing to execute")
    }

    @Test("Arguments and environment have to end", arguments: [2, 5]) func unterminated(index: Int) throws {
        // Two arguments, their end, two variables, their end.
        let bytes = try Plan([Self.last]).encoded()
        let end = Reader.headerSize + Reader.stepSize + index * 8
        #expect(Reader.refusal(Reader.change(bytes, at: end, to: UInt64(1))) == "a vector is not terminated")
    }

    @Test(
        "An environment outside the table",
        arguments: [(3, 3), (4, 2), (6, 0), (6, 2), (2, 3), (0, 2), (.max, 2), (3, .max), (3, .max - 1), (3, 1 << 32)]
            as [(UInt64, UInt64)])
    func environment(first: UInt64, count: UInt64) throws {
        let bytes = try Plan([Self.last]).encoded()
        let changed = Reader.change(
            Reader.change(bytes, at: Reader.headerSize + Member.firstNumber, to: first),
            at: Reader.headerSize + Member.secondNumber, to: count)
        #expect(Reader.refusal(changed) == "a vector lies outside the plan")
    }

    @Test("HOME is an entry of the environment", arguments: [0, 1, 2, 5, 6, 100, .max] as [UInt32])
    func home(entry: UInt32) throws {
        let plan = [Action.home(uid: 1), Self.last]
        #expect(try refusal(plan, changing: Member.vector, to: UInt32(3)) == nil)
        #expect(try refusal(plan, changing: Member.vector, to: UInt32(4)) == nil)
        #expect(
            try refusal(plan, changing: Member.vector, to: entry) == "an environment entry lies outside the plan")
    }

    @Test("HOME is one entry", arguments: [0, 2, .max] as [UInt32]) func homes(count: UInt32) throws {
        #expect(
            try refusal([.home(uid: 1), Self.last], changing: Member.count, to: count)
                == "an environment entry lies outside the plan")
    }

    @Test("The string table has to begin and end with NUL") func strings() throws {
        let bytes = try Plan([.mask("/m"), Self.last]).encoded()
        let table = Reader.headerSize + 2 * Reader.stepSize + 6 * 8
        for offset in [table, bytes.count - 1] {
            #expect(
                Reader.refusal(Reader.change(bytes, at: offset, to: UInt8(1))) == "the string table is not terminated")
        }
    }
}
