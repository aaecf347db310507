internal import Netlink
internal import OCI
internal import System
internal import SystemPackage

/// Undoes what a launch did to the host's network, or was about to do: devices come back as they were, pairs go.
struct NetworkRelease: ~Copyable {
    private let directory: StateDirectory
    private let host: RouteSocket
    private let log: MessageLog?

    /// Undoes what network.json says, and removes it. A container without networks has none, and costs one look.
    ///
    /// - Throws: why a device could not be brought back. The others are, and the record stays.
    static func run(_ directory: StateDirectory, log: MessageLog?) throws(ContainerError) {
        guard let record = try directory.readNetworkRecord() else { return }
        try converting(origin: "container \"\(directory.id)\"") { () throws(SystemError) in
            try NetworkRelease(directory: directory, host: try RouteSocket(), log: log).run(record)
        }
    }

    private func run(_ record: NetworkRecord) throws(SystemError) {
        var failure: SystemError?
        for pair in record.pairs {
            do {
                try remove(pair)
            } catch {
                failure = failure ?? error
            }
        }
        if !record.devices.isEmpty {
            do {
                try bringBack(record.devices)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        try NetworkNamespace.unpin(directory.networkNamespacePath)
        try Files.removeFile(directory.networkPath)
    }

    /// The host's end goes, and the other one with it; unless the container's end has done that already.
    private func remove(_ end: NetworkRecord.HostEnd) throws(SystemError) {
        guard let link = try host.link(named: end.name), link.hardwareAddress == end.hardwareAddress,
            link.kind == "veth"
        else { return }
        do {
            try host.perform(.deleteLink(link.index), "RTM_DELLINK", end.name)
        } catch {
            if error.errno != .operationNotSupportedByDevice { throw error }
        }
    }

    // MARK: Devices

    private func bringBack(_ devices: [NetworkRecord.MovedDevice]) throws(SystemError) {
        let namespace = try NetworkNamespace(directory.networkNamespacePath)
        // Without the mount nothing has moved yet, or the machine was started anew.
        if !namespace.isNamespace { return }
        let inner = try RouteSocket(in: namespace)
        let own = try NetworkNamespace.own()
        var failure: SystemError?
        for device in devices {
            do {
                try bringBack(device, inner, to: own)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    /// The device in the container, whatever it is called there by now.
    private func find(
        _ device: NetworkRecord.MovedDevice, _ inner: RouteSocket
    ) throws(SystemError) -> Link? {
        if let index = device.innerIndex { return try inner.link(index) }
        // The launch was interrupted: the device may not have moved yet, or may not have its new name.
        let links = try inner.links().filter { $0.hardwareAddress == device.hardwareAddress }
        return links.first { $0.name == device.innerName || $0.name == device.name }
            ?? links.first { !$0.hardwareAddress.isEmpty }
    }

    private func bringBack(
        _ device: NetworkRecord.MovedDevice, _ inner: RouteSocket, to own: borrowing NetworkNamespace
    ) throws(SystemError) {
        if let link = try find(device, inner) {
            let name = try move(device, link, inner, to: own)
            guard let back = try host.link(named: name) else {
                throw SystemError("RTM_GETLINK", name, .operationNotSupportedByDevice)
            }
            try restore(device, back)
            log?.debug("the network device \(name) is back on the host")
        } else if let link = try host.link(named: device.name), link.hardwareAddress == device.hardwareAddress {
            // It never moved, or is back already: what brought it was interrupted.
            try restore(device, link)
        } else {
            log?.debug("the network device \(device.name) is no more")
        }
    }

    /// Moves a device back; its name on the host.
    private func move(
        _ device: NetworkRecord.MovedDevice, _ link: Link, _ inner: RouteSocket, to own: borrowing NetworkNamespace
    ) throws(SystemError) -> String {
        if link.hardwareAddress != device.hardwareAddress {
            try inner.perform(.setUp(link.index, false), "RTM_NEWLINK down", link.name)
            try inner.perform(
                .setHardwareAddress(link.index, device.hardwareAddress), "RTM_NEWLINK address", link.name)
        }
        let name = try freeName(for: device)
        try inner.perform(.move(link.index, to: own.number, as: name), "RTM_NEWLINK move", link.name)
        return name
    }

    /// Gives a device that is on the host what it had there, as far as it has not.
    private func restore(_ device: NetworkRecord.MovedDevice, _ link: Link) throws(SystemError) {
        if link.mtu != device.mtu { try host.perform(.setMTU(link.index, device.mtu), "RTM_NEWLINK mtu", link.name) }
        for address in device.addresses {
            do {
                try host.perform(.add(address, to: link.index), "RTM_NEWADDR", link.name)
            } catch {
                if error.errno != .fileExists { throw error }
            }
        }
        if device.isUp && !link.isUp { try host.perform(.setUp(link.index, true), "RTM_NEWLINK up", link.name) }
    }

    /// The device's old name, unless another device on the host has it by now.
    private func freeName(for device: NetworkRecord.MovedDevice) throws(SystemError) -> String {
        if try host.link(named: device.name) == nil { return device.name }
        let name = NetworkNames.random()
        log?.warning("the host has another network device \(device.name) by now: the container's comes back as \(name)")
        return name
    }
}
