internal import OCI

/// A network device of the host's that moves into the container (config-linux.md, Network Devices).
public struct DeviceMove: Sendable, Hashable {
    /// Its name on the host.
    public var name: String
    /// Its name in the container; "eth%d" stands for the first such name that is free there.
    public var innerName: String
    /// Its entry in linux.netDevices.
    public var origin: Origin

    /// Whether the kernel chooses the number in the name.
    public var isTemplate: Bool { innerName.hasSuffix("%d") }
}

/// Looks through linux.netDevices.
enum NetDevicePlanner {
    private static let loopback = "lo"

    /// The moves, by the devices' names on the host.
    static func plan(
        _ devices: [String: Linux.NetDevice], _ namespaces: NamespacePlanner
    ) throws(ConfigurationError) -> [DeviceMove] {
        if !namespaces.present.contains(.network) {
            throw ConfigurationError(
                Origin("linux.netDevices"), "has no network namespace to move devices to",
                hint: "add a namespace of type \"network\" to linux.namespaces")
        }
        var moves: [DeviceMove] = []
        for name in devices.keys.sorted() {
            let origin = Origin("linux.netDevices", nil, name)
            if let problem = InterfaceName.problem(name) { throw ConfigurationError(origin, "\"\(name)\" \(problem)") }
            if name == loopback { throw ConfigurationError(origin, "is the loopback device, which every network has") }
            let innerName = devices[name]?.name ?? name
            let move = DeviceMove(name: name, innerName: innerName, origin: origin)
            try check(move, besides: moves)
            moves.append(move)
        }
        return moves
    }

    private static func check(_ move: DeviceMove, besides others: [DeviceMove]) throws(ConfigurationError) {
        let origin = move.origin.appending("name")
        if let problem = InterfaceName.problem(move.innerName, allowsTemplate: true) {
            throw ConfigurationError(origin, "\"\(move.innerName)\" \(problem)")
        }
        if move.innerName == loopback {
            throw ConfigurationError(origin, "\"\(loopback)\" is the name of the container's loopback device")
        }
        if !move.isTemplate, let other = others.first(where: { $0.innerName == move.innerName }) {
            throw ConfigurationError(origin, "\"\(move.innerName)\" is what \(other.origin) is called as well")
        }
    }
}
