internal import System

/// The kinds of manager, as logs and state.json name them.
public enum ManagerKind: Sendable, Hashable, RawRepresentable {
    /// Writes to the files of version 1 hierarchies.
    case cgroupfsV1
    /// The same, with a version 2 tree beside them.
    case cgroupfsHybrid
    /// Writes to the files of the version 2 tree.
    case cgroupfsV2
    /// Has systemd make them, in version 1 hierarchies.
    case systemdV1
    /// Has systemd make it, in the version 2 tree.
    case systemdV2
    /// Makes no cgroup: the container stays in those of its maker.
    case disabled
    /// A library user's own, by its name.
    case custom(String)

    /// Those that every program has.
    public static let builtIn: [ManagerKind] = [
        .cgroupfsV1, .cgroupfsHybrid, .cgroupfsV2, .systemdV1, .systemdV2, .disabled,
    ]

    private static let customPrefix = "custom:"

    public init?(rawValue: String) {
        if let name = rawValue.after(Self.customPrefix) {
            self = .custom(name)
            return
        }
        guard let kind = Self.builtIn.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = kind
    }

    public var rawValue: String {
        switch self {
        case .cgroupfsV1: "cgroupfs-v1"
        case .cgroupfsHybrid: "cgroupfs-hybrid"
        case .cgroupfsV2: "cgroupfs-v2"
        case .systemdV1: "systemd-v1"
        case .systemdV2: "systemd-v2"
        case .disabled: "disabled"
        case .custom(let name): Self.customPrefix + name
        }
    }
}
