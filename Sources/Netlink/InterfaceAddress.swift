internal import CNetlink
internal import Glibc

/// An address of a network device.
package struct InterfaceAddress: Sendable, Equatable {
    /// The device's own, 4 bytes or 16.
    package var local: [UInt8]
    package var prefixLength: UInt8
    /// The other end's, where the device leads to one other machine only.
    package var peer: [UInt8]?
    package var broadcast: [UInt8]?
    /// RT_SCOPE_ values.
    package var scope: UInt8
    /// IFA_F_ flags.
    package var flags: UInt32
    /// What the route that comes with it costs; nil for the kernel's choice.
    package var metric: UInt32?

    package init(
        local: [UInt8], prefixLength: UInt8, peer: [UInt8]? = nil, broadcast: [UInt8]? = nil, scope: UInt8 = 0,
        flags: UInt32 = 0, metric: UInt32? = nil
    ) {
        self.local = local
        self.prefixLength = prefixLength
        self.peer = peer
        self.broadcast = broadcast
        self.scope = scope
        self.flags = flags
        self.metric = metric
    }

    /// For an address that is usable at once: nobody is asked whether they have it too.
    package static let withoutDuplicateDetection = UInt32(IFA_F_NODAD)

    /// Whether it was given for good, and means the same everywhere: what a device keeps when it moves
    /// (config-linux.md, Network Devices).
    package var isKept: Bool {
        flags & UInt32(IFA_F_PERMANENT) != 0 && scope == UInt8(RT_SCOPE_UNIVERSE.rawValue)
    }

    /// The flags that can be given with an address; the others are the kernel's own notes about it.
    package var settableFlags: UInt32 {
        flags
            & UInt32(IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN)
    }

    /// Reads RTM_NEWADDR: the address and its device. Nil for another message.
    package static func read(_ reply: Reply) -> (index: Int32, address: InterfaceAddress)? {
        guard reply.type == RTM_NEWADDR, let header = reply.payload.layout(ifaddrmsg.self),
            let attributes = Attributes(reply.payload.dropFirst(MemoryLayout<ifaddrmsg>.size)),
            let address = attributes.bytes(IFA_ADDRESS) ?? attributes.bytes(IFA_LOCAL)
        else { return nil }
        // IFA_ADDRESS is the other end's where there is one, else the same.
        let local = attributes.bytes(IFA_LOCAL) ?? address
        return (
            Int32(header.ifa_index),
            InterfaceAddress(
                local: local, prefixLength: header.ifa_prefixlen, peer: local == address ? nil : address,
                broadcast: attributes.bytes(IFA_BROADCAST), scope: header.ifa_scope,
                flags: attributes.number(IFA_FLAGS) ?? UInt32(header.ifa_flags),
                metric: attributes.number(IFA_RT_PRIORITY))
        )
    }
}

extension Message {
    /// Asks for the addresses of all devices.
    package static func allAddresses() -> Message {
        var message = Message(RTM_GETADDR, NLM_F_DUMP)
        message.append(ifaddrmsg())
        return message
    }

    /// Gives a device an address.
    package static func add(_ address: InterfaceAddress, to index: Int32) -> Message {
        var message = Message(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
        message.append(
            ifaddrmsg(
                ifa_family: family(of: address.local), ifa_prefixlen: address.prefixLength,
                ifa_flags: UInt8(truncatingIfNeeded: address.settableFlags), ifa_scope: address.scope,
                ifa_index: UInt32(index)))
        message.append(IFA_LOCAL, address.local)
        message.append(IFA_ADDRESS, address.peer ?? address.local)
        if let broadcast = address.broadcast { message.append(IFA_BROADCAST, broadcast) }
        message.append(IFA_FLAGS, address.settableFlags)
        if let metric = address.metric { message.append(IFA_RT_PRIORITY, metric) }
        return message
    }
}

/// A route of the main table.
package struct RouteEntry: Sendable, Equatable {
    /// Where it leads, 4 bytes or 16.
    package var destination: [UInt8]
    package var prefixLength: UInt8
    /// Who passes packets on; nil where the destination is reached at once.
    package var gateway: [UInt8]?
    /// The address that packets are sent from; nil for the kernel's choice.
    package var source: [UInt8]?
    /// The device; nil for the one that leads to the gateway.
    package var index: Int32?

    package init(
        destination: [UInt8], prefixLength: UInt8, gateway: [UInt8]? = nil, source: [UInt8]? = nil,
        index: Int32? = nil
    ) {
        self.destination = destination
        self.prefixLength = prefixLength
        self.gateway = gateway
        self.source = source
        self.index = index
    }
}

extension Message {
    /// Adds a route.
    package static func add(_ route: RouteEntry) -> Message {
        var message = Message(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
        var header = rtmsg()
        header.rtm_family = family(of: route.destination)
        header.rtm_dst_len = route.prefixLength
        header.rtm_table = UInt8(RT_TABLE_MAIN.rawValue)
        header.rtm_protocol = UInt8(RTPROT_BOOT)
        header.rtm_type = UInt8(RTN_UNICAST)
        let isDirect = route.gateway == nil && route.destination.count == 4
        header.rtm_scope = UInt8((isDirect ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE).rawValue)
        message.append(header)
        if route.prefixLength > 0 { message.append(Int(RTA_DST.rawValue), route.destination) }
        if let gateway = route.gateway { message.append(Int(RTA_GATEWAY.rawValue), gateway) }
        if let source = route.source { message.append(Int(RTA_PREFSRC.rawValue), source) }
        if let index = route.index { message.append(Int(RTA_OIF.rawValue), index) }
        return message
    }
}

private func family(of address: [UInt8]) -> UInt8 {
    UInt8(address.count == 4 ? AF_INET : AF_INET6)
}
