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
    private func options(_ names: [String]) -> MountOptions {
        MountOptions(names)
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
    func plainOption(option: PlainOption) {
        var expected = options([])
        expected.attributes = option.set
        expected.cleared = option.cleared
        #expect(options([option.name]) == expected)
        #expect(expected.isReadonly == (option.name == "ro"))
    }

    @Test("No options mean nothing at all") func none() {
        let nothing = options([])
        #expect(nothing.attributes == 0 && nothing.cleared == 0 && nothing.propagation == 0)
        #expect(!nothing.isBind && !nothing.isRecursive && !nothing.isRemount && !nothing.isReadonly)
        #expect(nothing.generic.isEmpty && nothing.specific.isEmpty)
    }

    @Test("Options that nothing comes of", arguments: ["silent", "loud", "iversion", "noiversion"])
    func ineffective(name: String) {
        var expected = options(["ro"])
        expected.ineffective = [name]
        #expect(options(["ro", name]) == expected)
    }

    static let contradictions = [
        ("ro", "rw"), ("nosuid", "suid"), ("nodev", "dev"), ("noexec", "exec"), ("nodiratime", "diratime"),
        ("nosymfollow", "symfollow"),
    ]

    @Test("Of two that contradict each other the later counts", arguments: contradictions)
    func contradiction(setting: String, clearing: String) {
        #expect(options([setting, clearing]) == options([clearing]))
        #expect(options([clearing, setting]) == options([setting]))
        #expect(options([setting, clearing, setting]) == options([setting]))
    }

    @Test("Of two access times the later counts", arguments: accessTimes, accessTimes)
    func accessTime(first: PlainOption, second: PlainOption) {
        let both = options([first.name, second.name])
        #expect(both.attributes == second.set)
        #expect(both.cleared == Attribute.accessTime)
    }

    @Test("Access times leave other attributes alone", arguments: accessTimes)
    func independent(time: PlainOption) {
        let all = ["ro", "nosuid", "nodev", "noexec", "nodiratime", "nosymfollow"]
        let flags =
            Attribute.readonly | Attribute.nosuid | Attribute.nodev | Attribute.noexec | Attribute.nodiratime
            | Attribute.nosymfollow
        #expect(options(all + [time.name]).attributes == flags | time.set)
        #expect(options([time.name] + all).attributes == flags | time.set)
    }

    static let propagations = [
        ("private", Propagation.private), ("rprivate", Propagation.private | Propagation.recursive),
        ("shared", Propagation.shared), ("rshared", Propagation.shared | Propagation.recursive),
        ("slave", Propagation.slave), ("rslave", Propagation.slave | Propagation.recursive),
        ("unbindable", Propagation.unbindable), ("runbindable", Propagation.unbindable | Propagation.recursive),
    ]

    @Test("Propagation", arguments: propagations) func propagation(name: String, flags: UInt64) {
        var expected = options([])
        expected.propagation = flags
        #expect(options([name]) == expected)
    }

    @Test("Of two propagations the later counts", arguments: propagations, propagations)
    func laterPropagation(first: (String, UInt64), second: (String, UInt64)) {
        #expect(options([first.0, second.0]).propagation == second.1)
    }

    @Test(
        "bind, rbind and remount",
        arguments: [
            (["bind"], true, false, false), (["rbind"], true, true, false), (["remount"], false, false, true),
            (["bind", "rbind"], true, true, false), (["rbind", "bind"], true, true, false),
            (["remount", "bind"], true, false, true), (["bind", "remount"], true, false, true),
        ])
    func binding(names: [String], isBind: Bool, isRecursive: Bool, isRemount: Bool) {
        let options = options(names)
        #expect(options.isBind == isBind)
        #expect(options.isRecursive == isRecursive)
        #expect(options.isRemount == isRemount)
        #expect(options.attributes == 0 && options.cleared == 0 && options.specific.isEmpty)
    }

    @Test(
        "What every file system understands goes to it as a flag",
        arguments: ["sync", "async", "dirsync", "mand", "nomand", "lazytime", "nolazytime"])
    func generic(name: String) {
        var expected = options([])
        expected.generic = [.init(name)]
        #expect(options([name]) == expected)
    }

    @Test(
        "Options that ask for nothing",
        arguments: ["defaults", "norelatime", "rnorelatime"])
    func nothing(name: String) {
        #expect(options([name]) == options([]))
        #expect(options(["ro", name, "nosuid"]) == options(["ro", "nosuid"]))
    }

    /// The same with "r", for the mounts below too.
    @Test("A recursive option sets or clears its attribute below, too", arguments: plain + accessTimes)
    func recursive(option: PlainOption) {
        var expected = options([])
        expected.recursiveAttributes = option.set
        expected.recursivelyCleared = option.cleared
        #expect(options(["r" + option.name]) == expected)
        #expect(options(["r" + option.name]).isReadonly == (option.name == "ro"))
    }

    @Test("Of two recursive ones that contradict each other the later counts", arguments: contradictions)
    func recursiveContradiction(setting: String, clearing: String) {
        #expect(options(["r" + setting, "r" + clearing]) == options(["r" + clearing]))
        #expect(options(["r" + clearing, "r" + setting]) == options(["r" + setting]))
    }

    @Test("Of two recursive access times the later counts", arguments: accessTimes, accessTimes)
    func recursiveAccessTime(first: PlainOption, second: PlainOption) {
        #expect(options(["r" + first.name, "r" + second.name]) == options(["r" + second.name]))
    }

    @Test("A plain option says something else of the mount itself, if it comes later", arguments: contradictions)
    func exception(setting: String, clearing: String) {
        let flag = options([setting]).attributes
        let both = options(["r" + setting, clearing])
        #expect(both.recursiveAttributes == flag && both.cleared == flag && both.ownAttributes == 0)
        #expect(options([clearing, "r" + setting]) == options(["r" + setting]))
        #expect(options(["r" + clearing, setting]).ownAttributes == flag)
        #expect(options([setting, "r" + clearing]).ownAttributes == 0)
    }

    @Test("Options of what is mounted, and where") func kinds() {
        var expected = options([])
        expected.copiesUp = true
        #expect(options(["tmpcopyup"]) == expected)
        expected = options([])
        expected.copiesSymlink = true
        #expect(options(["copy-symlink"]) == expected)
        expected = options([])
        expected.followsSource = false
        #expect(options(["src-nofollow"]) == expected)
        expected = options([])
        expected.followsDestination = false
        #expect(options(["dest-nofollow"]) == expected)
    }

    @Test("idmap and ridmap") func idMaps() {
        #expect(options(["idmap"]).idMap == MountOptions.IDMapOption(name: "idmap", isRecursive: false))
        #expect(options(["ridmap"]).idMap == MountOptions.IDMapOption(name: "ridmap", isRecursive: true))
        #expect(
            options(["ro", "ridmap=x=y"]).idMap
                == MountOptions.IDMapOption(name: "ridmap=x=y", isRecursive: true, ranges: "x=y"))
        #expect(options(["idmapped"]).idMap == nil && options(["idmapped"]).specific == [.init("idmapped")])
    }

    @Test(
        "Everything else is the file system's own",
        arguments: [
            ("size=64k", "size", "64k"), ("mode=755", "mode", "755"), ("newinstance", "newinstance", ""),
            ("ptmxmode=0666", "ptmxmode", "0666"), ("a=b=c", "a", "b=c"), ("empty=", "empty", ""),
            ("lowerdir=/a:/b,c", "lowerdir", "/a:/b,c"), ("RO", "RO", ""), ("ro=1", "ro", "1"), ("ß=é", "ß", "é"),
            ("bind=", "bind", ""), ("Private", "Private", ""), ("rrprivate", "rrprivate", ""),
        ])
    func specific(option: String, key: String, value: String) {
        var expected = options([])
        expected.specific = [.init(key, value)]
        #expect(options([option]) == expected)
    }

    @Test("The file system's own options keep their order and repetitions") func order() {
        let options = options(["size=1", "ro", "mode=2", "sync", "size=3", "dirsync"])
        #expect(options.specific == [.init("size", "1"), .init("mode", "2"), .init("size", "3")])
        #expect(options.generic == [.init("sync"), .init("dirsync")])
    }

    @Test("Every name that features lists is known, and listed once in order") func names() {
        for name in MountOptions.names { #expect(options([name]).specific.isEmpty, "\(name)") }
        #expect(MountOptions.names == Set(MountOptions.names).sorted())
        let attributes = (Self.plain + Self.accessTimes).map(\.name) + ["norelatime"]
        let tested =
            attributes + attributes.map { "r" + $0 } + Self.propagations.map(\.0) + ["bind", "rbind", "remount"]
            + ["sync", "async", "dirsync", "mand", "nomand", "lazytime", "nolazytime"]
            + ["idmap", "ridmap", "tmpcopyup", "copy-symlink", "src-nofollow", "dest-nofollow"]
            + ["defaults", "silent", "loud", "iversion", "noiversion"]
        #expect(Set(tested) == Set(MountOptions.names))
    }
}
