@testable internal import Cgroups
@testable internal import OCI
@testable internal import Planning

/// Limits: whatever the rules let pass can be said to the kernel, in every version, and to systemd.
enum ResourcesTarget {
    static func run(_ bytes: [UInt8]) {
        guard let resources = try? Resources(parsing: bytes) else { return }
        roundTrip(resources)
        let legacy = CgroupView.v1([.init(directory: "memory", controllers: ["memory"], path: "/c")])
        if (try? ResourceRules.check(resources, on: .v2, isNew: true)) != nil { unified(resources) }
        if (try? ResourceRules.check(resources, on: legacy, isNew: true)) != nil { self.legacy(resources) }
        let updated = resources.updated(by: Resources(memory: .init(limit: 1)))
        demand(updated.memory?.limit == 1)
        _ = try? ResourceUpdate.check(resources, resulting: updated, on: .v2)
    }

    private static func unified(_ resources: Resources) {
        _ = UnifiedResources.settings(resources)
        for has in [true, false] {
            _ = BlockIO.unified(resources) { _ in has }
            _ = HugepageSettings.settings(resources, isUnified: true) { _ in has }
        }
        common(resources, isUnified: true)
    }

    private static func legacy(_ resources: Resources) {
        _ = LegacyResources.memory(resources) + LegacyResources.cpu(resources) + LegacyResources.cpuset(resources)
        _ = LegacyResources.pids(resources)
        _ = try? LegacyResources.devices(resources)
        for has in [true, false] {
            _ = BlockIO.legacy(resources) { _ in has }
            _ = HugepageSettings.settings(resources, isUnified: false) { _ in has }
        }
        common(resources, isUnified: false)
    }

    private static func common(_ resources: Resources, isUnified: Bool) {
        _ = RdmaSettings.settings(resources)
        let rules = DeviceRules.effective(resources.devices)
        _ = try? DeviceProgram.assemble(rules)
        _ = UnitProperties.devices(rules, isUnified: isUnified)
        for version in [200, 249, 256] {
            _ = try? UnitProperties.resources(resources, isUnified: isUnified, version: version)
        }
    }
}
