internal import CPlan
internal import OCI

/// How far a clock of a new time namespace is from the host's: time_namespaces(7).
public struct ClockOffset: Sendable, Hashable {
    /// "monotonic" or "boottime".
    public var clock: String
    public var seconds: Int64
    public var nanoseconds: UInt32

    /// The property that says so.
    public var origin: Origin { Origin("linux.timeOffsets", nil, clock) }

    /// As /proc/PID/timens_offsets takes it.
    public var text: String { "\(clock) \(seconds) \(nanoseconds)" }

    /// The offsets that `linux` asks for.
    ///
    /// - Throws: `ConfigurationError` where there is no clock of the container's own.
    static func plan(_ linux: Linux, _ namespaces: NamespacePlanner) throws(ConfigurationError) -> [ClockOffset] {
        guard let offsets = linux.timeOffsets else { return [] }
        var result: [ClockOffset] = []
        for (clock, offset) in [("monotonic", offsets.monotonic), ("boottime", offsets.boottime)] {
            guard let offset else { continue }
            let wanted = ClockOffset(clock: clock, seconds: offset.secs, nanoseconds: offset.nanosecs)
            if offset.nanosecs > 999_999_999 {
                throw ConfigurationError(
                    wanted.origin.appending("nanosecs"), "must lie between 0 and 999999999, not \(offset.nanosecs)")
            }
            result.append(wanted)
        }
        if result.isEmpty || namespaces.cloneFlags & UInt64(CLONE_NEWTIME) != 0 { return result }
        if namespaces.present.contains(.time) {
            throw ConfigurationError(
                Origin("linux.timeOffsets"), "a time namespace that is joined keeps the clocks that it has")
        }
        throw ConfigurationError(
            Origin("linux.timeOffsets"), "would change the host's clocks",
            hint: "add a namespace of type \"time\" to linux.namespaces")
    }
}
