public import OCI

/// Judges new limits for a container that runs.
public enum ResourceUpdate {
    /// - Parameters:
    ///   - changes: what is to be changed.
    ///   - resources: what the container would have afterwards.
    ///   - cgroups: how they are laid out.
    /// - Returns: what will have no effect.
    /// - Throws: `ConfigurationError` for what can't be meant, or is not for this version of cgroups.
    public static func check(
        _ changes: Resources, resulting resources: Resources, on cgroups: CgroupView
    ) throws(ConfigurationError) -> [ConfigurationError] {
        if let memory = resources.memory { try ResourceRules.checkSwap(memory, on: cgroups) }
        var warnings = try ResourceRules.check(changes, on: cgroups, isNew: false)
        if !changes.devices.isEmpty {
            warnings.append(
                ConfigurationError(
                    Origin("linux.resources.devices"), "is ignored: device rules stay as they are in an update"))
        }
        return warnings
    }
}
