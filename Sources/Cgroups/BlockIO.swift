internal import OCI

/// linux.resources.blockIO as control files want it: config-linux.md, Block IO.
///
/// Which files there are depends on the scheduler that the kernel was built with, so the cgroup is asked: `has` tells
/// whether it has a file.
enum BlockIO {
    static func legacy(_ resources: Resources, has: (String) -> Bool) -> [Setting] {
        guard let blockIO = resources.blockIO else { return [] }
        var settings: [Setting] = []
        func file(_ name: String) -> String { has("blkio." + name) ? "blkio." + name : "blkio.bfq." + name }
        // 0 says nothing.
        if let weight = blockIO.weight, weight != 0 {
            settings.append(Setting(file("weight"), weight, "blockIO.weight"))
        }
        if let weight = blockIO.leafWeight, weight != 0 {
            settings.append(Setting("blkio.leaf_weight", weight, "blockIO.leafWeight"))
        }
        for device in blockIO.weightDevice {
            let key = "\(device.major):\(device.minor)"
            if let weight = device.weight, weight != 0 {
                settings.append(line(file("weight_device"), key, weight, "blockIO.weightDevice", absent: "default"))
            }
            if let weight = device.leafWeight, weight != 0 {
                settings.append(line("blkio.leaf_weight_device", key, weight, "blockIO.weightDevice", absent: "0"))
            }
        }
        for (kind, devices, property) in throttles(blockIO) {
            let name = "blkio.throttle." + kind.legacyName + "_device"
            for device in devices {
                settings.append(line(name, "\(device.major):\(device.minor)", device.rate, property, absent: "0"))
            }
        }
        return settings
    }

    static func unified(_ resources: Resources, has: (String) -> Bool) -> [Setting] {
        guard let blockIO = resources.blockIO else { return [] }
        var settings: [Setting] = []
        let isScheduler = has("io.bfq.weight")
        let file = isScheduler ? "io.bfq.weight" : "io.weight"
        func text(_ weight: UInt16) -> UInt16 { isScheduler ? weight : costWeight(weight) }
        if let weight = blockIO.weight, weight != 0 {
            settings.append(line(file, "default", text(weight), "blockIO.weight", absent: "100"))
        }
        for device in blockIO.weightDevice {
            guard let weight = device.weight, weight != 0 else { continue }
            let key = "\(device.major):\(device.minor)"
            settings.append(line(file, key, text(weight), "blockIO.weightDevice", absent: "default"))
        }
        let absent = "rbps=max wbps=max riops=max wiops=max"
        for (kind, devices, property) in throttles(blockIO) {
            for device in devices {
                let rate = device.rate == 0 ? "max" : String(device.rate)
                let key = "\(device.major):\(device.minor)"
                settings.append(line("io.max", key, "\(kind.rawValue)=\(rate)", property, absent: absent))
            }
        }
        return settings
    }

    /// The range of version 1 (10 to 1000) as io.weight's (1 to 10000), as runc and crun have it.
    static func costWeight(_ weight: UInt16) -> UInt16 {
        UInt16(1 + max(Int(weight) - 10, 0) * 9999 / 990)
    }

    /// What is throttled, as io.max calls it.
    private enum Throttle: String {
        case readBytes = "rbps"
        case writtenBytes = "wbps"
        case reads = "riops"
        case writes = "wiops"

        var legacyName: String {
            switch self {
            case .readBytes: "read_bps"
            case .writtenBytes: "write_bps"
            case .reads: "read_iops"
            case .writes: "write_iops"
            }
        }
    }

    private static func throttles(
        _ blockIO: Resources.BlockIO
    ) -> [(kind: Throttle, devices: [Resources.ThrottleDevice], property: String)] {
        [
            (.readBytes, blockIO.throttleReadBpsDevice, "blockIO.throttleReadBpsDevice"),
            (.writtenBytes, blockIO.throttleWriteBpsDevice, "blockIO.throttleWriteBpsDevice"),
            (.reads, blockIO.throttleReadIOPSDevice, "blockIO.throttleReadIOPSDevice"),
            (.writes, blockIO.throttleWriteIOPSDevice, "blockIO.throttleWriteIOPSDevice"),
        ]
    }

    private static func line(
        _ file: String, _ key: String, _ value: some CustomStringConvertible, _ property: String, absent: String
    ) -> Setting {
        Setting(file, "\(key) \(value)", property, .line(key: key, absent: "\(key) \(absent)"))
    }
}
