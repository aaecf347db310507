internal import OCI

/// The security modules that give a process a label.
public struct SecurityModules: OptionSet, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let appArmor = SecurityModules(rawValue: 1)
    public static let selinux = SecurityModules(rawValue: 2)
}

extension ProcessPlanner {
    /// The labels that the exec will change to: before no_new_privs, which would forbid some changes.
    func planLabels(into plan: inout Plan) throws(ConfigurationError) {
        if let profile = process.apparmorProfile, !profile.isEmpty {
            let origin = Origin("process.apparmorProfile")
            if host.contains(.appArmor) {
                plan.append(.appArmor("exec " + profile), from: origin)
            } else if profile != "unconfined" {
                throw ConfigurationError(origin, "\"\(profile)\" can't be applied: the host has no AppArmor")
            }
        }
        if let label = process.selinuxLabel, !label.isEmpty {
            let origin = Origin("process.selinuxLabel")
            guard host.contains(.selinux) else {
                throw ConfigurationError(origin, "\"\(label)\" can't be applied: the host has no SELinux")
            }
            plan.append(.selinux(label), from: origin)
        }
    }
}
