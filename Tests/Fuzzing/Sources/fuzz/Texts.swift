@testable internal import Cgroups
@testable internal import DBus
@testable internal import Networks
@testable internal import OCI
@testable internal import Planning
@testable internal import Skep
@testable internal import System

/// Small languages.
enum TextTarget {
    /// Values of systemd's properties, in annotations: a name and the value behind the first line.
    static func runProperties(_ bytes: [UInt8]) {
        let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return }
        let name = String(decoding: parts[0], as: UTF8.self), text = String(decoding: parts[1], as: UTF8.self)
        _ = try? UnitProperties.annotations(["org.systemd.property." + name: text])
        guard let value = try? VariantText.value(text) else { return }
        // What can be told can be sent, and arrives as it was.
        var message = Message.call("a.b", "M", of: "/a", at: nil, [.variant(value)])
        message.serial = 1
        let got = try? Message.read(message.bytes)
        demand(got?.body == [.variant(value)] || value != value, text)
    }

    /// What is given on a command line or in a list of a configuration: the first byte says what it is.
    static func runWords(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let text = String(decoding: bytes.dropFirst().filter { $0 != 0 }, as: UTF8.self)
        switch first % 10 {
        case 0: ids(text)
        case 1: _ = MountOptions(text.split(separator: ",").map(String.init))
        case 2: _ = try? CPUSet(parsing: text, origin: Origin("cpus"))
        case 3: quantities(text)
        case 4: units(text)
        case 5: addresses(text)
        case 6: _ = Subgroup(text)
        case 7: _ = ManagerKind(rawValue: text).map { demand(ManagerKind(rawValue: $0.rawValue) == $0) }
        case 8: paths(text)
        default: overrides(text)
        }
    }

    /// The options of exec, each a line with its value behind a space: nobody is root, or has an inheritable capability,
    /// who was not said to be.
    private static func overrides(_ text: String) {
        let lines = text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
        func values(_ option: String) -> [String] {
            lines.filter { $0.first == option }.map { $0.count > 1 ? $0[1] : "" }
        }
        guard let overrides = try? ProcessOverrides(values) else { return }
        var process = OCI.Process(user: .init(uid: 1, gid: 1), cwd: "/")
        overrides.apply(to: &process)
        demand(process.capabilities?.inheritable.isEmpty ?? true)
        demand(process.cwd.utf8.first == UInt8(ascii: "/"))
        guard let user = values("user").last else { return demand(process.user.uid == 1 && process.user.gid == 1) }
        let digits = user.split(separator: ":").map { $0.drop { $0 == "0" } }.map { $0.isEmpty ? "0" : String($0) }
        demand(digits == [String(process.user.uid), String(process.user.gid)].prefix(digits.count).map { $0 }, user)
    }

    private static func ids(_ text: String) {
        for grammar in [ContainerID.Grammar.libcontainer, .commandLine] {
            guard let id = try? ContainerID(text, grammar: grammar) else { continue }
            demand(id.description == text && !text.isEmpty && !text.contains("/") && text != "." && text != "..")
        }
    }

    private static func quantities(_ text: String) {
        if let bytes = Quantity.bytes(text) { _ = Quantity.text(bytes: bytes) }
        _ = Quantity.nanoseconds(text)
        guard let number = Int64(text) else { return }
        demand(!Quantity.text(bytes: number).isEmpty)
    }

    private static func units(_ text: String) {
        _ = UnitName.hint(forCgroupfsPath: text)
        for isRootless in [true, false] {
            guard let unit = try? UnitName(cgroupsPath: text, id: "c", isRootless: isRootless) else { continue }
            demand(!unit.slice.contains("/"))
        }
        _ = UnitName.parts(ofSlice: text)
    }

    private static func addresses(_ text: String) {
        if let address = IPAddress(text) { demand(IPAddress(address.description) == address) }
        _ = try? IPPrefix(text)
    }

    private static func paths(_ text: String) {
        demand(Paths.absolute("/" + text).utf8.first == UInt8(ascii: "/"))
        _ = Paths.parent(of: text) + Paths.name(of: text) + Paths.join("/a", text)
    }

    /// What the kernel tells.
    static func runKernel(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let rest = Array(bytes.dropFirst())
        switch first % 11 {
        case 0: _ = ProcessStat(parsing: rest)
        case 1: _ = Layout.parse(rest)
        case 2: _ = NetworkDevices.parse(rest)
        case 3: _ = StatisticsText.ioStat(rest)
        case 4: _ = StatisticsText.pressure(rest)
        case 5: _ = StatisticsText.deviceTable(rest).count + StatisticsText.deviceFields(rest).count
        case 6: _ = StatisticsText.list(rest).count + StatisticsText.row(rest).count
        case 7: _ = StatisticsText.columns(rest).count + StatisticsText.table(rest).count
        case 8: _ = StatisticsText.number(rest); _ = StatisticsText.signedNumber(rest)
        case 9: _ = CgroupDirectory.counter("oom_kill", of: rest)
        default: _ = StatisticsText.names(rest)
        }
    }
}
