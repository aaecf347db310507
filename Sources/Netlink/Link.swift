internal import CNetlink

/// A network device.
package struct Link: Sendable, Equatable {
    package var index: Int32
    package var name: String
    package var isUp: Bool
    package var mtu: UInt32
    /// Its MAC address; empty for a device that has none.
    package var hardwareAddress: [UInt8]
    /// What kind of virtual device it is ("veth", "bridge"); nil for a physical one.
    package var kind: String?

    /// Reads RTM_NEWLINK. Nil for another message.
    package init?(_ reply: Reply) {
        guard reply.type == RTM_NEWLINK, let header = reply.payload.layout(ifinfomsg.self),
            let attributes = Attributes(reply.payload.dropFirst(MemoryLayout<ifinfomsg>.size)),
            let name = attributes.text(IFLA_IFNAME)
        else { return nil }
        index = header.ifi_index
        self.name = name
        isUp = header.ifi_flags & UInt32(SKEP_NETLINK_UP) != 0
        mtu = attributes.number(IFLA_MTU) ?? 0
        hardwareAddress = attributes.bytes(IFLA_ADDRESS) ?? []
        kind = attributes.nested(IFLA_LINKINFO)?.text(IFLA_INFO_KIND)
    }
}

/// A pair of devices that are each other's other end, one of them in another network namespace.
package struct VethPair: Sendable, Equatable {
    /// The end on this side.
    package var name: String
    package var hardwareAddress: [UInt8]
    /// The bridge that it belongs to.
    package var master: Int32?
    /// The end on the other side.
    package var peerName: String
    package var peerHardwareAddress: [UInt8]?
    /// For both ends; nil for the kernel's choice.
    package var mtu: UInt32?
    package var queueLength: UInt32?

    package init(
        name: String, hardwareAddress: [UInt8], master: Int32? = nil, peerName: String,
        peerHardwareAddress: [UInt8]? = nil, mtu: UInt32? = nil, queueLength: UInt32? = nil
    ) {
        self.name = name
        self.hardwareAddress = hardwareAddress
        self.master = master
        self.peerName = peerName
        self.peerHardwareAddress = peerHardwareAddress
        self.mtu = mtu
        self.queueLength = queueLength
    }
}

extension Message {
    /// Asks for the device of that name.
    package static func link(named name: String) -> Message {
        var message = Message(RTM_GETLINK, 0)
        message.append(ifinfomsg())
        message.append(IFLA_EXT_MASK, UInt32(RTEXT_FILTER_SKIP_STATS))
        message.append(IFLA_IFNAME, name)
        return message
    }

    /// Asks for the device of that index.
    package static func link(_ index: Int32) -> Message {
        var message = Message(RTM_GETLINK, 0)
        message.append(linkHeader(index))
        message.append(IFLA_EXT_MASK, UInt32(RTEXT_FILTER_SKIP_STATS))
        return message
    }

    /// Asks for all devices.
    package static func allLinks() -> Message {
        var message = Message(RTM_GETLINK, NLM_F_DUMP)
        message.append(ifinfomsg())
        message.append(IFLA_EXT_MASK, UInt32(RTEXT_FILTER_SKIP_STATS))
        return message
    }

    /// Moves a device into the network namespace that a descriptor is open on, where it gets a name.
    package static func move(_ index: Int32, to namespace: Int32, as name: String) -> Message {
        change(index) { message in
            message.append(IFLA_NET_NS_FD, namespace)
            message.append(IFLA_IFNAME, name)
        }
    }

    /// Gives a device that is down another name; "%d" in it stands for the first number that is free.
    package static func rename(_ index: Int32, to name: String) -> Message {
        change(index) { $0.append(IFLA_IFNAME, name) }
    }

    package static func setMTU(_ index: Int32, _ mtu: UInt32) -> Message {
        change(index) { $0.append(IFLA_MTU, mtu) }
    }

    package static func setHardwareAddress(_ index: Int32, _ address: [UInt8]) -> Message {
        change(index) { $0.append(IFLA_ADDRESS, address) }
    }

    package static func setUp(_ index: Int32, _ isUp: Bool) -> Message {
        var message = Message(RTM_NEWLINK)
        var header = linkHeader(index)
        header.ifi_change = UInt32(SKEP_NETLINK_UP)
        header.ifi_flags = isUp ? UInt32(SKEP_NETLINK_UP) : 0
        message.append(header)
        return message
    }

    package static func deleteLink(_ index: Int32) -> Message {
        var message = Message(RTM_DELLINK)
        message.append(linkHeader(index))
        return message
    }

    /// Lets a bridge send frames out by the port they came in by.
    package static func setHairpin(_ index: Int32) -> Message {
        change(index) { message in
            message.nest(IFLA_LINKINFO) { information in
                information.append(IFLA_INFO_SLAVE_KIND, "bridge")
                information.nest(IFLA_INFO_SLAVE_DATA) { $0.append(IFLA_BRPORT_MODE, UInt8(1)) }
            }
        }
    }

    /// Makes a pair, whose other end appears in the network namespace that a descriptor is open on.
    package static func make(_ pair: VethPair, peerIn namespace: Int32) -> Message {
        var message = Message(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
        message.append(ifinfomsg())
        message.append(IFLA_IFNAME, pair.name)
        message.append(IFLA_ADDRESS, pair.hardwareAddress)
        if let master = pair.master { message.append(IFLA_MASTER, master) }
        message.appendSizes(of: pair)
        message.nest(IFLA_LINKINFO) { information in
            information.append(IFLA_INFO_KIND, "veth")
            information.nest(IFLA_INFO_DATA) { data in
                data.nest(VETH_INFO_PEER) { peer in
                    peer.append(ifinfomsg())
                    peer.append(IFLA_IFNAME, pair.peerName)
                    peer.append(IFLA_NET_NS_FD, namespace)
                    if let address = pair.peerHardwareAddress { peer.append(IFLA_ADDRESS, address) }
                    peer.appendSizes(of: pair)
                }
            }
        }
        return message
    }

    private mutating func appendSizes(of pair: VethPair) {
        if let mtu = pair.mtu { append(IFLA_MTU, mtu) }
        if let length = pair.queueLength { append(IFLA_TXQLEN, length) }
    }

    private static func change(_ index: Int32, _ fill: (inout Message) -> Void) -> Message {
        var message = Message(RTM_NEWLINK)
        message.append(linkHeader(index))
        fill(&message)
        return message
    }

    private static func linkHeader(_ index: Int32) -> ifinfomsg {
        var header = ifinfomsg()
        header.ifi_index = index
        return header
    }
}
