internal import CPlan
internal import OCI

/// Plans /dev: config-linux.md, Devices and Default Devices; runtime-linux.md, Dev symbolic links.
struct DevicePlanner {
    /// Whether the host's device files are shown, since a user namespace may not make any.
    let areBound: Bool

    private static let characterDevice: UInt32 = 0o020000
    private static let blockDevice: UInt32 = 0o060000
    private static let fifo: UInt32 = 0o010000

    private static let defaults: [(path: String, major: UInt32, minor: UInt32)] = [
        ("/dev/null", 1, 3), ("/dev/zero", 1, 5), ("/dev/full", 1, 7), ("/dev/random", 1, 8),
        ("/dev/urandom", 1, 9), ("/dev/tty", 5, 0),
    ]

    private static let links: [(target: String, path: String)] = [
        ("/proc/self/fd", "/dev/fd"), ("/proc/self/fd/0", "/dev/stdin"), ("/proc/self/fd/1", "/dev/stdout"),
        ("/proc/self/fd/2", "/dev/stderr"), ("pts/ptmx", "/dev/ptmx"),
    ]

    /// The steps for the default devices that `devices` does not replace, for `devices`, and for the links.
    func plan(_ devices: [Device], into plan: inout Plan) throws(ConfigurationError) {
        let defaultOrigin = Origin("linux.devices (default)")
        for device in Self.defaults where !devices.contains(where: { InnerPath.normalized($0.path) == device.path }) {
            plan.append(
                make(device.path, Self.characterDevice | 0o666, skep_make_device(device.major, device.minor)),
                from: defaultOrigin)
        }
        for (index, device) in devices.enumerated() {
            let origin = Origin("linux.devices", index)
            plan.append(try action(device, origin: origin), from: origin)
        }
        for link in Self.links {
            plan.append(.symlink(target: link.target, path: link.path), from: defaultOrigin)
        }
    }

    private func make(
        _ path: String, _ mode: UInt32, _ number: UInt64, uid: UInt32 = 0, gid: UInt32 = 0
    ) -> Action {
        if areBound && number != 0 { return .device(path: path, mode: mode, device: number) }
        return .mknod(path: path, mode: mode, device: number, uid: uid, gid: gid)
    }

    private func action(_ device: Device, origin: Origin) throws(ConfigurationError) -> Action {
        let path = device.path
        if path.utf8.first != UInt8(ascii: "/") {
            throw ConfigurationError(origin.appending("path"), "must be absolute, not \"\(path)\"")
        }
        let type: UInt32 =
            switch device.type {
            case .character, .unbufferedCharacter: Self.characterDevice
            case .block: Self.blockDevice
            case .pipe: Self.fifo
            }
        var deviceNumber: UInt64 = 0
        if device.type != .pipe {
            deviceNumber = skep_make_device(
                try Self.number(device.major, origin.appending("major")),
                try Self.number(device.minor, origin.appending("minor")))
        }
        return make(
            InnerPath.normalized(path), type | (device.fileMode ?? 0o666) & 0o7777, deviceNumber,
            uid: device.uid ?? 0, gid: device.gid ?? 0)
    }

    private static func number(_ value: Int64?, _ origin: Origin) throws(ConfigurationError) -> UInt32 {
        if let value, let number = UInt32(exactly: value) { return number }
        throw ConfigurationError(origin, "a device needs a major and a minor number, neither of them negative")
    }
}
