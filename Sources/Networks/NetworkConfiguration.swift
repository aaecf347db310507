public import OCI

/// The networks of a container that Skep itself makes, for those who have no engine that does: no part of the OCI
/// specification, but what libcontainer's own configuration had, in its words. docs/network.md describes it.
public struct NetworkConfiguration: Sendable, Equatable {
    /// The networks, each a device of the container's.
    public var networks: [Network]
    /// Routes besides those that come with addresses and gateways.
    public var routes: [Route]

    /// The annotation of config.json that may hold such a configuration as JSON text.
    public static let annotation = "io.skep.network"

    /// A configuration.
    public init(networks: [Network] = [], routes: [Route] = []) {
        self.networks = networks
        self.routes = routes
    }
}

/// One network of a container's: `networks[]`.
public struct Network: Sendable, Equatable {
    /// What makes the connection.
    public enum Kind: String, JSONName {
        /// The container's own loopback device, which every container has up in any case.
        case loopback
        /// A pair of virtual devices, one end in the container and one on the host.
        case veth
    }

    /// What makes the connection.
    public var type: Kind
    /// The device's name in the container; nil stands for "eth" and the number of veth networks before it.
    public var name: String?
    /// The bridge on the host that the host's end belongs to; nil for none.
    public var bridge: String?
    /// The MAC address of the container's end ("02:42:ac:11:00:02"); nil for the kernel's choice.
    public var macAddress: String?
    /// The container's IPv4 address and its prefix length: "10.0.0.2/24".
    public var address: String?
    /// The IPv4 address of the default route.
    public var gateway: String?
    /// The container's IPv6 address and its prefix length.
    public var ipv6Address: String?
    /// The IPv6 address of the default route.
    public var ipv6Gateway: String?
    /// The largest packet, in bytes, for both ends; nil for the kernel's choice.
    public var mtu: Int64?
    /// The length of both ends' queues for sending; nil for the kernel's choice.
    public var transmitQueueLength: Int64?
    /// The name of the host's end; nil for one that nobody else has.
    public var hostInterfaceName: String?
    /// Whether the bridge sends frames back by the port they came in by.
    public var hairpinMode: Bool

    /// A network; what is left out is absent.
    public init(
        type: Kind, name: String? = nil, bridge: String? = nil, macAddress: String? = nil, address: String? = nil,
        gateway: String? = nil, ipv6Address: String? = nil, ipv6Gateway: String? = nil, mtu: Int64? = nil,
        transmitQueueLength: Int64? = nil, hostInterfaceName: String? = nil, hairpinMode: Bool = false
    ) {
        self.type = type
        self.name = name
        self.bridge = bridge
        self.macAddress = macAddress
        self.address = address
        self.gateway = gateway
        self.ipv6Address = ipv6Address
        self.ipv6Gateway = ipv6Gateway
        self.mtu = mtu
        self.transmitQueueLength = transmitQueueLength
        self.hostInterfaceName = hostInterfaceName
        self.hairpinMode = hairpinMode
    }
}

/// A route of a container's: `routes[]`.
public struct Route: Sendable, Equatable {
    /// Where it leads: "10.1.0.0/16".
    public var destination: String
    /// The address, one of the container's, that packets are sent from; nil for the kernel's choice.
    public var source: String?
    /// Who passes packets on; nil where the destination is reached by the device at once.
    public var gateway: String?
    /// The device, by its name in the container; nil for the one that leads to the gateway.
    public var interfaceName: String?

    /// A route.
    public init(
        destination: String, source: String? = nil, gateway: String? = nil, interfaceName: String? = nil
    ) {
        self.destination = destination
        self.source = source
        self.gateway = gateway
        self.interfaceName = interfaceName
    }
}

extension NetworkConfiguration: JSONDecodable, JSONObjectEncodable {
    /// Reads the document.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object(ofProperties: ["networks", "routes"])
        networks = try object.list("networks")
        routes = try object.list("routes")
    }

    /// Writes the document.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("networks", networks)
        object.setIfPresent("routes", routes)
    }
}

extension Network: JSONDecodable, JSONObjectEncodable {
    private static let properties = [
        "type", "name", "bridge", "mac_address", "address", "gateway", "ipv6_address", "ipv6_gateway", "mtu",
        "txqueuelen", "host_interface_name", "hairpin_mode",
    ]

    /// Reads an element of `networks`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object(ofProperties: Self.properties)
        type = try object.required("type")
        name = try object.text("name")
        bridge = try object.text("bridge")
        macAddress = try object.text("mac_address")
        address = try object.text("address")
        gateway = try object.text("gateway")
        ipv6Address = try object.text("ipv6_address")
        ipv6Gateway = try object.text("ipv6_gateway")
        mtu = try object.optional("mtu")
        transmitQueueLength = try object.optional("txqueuelen")
        hostInterfaceName = try object.text("host_interface_name")
        hairpinMode = try object.flag("hairpin_mode")
    }

    /// Writes an element of `networks`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("type", type)
        object.setIfPresent("name", name)
        object.setIfPresent("bridge", bridge)
        object.setIfPresent("mac_address", macAddress)
        object.setIfPresent("address", address)
        object.setIfPresent("gateway", gateway)
        object.setIfPresent("ipv6_address", ipv6Address)
        object.setIfPresent("ipv6_gateway", ipv6Gateway)
        object.setIfPresent("mtu", mtu)
        object.setIfPresent("txqueuelen", transmitQueueLength)
        object.setIfPresent("host_interface_name", hostInterfaceName)
        object.setIfTrue("hairpin_mode", hairpinMode)
    }
}

extension Route: JSONDecodable, JSONObjectEncodable {
    /// Reads an element of `routes`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object(ofProperties: ["destination", "source", "gateway", "interface_name"])
        destination = try object.required("destination")
        source = try object.text("source")
        gateway = try object.text("gateway")
        interfaceName = try object.text("interface_name")
    }

    /// Writes an element of `routes`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("destination", destination)
        object.setIfPresent("source", source)
        object.setIfPresent("gateway", gateway)
        object.setIfPresent("interface_name", interfaceName)
    }
}
