internal import DBus
internal import OCI
internal import System
internal import SystemPackage

/// What systemd is told of limits that change, lest it bring the old ones back.
struct UnitChange: Sendable {
    private let unit: SystemdUnit
    private let after: [UnitProperty]
    private let before: [UnitProperty]

    /// Only what comes out otherwise is told; nil where that is nothing.
    init?(
        _ unit: SystemdUnit, from old: Resources, to new: Resources, isUnified: Bool
    ) throws(SystemError) {
        self.unit = unit
        var version = UnitProperties.assumedVersion
        if UnitProperties.dependOnVersion(old) || UnitProperties.dependOnVersion(new) {
            var client = try SystemdClient(unit.instance)
            version = try client.version()
        }
        do {
            let before = try UnitProperties.resources(old, isUnified: isUnified, version: version)
            after = try UnitProperties.resources(new, isUnified: isUnified, version: version).filter {
                !before.contains($0)
            }
            self.before = after.compactMap { property in
                before.first { $0.name == property.name } ?? Self.unset(property)
            }
        } catch {
            throw error.systemError
        }
        if after.isEmpty { return nil }
    }

    /// What a property is that was never set: a number is at its largest then, and a list empty; of a guarantee, the
    /// least.
    private static func unset(_ property: UnitProperty) -> UnitProperty? {
        switch property.value {
        case .uint64: UnitProperty(property.name, .uint64(isGuarantee(property.name) ? 0 : .max))
        case .array(let element, _): UnitProperty(property.name, .array(element: element, []))
        default: nil
        }
    }

    private static func isGuarantee(_ name: String) -> Bool { name == "MemoryLow" || name == "MemoryMin" }

    /// Tells systemd of the new limits.
    func carryOut() throws(SystemError) { try set(after) }

    /// Tells it of the old ones.
    func undo() throws(SystemError) { try set(before) }

    /// A unit that is gone has no limits to bring back.
    private func set(_ properties: [UnitProperty]) throws(SystemError) {
        var client = try SystemdClient(unit.instance)
        do {
            try client.setProperties(unit.name, properties)
        } catch  where error.errno == .noSuchFileOrDirectory {}
    }
}
