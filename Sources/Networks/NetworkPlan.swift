package import Planning

/// What is to be made for a container's networks: every value read, every default decided.
package struct NetworkPlan: Sendable, Equatable {
    /// The pairs of devices to make.
    package var pairs: [Pair] = []
    /// The routes to add once they are there, in this order.
    package var routes: [PlannedRoute] = []

    package init() {}

    /// A pair of devices, one in the container.
    package struct Pair: Sendable, Equatable {
        package var origin: Origin
        /// The container's end.
        package var name: String
        /// The host's end; nil for a name that nobody else has.
        package var hostName: String?
        package var bridge: String?
        package var hardwareAddress: [UInt8]?
        package var mtu: UInt32?
        package var queueLength: UInt32?
        package var isHairpin: Bool
        /// The container's addresses, each with the property that it comes from.
        package var addresses: [PlannedAddress] = []
    }

    package struct PlannedAddress: Sendable, Equatable {
        package var origin: Origin
        package var prefix: IPPrefix
    }

    package struct PlannedRoute: Sendable, Equatable {
        package var origin: Origin
        package var destination: IPPrefix
        package var gateway: IPAddress?
        package var source: IPAddress?
        /// The device's name in the container.
        package var interface: String?
    }

    package var isEmpty: Bool { pairs.isEmpty && routes.isEmpty }
}

extension NetworkPlan.Pair: CustomStringConvertible {
    package var description: String {
        let addresses = addresses.map { " \($0.prefix)" }.joined()
        return "veth \(name)" + (bridge.map { " on \($0)" } ?? "") + addresses
    }
}

extension NetworkPlan.PlannedRoute: CustomStringConvertible {
    package var description: String {
        let target = destination.length == 0 ? "default" : destination.description
        return "route \(target)" + (gateway.map { " via \($0)" } ?? "") + (interface.map { " dev \($0)" } ?? "")
    }
}
