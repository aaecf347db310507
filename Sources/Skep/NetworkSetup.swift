internal import CLinux
internal import Netlink
internal import Networks
internal import OCI
internal import Planning
internal import System
internal import SystemPackage

/// Sets up a new container's network: moves devices in, makes pairs. Looks at everything before it changes anything,
/// and records what it will change; `NetworkRelease` undoes it from the record.
struct NetworkSetup: ~Copyable {
    private let order: NetworkOrder
    private let directory: StateDirectory
    private let namespace: NetworkNamespace
    private let host: RouteSocket
    private let inner: RouteSocket
    private var record = NetworkRecord()

    /// Carries out an order, for the container whose init is `pid`.
    static func run(
        _ order: NetworkOrder, in directory: StateDirectory, pid: Int32, log: MessageLog?
    ) throws(ContainerError) {
        let namespace = try openNamespace(order, pid)
        let inner = try converting(origin: namespace.path) { () throws(SystemError) in
            try RouteSocket(in: namespace)
        }
        let host = try converting { () throws(SystemError) in try RouteSocket() }
        var setup = NetworkSetup(order: order, directory: directory, namespace: namespace, host: host, inner: inner)
        try setup.run(log)
    }

    private static func openNamespace(
        _ order: NetworkOrder, _ pid: Int32
    ) throws(ContainerError) -> NetworkNamespace {
        let property = order.joined?.origin.description ?? "linux.namespaces"
        let namespace = try converting(origin: property) { () throws(SystemError) in
            try NetworkNamespace(order.joined?.path ?? "/proc/" + decimal(pid) + "/ns/net")
        }
        let own = try converting { () throws(SystemError) in try NetworkNamespace.own() }
        if namespace.isSame(as: own) {
            throw ContainerError(.configInvalid, property, "is the host's own network namespace")
        }
        return namespace
    }

    private init(
        order: NetworkOrder, directory: StateDirectory, namespace: consuming NetworkNamespace, host: RouteSocket,
        inner: RouteSocket
    ) {
        self.order = order
        self.directory = directory
        self.namespace = namespace
        self.host = host
        self.inner = inner
    }

    private mutating func run(_ log: MessageLog?) throws(ContainerError) {
        let moved = try order.moves.map { (move) throws(ContainerError) in try survey(move) }
        try checkNames()
        let masters = try order.networks.pairs.map { (pair) throws(ContainerError) in try bridge(of: pair, log) }
        record.devices = zip(moved, order.moves).map { link, move in
            var device = link.device
            // The kernel puts a number into a name only once the device is where the name counts.
            device.innerName = move.isTemplate ? NetworkNames.random() : move.innerName
            return device
        }
        record.pairs = order.networks.pairs.map { pair in
            NetworkRecord.HostEnd(
                name: pair.hostName ?? NetworkNames.random(), hardwareAddress: NetworkNames.randomAddress())
        }
        if !record.devices.isEmpty {
            try converting(origin: "linux.netDevices") { () throws(SystemError) in
                try namespace.pin(at: directory.networkNamespacePath)
            }
        }
        try keepRecord()
        for (index, pair) in order.networks.pairs.enumerated() {
            log?.debug("making \(pair), with \(record.pairs[index].name) on the host")
            try converting(origin: pair.origin.description) { () throws(SystemError) in
                try make(pair, record.pairs[index], master: masters[index])
            }
        }
        for (index, move) in order.moves.enumerated() {
            log?.debug("moving the network device \(move.name) into the container, as \(move.innerName)")
            try self.move(index, moved[index].index)
        }
        for route in order.networks.routes { try add(route) }
    }

    private func keepRecord() throws(ContainerError) {
        try directory.stage(record.document, for: directory.networkPath)
        try directory.commit(directory.networkPath)
    }

    // MARK: Looking

    /// A device that will move, as it is on the host.
    private func survey(_ move: DeviceMove) throws(ContainerError) -> (index: Int32, device: NetworkRecord.MovedDevice)
    {
        try converting(origin: move.origin.description) { () throws(SystemError) in
            guard let link = try host.link(named: move.name) else {
                throw SystemError(
                    "RTM_GETLINK", move.name, .operationNotSupportedByDevice,
                    hint: "the host has no such network device")
            }
            let addresses = try host.addresses(of: link).filter(\.isKept)
            return (
                link.index,
                NetworkRecord.MovedDevice(
                    name: link.name, hardwareAddress: link.hardwareAddress, mtu: link.mtu, isUp: link.isUp,
                    addresses: addresses, innerName: move.innerName)
            )
        }
    }

    private func checkNames() throws(ContainerError) {
        let links = try converting(origin: "linux.netDevices") { () throws(SystemError) in try inner.links() }
        let names = links.map(\.name)
        for move in order.moves where names.contains(move.innerName) {
            throw ContainerError(
                .configInvalid, move.origin.appending("name").description,
                "the network namespace has a device \"\(move.innerName)\" already",
                hint: "give another name, or one that ends in %d")
        }
    }

    /// The index of a pair's bridge; nil for none.
    private func bridge(of pair: NetworkPlan.Pair, _ log: MessageLog?) throws(ContainerError) -> Int32? {
        guard let name = pair.bridge else { return nil }
        let origin = pair.origin.appending("bridge").description
        let link = try converting(origin: origin) { () throws(SystemError) in try host.link(named: name) }
        guard let link else {
            throw ContainerError(
                .configInvalid, origin, operation: "RTM_GETLINK", path: name, errno: .operationNotSupportedByDevice,
                hint: "\"ip link add \(name) type bridge; ip link set \(name) up\" makes such a bridge")
        }
        if link.kind != "bridge" {
            let kind = link.kind.map { "a device of kind \($0)" } ?? "a physical device"
            throw ContainerError(.configInvalid, origin, "\"\(name)\" is \(kind), not a bridge")
        }
        if !link.isUp { log?.warning("\(origin): \"\(name)\" is down, so nothing will pass it") }
        return link.index
    }

    // MARK: Making

    private func make(
        _ pair: NetworkPlan.Pair, _ end: NetworkRecord.HostEnd, master: Int32?
    ) throws(SystemError) {
        let request = VethPair(
            name: end.name, hardwareAddress: end.hardwareAddress, master: master, peerName: pair.name,
            peerHardwareAddress: pair.hardwareAddress, mtu: pair.mtu, queueLength: pair.queueLength)
        do {
            try host.perform(.make(request, peerIn: namespace.number), "RTM_NEWLINK", end.name)
        } catch  where error.errno == .fileExists {
            throw error.blaming(
                pair.origin.appending("host_interface_name").description, hint: "the host has a device of that name")
        }
        let index = try self.index(of: pair.name, inner)
        for address in pair.addresses { try add(address, to: index) }
        try inner.perform(.setUp(index, true), "RTM_NEWLINK up", pair.name)
        let hostIndex = try self.index(of: end.name, host)
        if pair.isHairpin { try setHairpin(pair, hostIndex, end.name) }
        try host.perform(.setUp(hostIndex, true), "RTM_NEWLINK up", end.name)
    }

    private func setHairpin(_ pair: NetworkPlan.Pair, _ index: Int32, _ name: String) throws(SystemError) {
        do {
            try host.perform(.setHairpin(index), "RTM_NEWLINK hairpin", name)
        } catch {
            throw error.blaming(pair.origin.appending("hairpin_mode").description)
        }
    }

    private func add(_ address: NetworkPlan.PlannedAddress, to index: Int32) throws(SystemError) {
        let prefix = address.prefix
        let request = InterfaceAddress(
            local: prefix.address.bytes, prefixLength: UInt8(prefix.length), broadcast: prefix.broadcast?.bytes,
            // A program that begins at once finds it usable at once.
            flags: prefix.address.isIPv4 ? 0 : InterfaceAddress.withoutDuplicateDetection)
        do {
            try inner.perform(.add(request, to: index), "RTM_NEWADDR", prefix.description)
        } catch {
            throw error.blaming(address.origin.description)
        }
    }

    private func add(_ route: NetworkPlan.PlannedRoute) throws(ContainerError) {
        try converting(origin: route.origin.description) { () throws(SystemError) in
            let index = try route.interface.map { (name) throws(SystemError) in try self.index(of: name, inner) }
            try inner.perform(
                .add(
                    RouteEntry(
                        destination: route.destination.address.bytes, prefixLength: UInt8(route.destination.length),
                        gateway: route.gateway?.bytes, source: route.source?.bytes, index: index)),
                "RTM_NEWROUTE", route.destination.description)
        }
    }

    private func index(of name: String, _ socket: RouteSocket) throws(SystemError) -> Int32 {
        guard let link = try socket.link(named: name) else {
            throw SystemError("RTM_GETLINK", name, .operationNotSupportedByDevice)
        }
        return link.index
    }

    // MARK: Moving

    private mutating func move(_ position: Int, _ index: Int32) throws(ContainerError) {
        let move = order.moves[position], origin = move.origin.description
        var device = record.devices[position]
        let moved = try converting(origin: origin) { () throws(SystemError) in
            try host.perform(.move(index, to: namespace.number, as: device.innerName), "RTM_NEWLINK move", move.name)
            let moved = try self.index(of: device.innerName, inner)
            if move.isTemplate {
                try inner.perform(.rename(moved, to: move.innerName), "RTM_NEWLINK rename", move.innerName)
                if let name = try inner.link(moved)?.name { device.innerName = name }
            }
            return moved
        }
        device.innerIndex = moved
        // With the index that it has now, by which it is found whatever becomes of its name.
        record.devices[position] = device
        try keepRecord()
        try converting(origin: origin) { () throws(SystemError) in
            for address in device.addresses {
                try inner.perform(.add(address, to: moved), "RTM_NEWADDR", device.innerName)
            }
            try inner.perform(.setUp(moved, true), "RTM_NEWLINK up", device.innerName)
        }
    }
}

/// What is given to devices of ours.
enum NetworkNames {
    /// A name for a device that no other has: unless two of four thousand million are the same.
    static func random() -> String {
        "skep" + Hex.text((0..<4).map { _ in UInt8.random(in: .min ... .max) })
    }

    /// A MAC address for one device (its first bit) that no maker has given (its second).
    static func randomAddress() -> [UInt8] {
        var bytes = (0..<6).map { _ in UInt8.random(in: .min ... .max) }
        bytes[0] = bytes[0] & 0xfc | 2
        return bytes
    }
}
