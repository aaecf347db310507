// What an update gives replaces what was there, property by property; what it leaves out stays. Where 0 or the empty
// string says nothing in a configuration, it says nothing here.

extension Resources {
    /// These limits after an update by `changes`. Device rules stay as they are.
    package func updated(by changes: Resources) -> Resources {
        var result = self
        if let memory = changes.memory { result.memory = (self.memory ?? Memory()).updated(by: memory) }
        if let cpu = changes.cpu { result.cpu = (self.cpu ?? CPU()).updated(by: cpu) }
        if let limit = changes.pids?.limit { result.pids = Pids(limit: limit) }
        if let blockIO = changes.blockIO { result.blockIO = (self.blockIO ?? BlockIO()).updated(by: blockIO) }
        result.hugepageLimits = merged(hugepageLimits, changes.hugepageLimits) { $0.pageSize == $1.pageSize }
        if let network = changes.network { result.network = (self.network ?? Network()).updated(by: network) }
        for (device, limits) in changes.rdma {
            result.rdma[device] = Rdma(
                hcaHandles: limits.hcaHandles ?? rdma[device]?.hcaHandles,
                hcaObjects: limits.hcaObjects ?? rdma[device]?.hcaObjects)
        }
        for (file, value) in changes.unified { result.unified[file] = value }
        return result
    }
}

/// The new value, unless it says nothing.
private func given<Value: BinaryInteger>(_ new: Value?, _ old: Value?) -> Value? {
    new == 0 ? old : new ?? old
}

private func given(_ new: String?, _ old: String?) -> String? {
    new == "" ? old : new ?? old
}

/// The entries that stay, and those that are new or take another's place.
private func merged<Entry>(_ entries: [Entry], _ changes: [Entry], isSame: (Entry, Entry) -> Bool) -> [Entry] {
    entries.filter { old in !changes.contains { isSame($0, old) } } + changes
}

extension Resources.Network {
    fileprivate func updated(by changes: Resources.Network) -> Resources.Network {
        Resources.Network(
            classID: given(changes.classID, classID),
            priorities: merged(priorities, changes.priorities) { $0.name == $1.name })
    }
}

extension Resources.Memory {
    fileprivate func updated(by changes: Resources.Memory) -> Resources.Memory {
        var swap = given(changes.swap, swap)
        // Without a limit of memory there can be none of both, unless it is said.
        if changes.limit == -1 && (changes.swap ?? 0) == 0 { swap = -1 }
        return Resources.Memory(
            limit: given(changes.limit, limit), reservation: changes.reservation ?? reservation, swap: swap,
            kernel: given(changes.kernel, kernel), kernelTCP: changes.kernelTCP ?? kernelTCP,
            swappiness: changes.swappiness ?? swappiness,
            disableOOMKiller: changes.disableOOMKiller ?? disableOOMKiller,
            useHierarchy: changes.useHierarchy ?? useHierarchy,
            checkBeforeUpdate: changes.checkBeforeUpdate ?? checkBeforeUpdate)
    }
}

extension Resources.CPU {
    fileprivate func updated(by changes: Resources.CPU) -> Resources.CPU {
        Resources.CPU(
            shares: given(changes.shares, shares), quota: given(changes.quota, quota), burst: changes.burst ?? burst,
            period: given(changes.period, period), realtimeRuntime: given(changes.realtimeRuntime, realtimeRuntime),
            realtimePeriod: given(changes.realtimePeriod, realtimePeriod), cpus: given(changes.cpus, cpus),
            mems: given(changes.mems, mems), idle: changes.idle ?? idle)
    }
}

extension Resources.BlockIO {
    fileprivate func updated(by changes: Resources.BlockIO) -> Resources.BlockIO {
        Resources.BlockIO(
            weight: given(changes.weight, weight), leafWeight: given(changes.leafWeight, leafWeight),
            weightDevice: merged(weightDevice, changes.weightDevice) {
                $0.major == $1.major && $0.minor == $1.minor
            },
            throttleReadBpsDevice: Self.updated(throttleReadBpsDevice, by: changes.throttleReadBpsDevice),
            throttleWriteBpsDevice: Self.updated(throttleWriteBpsDevice, by: changes.throttleWriteBpsDevice),
            throttleReadIOPSDevice: Self.updated(throttleReadIOPSDevice, by: changes.throttleReadIOPSDevice),
            throttleWriteIOPSDevice: Self.updated(throttleWriteIOPSDevice, by: changes.throttleWriteIOPSDevice))
    }

    private static func updated(
        _ devices: [Resources.ThrottleDevice], by changes: [Resources.ThrottleDevice]
    ) -> [Resources.ThrottleDevice] {
        merged(devices, changes) { $0.major == $1.major && $0.minor == $1.minor }
    }
}
