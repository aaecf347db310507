package import OCI
package import Planning

/// Turns a configuration of networks into what is to be made. Pure: it looks at nothing but its arguments.
package struct NetworkPlanner {
    private static let loopback = "lo"

    private var plan = NetworkPlan()
    /// The container's devices so far: those that netDevices brings, then those made here.
    private var names: [String]
    private var addresses: [NetworkPlan.PlannedAddress] = []

    /// Plans a container's networks.
    ///
    /// - Parameters:
    ///   - configuration: the networks.
    ///   - namespaces: the container's namespaces.
    ///   - moves: the devices that the container gets besides.
    /// - Returns: the plan.
    /// - Throws: `ConfigurationError` for the first thing found wrong.
    package static func plan(
        _ configuration: NetworkConfiguration, namespaces: [Namespace], moves: [DeviceMove] = []
    ) throws(ConfigurationError) -> NetworkPlan {
        if configuration == NetworkConfiguration() { return NetworkPlan() }
        try checkNamespaces(namespaces)
        var planner = NetworkPlanner(names: moves.map(\.innerName))
        for (index, network) in configuration.networks.enumerated() {
            try planner.add(network, Origin("networks", index))
        }
        for (index, route) in configuration.routes.enumerated() {
            try planner.add(route, Origin("routes", index))
        }
        return planner.plan
    }

    private init(names: [String]) {
        self.names = names
    }

    private static func checkNamespaces(_ namespaces: [Namespace]) throws(ConfigurationError) {
        guard let namespace = namespaces.first(where: { $0.type == .network }) else {
            throw ConfigurationError(
                Origin("networks"), "has no network namespace of the container's to be in",
                hint: "add a namespace of type \"network\" to linux.namespaces")
        }
        if let path = namespace.path, !path.isEmpty {
            throw ConfigurationError(
                Origin("networks"), "would change a network namespace of somebody else's: \(path)",
                hint: "take the path away from linux.namespaces, and the container gets one of its own")
        }
    }

    // MARK: Networks

    private mutating func add(_ network: Network, _ origin: Origin) throws(ConfigurationError) {
        switch network.type {
        case .loopback: try checkLoopback(network, origin)
        case .veth: try addPair(network, origin)
        }
    }

    /// The loopback device is up in any case: there is nothing to be said about it.
    private func checkLoopback(_ network: Network, _ origin: Origin) throws(ConfigurationError) {
        if network.name == nil || network.name == Self.loopback {
            var plain = network
            plain.name = nil
            if plain == Network(type: .loopback) { return }
        }
        throw ConfigurationError(origin, "a network of type \"loopback\" takes no other property")
    }

    private mutating func addPair(_ network: Network, _ origin: Origin) throws(ConfigurationError) {
        let name = network.name ?? "eth\(plan.pairs.count)"
        try checkName(name, origin.appending("name"))
        names.append(name)
        try Self.checkHostName(network.hostInterfaceName, plan.pairs, origin.appending("host_interface_name"))
        if let bridge = network.bridge, let problem = InterfaceName.problem(bridge) {
            throw ConfigurationError(origin.appending("bridge"), "\"\(bridge)\" \(problem)")
        }
        if network.hairpinMode && network.bridge == nil {
            throw ConfigurationError(origin.appending("hairpin_mode"), "is for a port of a bridge, and there is none")
        }
        var pair = NetworkPlan.Pair(
            origin: origin, name: name, hostName: network.hostInterfaceName, bridge: network.bridge,
            hardwareAddress: try network.macAddress.map { (text) throws(ConfigurationError) in
                try Self.hardwareAddress(text, origin.appending("mac_address"))
            },
            mtu: try Self.number(network.mtu, in: 68...65535, origin.appending("mtu")),
            queueLength: try Self.number(
                network.transmitQueueLength, in: 0...Int64(Int32.max), origin.appending("txqueuelen")),
            isHairpin: network.hairpinMode)
        try add(Family.ipv4(network), to: &pair)
        try add(Family.ipv6(network), to: &pair)
        plan.pairs.append(pair)
    }

    private func checkName(_ name: String, _ origin: Origin) throws(ConfigurationError) {
        if let problem = InterfaceName.problem(name) { throw ConfigurationError(origin, "\"\(name)\" \(problem)") }
        if name == Self.loopback || names.contains(name) {
            throw ConfigurationError(origin, "\"\(name)\" is the name of another device of the container's")
        }
    }

    private static func checkHostName(
        _ name: String?, _ others: [NetworkPlan.Pair], _ origin: Origin
    ) throws(ConfigurationError) {
        guard let name else { return }
        if let problem = InterfaceName.problem(name) { throw ConfigurationError(origin, "\"\(name)\" \(problem)") }
        if others.contains(where: { $0.hostName == name }) {
            throw ConfigurationError(origin, "\"\(name)\" is the name of another network's")
        }
    }

    private static func number(
        _ number: Int64?, in range: ClosedRange<Int64>, _ origin: Origin
    ) throws(ConfigurationError) -> UInt32? {
        guard let number else { return nil }
        if !range.contains(number) {
            throw ConfigurationError(
                origin, "\(number) is out of range (\(range.lowerBound) to \(range.upperBound))")
        }
        return UInt32(number)
    }

    private static func hardwareAddress(_ text: String, _ origin: Origin) throws(ConfigurationError) -> [UInt8] {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part in
            part.count == 2 && part.first != UInt8(ascii: "+")
                ? UInt8(String(decoding: part, as: UTF8.self), radix: 16) : nil
        }
        guard parts.count == 6, bytes.count == 6 else {
            throw ConfigurationError(
                origin, "\"\(text)\" is no MAC address: six bytes in hexadecimal, with colons between")
        }
        if bytes[0] & 1 != 0 || bytes.allSatisfy({ $0 == 0 }) {
            throw ConfigurationError(origin, "\"\(text)\" is no address of a single device")
        }
        return bytes
    }

    // MARK: Addresses

    /// A network's address and gateway in one of the two families, and what its properties are called.
    private struct Family {
        let isIPv4: Bool
        let address: String?
        let gateway: String?
        let addressProperty: String
        let gatewayProperty: String

        static func ipv4(_ network: Network) -> Family {
            Family(
                isIPv4: true, address: network.address, gateway: network.gateway, addressProperty: "address",
                gatewayProperty: "gateway")
        }

        static func ipv6(_ network: Network) -> Family {
            Family(
                isIPv4: false, address: network.ipv6Address, gateway: network.ipv6Gateway,
                addressProperty: "ipv6_address", gatewayProperty: "ipv6_gateway")
        }

        var name: String { isIPv4 ? "IPv4" : "IPv6" }
    }

    private mutating func add(_ family: Family, to pair: inout NetworkPlan.Pair) throws(ConfigurationError) {
        let gatewayOrigin = pair.origin.appending(family.gatewayProperty)
        guard let text = family.address else {
            if family.gateway == nil { return }
            throw ConfigurationError(gatewayOrigin, "needs an address to be reached from: \(family.addressProperty)")
        }
        let origin = pair.origin.appending(family.addressProperty)
        let prefix = try Self.prefix(text, isIPv4: family.isIPv4, origin)
        if prefix.address.isNobodys {
            throw ConfigurationError(origin, "\"\(text)\" is no address of a single machine")
        }
        if let other = addresses.first(where: { $0.prefix.address == prefix.address }) {
            throw ConfigurationError(origin, "\"\(text)\" is the same as \(other.origin)")
        }
        if !family.isIPv4, let mtu = pair.mtu, mtu < 1280 {
            throw ConfigurationError(pair.origin.appending("mtu"), "\(mtu) is less than the 1280 that IPv6 needs")
        }
        let planned = NetworkPlan.PlannedAddress(origin: origin, prefix: prefix)
        pair.addresses.append(planned)
        addresses.append(planned)
        guard let text = family.gateway else { return }
        let gateway = try Self.address(text, isIPv4: family.isIPv4, gatewayOrigin)
        if !prefix.contains(gateway) && !gateway.isLinkLocal {
            throw ConfigurationError(
                gatewayOrigin,
                "\(gateway) is not in the network of \(family.addressProperty), \(prefix.network)/\(prefix.length)")
        }
        if gateway == prefix.address {
            throw ConfigurationError(gatewayOrigin, "\(gateway) is the container's own address")
        }
        try addRoute(
            NetworkPlan.PlannedRoute(
                origin: gatewayOrigin,
                destination: IPPrefix(address: IPAddress(bytes: gateway.bytes.map { _ in 0 }), length: 0),
                gateway: gateway, interface: pair.name))
    }

    private static func prefix(
        _ text: String, isIPv4: Bool? = nil, _ origin: Origin
    ) throws(ConfigurationError) -> IPPrefix {
        let prefix: IPPrefix
        do {
            prefix = try IPPrefix(text)
        } catch {
            throw ConfigurationError(origin, "\"\(text)\" \(error.reason)")
        }
        try check(prefix.address, isIPv4, text, origin)
        return prefix
    }

    private static func address(
        _ text: String, isIPv4: Bool?, _ origin: Origin
    ) throws(ConfigurationError) -> IPAddress {
        guard let address = IPAddress(text) else { throw ConfigurationError(origin, "\"\(text)\" is no address") }
        try check(address, isIPv4, text, origin)
        if address.isNobodys { throw ConfigurationError(origin, "\"\(text)\" is no address of a single machine") }
        return address
    }

    private static func check(
        _ address: IPAddress, _ isIPv4: Bool?, _ text: String, _ origin: Origin
    ) throws(ConfigurationError) {
        guard let isIPv4, address.isIPv4 != isIPv4 else { return }
        throw ConfigurationError(origin, "\"\(text)\" is no IPv\(isIPv4 ? 4 : 6) address")
    }

    // MARK: Routes

    private mutating func add(_ route: Route, _ origin: Origin) throws(ConfigurationError) {
        let destinationOrigin = origin.appending("destination")
        let destination = try Self.prefix(route.destination, destinationOrigin)
        if destination.network != destination.address {
            throw ConfigurationError(
                destinationOrigin, "\"\(route.destination)\" has bits behind its prefix",
                hint: "\(destination.network)/\(destination.length) is the network that it is in")
        }
        let isIPv4 = destination.address.isIPv4
        let gateway = try route.gateway.map { (text) throws(ConfigurationError) in
            try Self.address(text, isIPv4: isIPv4, origin.appending("gateway"))
        }
        let source = try route.source.map { (text) throws(ConfigurationError) in
            try Self.address(text, isIPv4: isIPv4, origin.appending("source"))
        }
        if let source, !addresses.contains(where: { $0.prefix.address == source }) {
            throw ConfigurationError(origin.appending("source"), "\(source) is no address of these networks")
        }
        if let name = route.interfaceName, name != Self.loopback, !names.contains(name) {
            throw ConfigurationError(
                origin.appending("interface_name"), "\"\(name)\" is no device of the container's")
        }
        if gateway == nil && route.interfaceName == nil {
            throw ConfigurationError(origin, "leads nowhere: it has neither gateway nor interface_name")
        }
        try addRoute(
            NetworkPlan.PlannedRoute(
                origin: origin, destination: destination, gateway: gateway, source: source,
                interface: route.interfaceName))
    }

    private mutating func addRoute(_ route: NetworkPlan.PlannedRoute) throws(ConfigurationError) {
        if let other = plan.routes.first(where: { $0.destination == route.destination }) {
            throw ConfigurationError(route.origin, "leads where \(other.origin) leads as well")
        }
        plan.routes.append(route)
    }
}
