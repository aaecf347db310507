import Planning
import Testing

/// One mount option, and what it asks of the mount.
struct PlainOption: CustomTestStringConvertible, Sendable {
    var name: String
    var set: UInt64
    var cleared: UInt64

    var testDescription: String { name }

    init(_ name: String, set: UInt64 = 0, cleared: UInt64 = 0) {
        self.name = name
        self.set = set
        self.cleared = cleared
    }
}

@Suite("Mount options") struct MountOptionsTests {
    private func options(_ names: [String]) throws -> MountOptions {
        try MountOptions(names, origin: Origin("mounts", 3))
    }

    static let plain = [
        PlainOption("ro", set: Attribute.readonly), PlainOption("rw", cleared: Attribute.readonly),
        PlainOption("nosuid", set: Attribute.nosuid), PlainOption("suid", cleared: Attribute.nosuid),
        PlainOption("nodev", set: Attribute.nodev), PlainOption("dev", cleared: Attribute.nodev),
        PlainOption("noexec", set: Attribute.noexec), PlainOption("exec", cleared: Attribute.noexec),
        PlainOption("nodiratime", set: Attribute.nodiratime), PlainOption("diratime", cleared: Attribute.nodiratime),
        PlainOption("nosymfollow", set: Attribute.nosymfollow),
        PlainOption("symfollow", cleared: Attribute.nosymfollow),
    ]

    static let accessTimes = [
        PlainOption("noatime", set: Attribute.noatime, cleared: Attribute.accessTime),
        PlainOption("strictatime", set: Attribute.strictatime, cleared: Attribute.accessTime),
        PlainOption("relatime", cleared: Attribute.accessTime),
        PlainOption("atime", cleared: Attribute.accessTime),
        PlainOption("nostrictatime", cleared: Attribute.accessTime),
    ]

    @Test("A plain option sets or clears its attribute", arguments: plain + accessTimes)
    func plainOption(option: PlainOption) throws {
        var expected = try options([])
        expected.attributes = option.set
        expected.cleared = option.cleared
        #expect(try options([option.name]) == expected)
        #expect(expected.isReadonly == (option.name == "ro"))
    }

    @Test("No options mean nothing at all") func none() throws {
        let nothing = try options([])
        #expect(nothing.attributes == 0 && nothing.cleared == 0 && nothing.propagation == 0)
        #expect(!nothing.isBind && !nothing.isRecursive && !nothing.isRemount && !nothing.isReadonly)
        #expect(nothing.generic.isEmpty && nothing.specific.isEmpty)
    }

    static let contradictions = [
        ("ro", "rw"), ("nosuid", "suid"), ("nodev", "dev"), ("noexec", "exec"), ("nodiratime", "diratime"),
        ("nosymfollow", "symfollow"),
    ]

    @Test("Of two that contradict each other the later counts", arguments: contradictions)
    func contradiction(setting: String, clearing: String) throws {
        #expect(try options([setting, clearing]) == options([clearing]))
        #expect(try options([clearing, setting]) == options([setting]))
        #expect(try options([setting, clearing, setting]) == options([setting]))
    }

    @Test("Of two access times the later counts", arguments: accessTimes, accessTimes)
    func accessTime(first: PlainOption, second: PlainOption) throws {
        let both = try options([first.name, second.name])
        #expect(both.attributes == second.set)
        #expect(both.cleared == Attribute.accessTime)
    }

    @Test("Access times leave other attributes alone", arguments: accessTimes) func independent(time: PlainOption)
        throws
    {
        let all = ["ro", "nosuid", "nodev", "noexec", "nodiratime", "nosymfollow"]
        let flags =
            Attribute.readonly | Attribute.nosuid | Attribute.nodev | Attribute.noexec | Attribute.nodiratime
            | Attribute.nosymfollow
        #expect(try options(all + [time.name]).attributes == flags | time.set)
        #expect(try options([time.name] + all).attributes == flags | time.set)
    }

    static let propagations = [
        ("private", Propagation.private), ("rprivate", Propagation.private | Propagation.recursive),
        ("shared", Propagation.shared), ("rshared", Propagation.shared | Propagation.recursive),
        ("slave", Propagation.slave), ("rslave", Propagation.slave | Propagation.recursive),
        ("unbindable", Propagation.unbindable), ("runbindable", Propagation.unbindable | Propagation.recursive),
    ]

    @Test("Propagation", arguments: propagations) func propagation(name: String, flags: UInt64) throws {
        var expected = try options([])
        expected.propagation = flags
        #expect(try options([name]) == expected)
    }

    @Test("Of two propagations the later counts", arguments: propagations, propagations)
    func laterPropagation(first: (String, UInt64), second: (String, UInt64)) throws {
        #expect(try options([first.0, second.0]).propagation == second.1)
    }

    @Test(
        "bind, rbind and remount",
        arguments: [
            (["bind"], true, false, false), (["rbind"], true, true, false), (["remount"], false, false, true),
            (["bind", "rbind"], true, true, false), (["rbind", "bind"], true, true, false),
            (["remount", "bind"], true, false, true), (["bind", "remount"], true, false, true),
        ])
    func binding(names: [String], isBind: Bool, isRecursive: Bool, isRemount: Bool) throws {
        let options = try options(names)
        #expect(options.isBind == isBind)
        #expect(options.isRecursive == isRecursive)
        #expect(options.isRemount == isRemount)
        #expect(options.attributes == 0 && options.cleared == 0 && options.specific.isEmpty)
    }

    @Test(
        "What every file system understands goes to it as a flag",
        arguments: ["sync", "async", "dirsync", "mand", "nomand", "lazytime", "nolazytime"])
    func generic(name: String) throws {
        var expected = try options([])
        expected.generic = [.init(name)]
        #expect(try options([name]) == expected)
    }

    @Test(
        "Options that ask for nothing",
        arguments: ["defaults", "norelatime", "silent", "loud", "iversion", "noiversion"])
    func nothing(name: String) throws {
        #expect(try options([name]) == options([]))
        #expect(try options(["ro", name, "nosuid"]) == options(["ro", "nosuid"]))
    }

    static let later = [
        "rro", "rrw", "rsuid", "rnosuid", "rdev", "rnodev", "rexec", "rnoexec", "rdiratime", "rnodiratime", "ratime",
        "rnoatime", "rrelatime", "rnorelatime", "rstrictatime", "rnostrictatime", "rsymfollow", "rnosymfollow",
        "tmpcopyup", "copy-symlink", "src-nofollow", "dest-nofollow",
    ]

    @Test("What is still to come is refused by name", arguments: later) func refused(name: String) {
        let error = #expect(throws: ConfigurationError.self) { try options(["ro", name, "bind"]) }
        #expect(error?.description == "mounts[3].options: \"\(name)\" is not supported yet")
    }

    @Test(
        "Everything else is the file system's own",
        arguments: [
            ("size=64k", "size", "64k"), ("mode=755", "mode", "755"), ("newinstance", "newinstance", ""),
            ("ptmxmode=0666", "ptmxmode", "0666"), ("a=b=c", "a", "b=c"), ("empty=", "empty", ""),
            ("lowerdir=/a:/b,c", "lowerdir", "/a:/b,c"), ("RO", "RO", ""), ("ro=1", "ro", "1"), ("ß=é", "ß", "é"),
            ("bind=", "bind", ""), ("Private", "Private", ""), ("rrprivate", "rrprivate", ""),
        ])
    func specific(option: String, key: String, value: String) throws {
        var expected = try options([])
        expected.specific = [.init(key, value)]
        #expect(try options([option]) == expected)
    }

    @Test("The file system's own options keep their order and repetitions") func order() throws {
        let options = try options(["size=1", "ro", "mode=2", "sync", "size=3", "dirsync"])
        #expect(options.specific == [.init("size", "1"), .init("mode", "2"), .init("size", "3")])
        #expect(options.generic == [.init("sync"), .init("dirsync")])
    }

    @Test("Every name that features lists is known, and listed once in order") func names() throws {
        for name in MountOptions.names { #expect(try options([name]).specific.isEmpty, "\(name)") }
        #expect(MountOptions.names == Set(MountOptions.names).sorted())
        let tested =
            (Self.plain + Self.accessTimes).map(\.name) + Self.propagations.map(\.0) + ["bind", "rbind", "remount"]
            + ["sync", "async", "dirsync", "mand", "nomand", "lazytime", "nolazytime"]
            + ["idmap", "ridmap"]
            + ["defaults", "norelatime", "silent", "loud", "iversion", "noiversion"]
        #expect(Set(tested) == Set(MountOptions.names))
    }
}
