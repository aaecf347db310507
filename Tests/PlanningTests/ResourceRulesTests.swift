import OCI
import Testing

@testable import Planning

@Suite("Resources that can be judged without a cgroup") struct ResourceRulesTests {
    private typealias Rule = Resources.DeviceRule

    private func refusal(_ rule: Resources.DeviceRule) -> String? {
        do {
            _ = try ResourceRules.check(Resources(devices: [Rule(allow: true), rule]), on: .v2)
            return nil
        } catch {
            return error.property
        }
    }

    @Test("Numbers that no device has", arguments: [-2, .min, 1 << 32, .max] as [Int64])
    func impossible(number: Int64) {
        #expect(refusal(Resources.DeviceRule(allow: true, major: number)) == "linux.resources.devices[1].major")
        #expect(refusal(Resources.DeviceRule(allow: true, minor: number)) == "linux.resources.devices[1].minor")
    }

    @Test("Numbers that some have, or all", arguments: [nil, -1, 0, 4_294_967_295] as [Int64?])
    func possible(number: Int64?) {
        #expect(refusal(Resources.DeviceRule(allow: true, major: number, minor: number)) == nil)
    }

    @Test("Access that is none", arguments: ["x", "rwx", "R", " "])
    func access(access: String) {
        #expect(refusal(Resources.DeviceRule(allow: true, access: access)) == "linux.resources.devices[1].access")
    }

    @Test("What version 2 has no place for is named") func ignored() throws {
        let resources = Resources(
            memory: .init(kernel: 1, kernelTCP: 1, swappiness: 0, disableOOMKiller: true),
            cpu: .init(realtimeRuntime: 1, realtimePeriod: 1))
        let onVersion2 = try ResourceRules.check(resources, on: .v2).map(\.property)
        #expect(
            onVersion2 == [
                "linux.resources.memory.kernel", "linux.resources.memory.kernelTCP",
                "linux.resources.memory.swappiness", "linux.resources.memory.disableOOMKiller",
                "linux.resources.cpu.realtimeRuntime", "linux.resources.cpu.realtimePeriod",
            ])
        #expect(try ResourceRules.check(resources, on: .v1([])).map(\.property) == ["linux.resources.memory.kernel"])
    }
}
