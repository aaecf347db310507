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

    static let blockIOCases: [(Resources.BlockIO, String?)] = [
        (.init(weight: 9), "weight"), (.init(weight: 1001), "weight"), (.init(weight: 0), nil),
        (.init(weight: 10), nil),
        (.init(weight: 1000, leafWeight: 1000), nil), (.init(leafWeight: 9), "leafWeight"),
        (.init(weightDevice: [.init(major: 0, minor: 0)]), "weightDevice[0]"),
        (
            .init(weightDevice: [.init(major: 0, minor: 0, weight: 10), .init(major: 0, minor: 0, weight: 1)]),
            "weightDevice[1].weight"
        ),
        (.init(weightDevice: [.init(major: 0, minor: 0, leafWeight: 2)]), "weightDevice[0].leafWeight"),
        (.init(weightDevice: [.init(major: -1, minor: 0, weight: 10)]), "weightDevice[0].major"),
        (.init(throttleReadBpsDevice: [.init(major: 0, minor: -1, rate: 0)]), "throttleReadBpsDevice[0].minor"),
        (.init(throttleWriteBpsDevice: [.init(major: 1 << 32, minor: 0, rate: 0)]), "throttleWriteBpsDevice[0].major"),
        (.init(throttleReadIOPSDevice: [.init(major: -1, minor: 0, rate: 0)]), "throttleReadIOPSDevice[0].major"),
        (.init(throttleWriteIOPSDevice: [.init(major: -1, minor: 0, rate: 0)]), "throttleWriteIOPSDevice[0].major"),
    ]

    @Test("Weights and block devices", arguments: blockIOCases)
    func blockIO(blockIO: Resources.BlockIO, property: String?) {
        var found: String?
        do {
            _ = try ResourceRules.check(Resources(blockIO: blockIO), on: .v2)
        } catch {
            found = error.property
        }
        #expect(found == property.map { "linux.resources.blockIO." + $0 })
    }

    private func refusal(_ resources: Resources, on cgroups: CgroupView = .v1([])) -> String? {
        do {
            _ = try ResourceRules.check(resources, on: cgroups)
            return nil
        } catch {
            return error.description
        }
    }

    static let memoryCases: [(Resources.Memory, String?)] = [
        (.init(limit: -1, reservation: -1, swap: -1, kernel: -1, kernelTCP: -1, swappiness: 100), nil),
        (.init(limit: -2), "limit: -2 is no number of bytes; -1 is no limit"),
        (.init(reservation: .min), "reservation: -9223372036854775808 is no number of bytes; -1 is no limit"),
        (.init(swap: -2), "swap: -2 is no number of bytes; -1 is no limit"),
        (.init(kernel: -2), "kernel: -2 is no number of bytes; -1 is no limit"),
        (.init(kernelTCP: -2), "kernelTCP: -2 is no number of bytes; -1 is no limit"),
        (.init(swappiness: 101), "swappiness: must lie between 0 and 100, not 101"),
    ]

    @Test("Memory", arguments: memoryCases) func memory(memory: Resources.Memory, message: String?) {
        #expect(refusal(Resources(memory: memory)) == message.map { "linux.resources.memory." + $0 })
    }

    static let swapCases: [(Resources.Memory, String?, on2: String?)] = [
        (.init(limit: 2, swap: 2), nil, nil), (.init(limit: 2, swap: 3), nil, nil), (.init(limit: 2), nil, nil),
        (.init(limit: 2, swap: -1), nil, nil), (.init(limit: 2, swap: 0), nil, nil),
        (.init(limit: -1, swap: 1), nil, nil), (.init(limit: -1, swap: -1), nil, nil),
        (.init(swap: -1), nil, nil), (.init(swap: 0), nil, nil),
        (.init(limit: 2, swap: 1), "limit: 2 is more than memory.swap, 1", "limit: 2 is more than memory.swap, 1"),
        (.init(limit: .max, swap: 1), "limit: 9223372036854775807 is more than", "limit: 9223372036854775807 is more"),
        (.init(swap: 1), nil, "swap: 1 needs a memory.limit beside it"),
        (.init(limit: 0, swap: .max), nil, "swap: 9223372036854775807 needs a memory.limit beside it"),
    ]

    @Test("Memory and swap together", arguments: swapCases.indices) func swap(index: Int) {
        let (memory, on1, on2) = Self.swapCases[index]
        for (cgroups, message) in [(CgroupView.v1([]), on1), (.v2, on2)] {
            let found = refusal(Resources(memory: memory), on: cgroups)
            if let message {
                #expect(found?.hasPrefix("linux.resources.memory." + message) == true, "\(found ?? "taken")")
            } else {
                #expect(found == nil)
            }
        }
    }

    @Test("Idle is yes or no", arguments: [-1, 2, .max] as [Int64]) func idle(idle: Int64) {
        #expect(refusal(Resources(cpu: .init(idle: idle))) == "linux.resources.cpu.idle: must be 0 or 1, not \(idle)")
        #expect(refusal(Resources(cpu: .init(idle: 0))) == nil)
    }

    @Test("What version 2 has no place for is named") func ignored() throws {
        let resources = Resources(
            memory: .init(kernel: 1, kernelTCP: 1, swappiness: 0, disableOOMKiller: true),
            cpu: .init(realtimeRuntime: 1, realtimePeriod: 1),
            blockIO: .init(
                leafWeight: 10,
                weightDevice: [
                    .init(major: 8, minor: 0, weight: 10), .init(major: 8, minor: 1, weight: 10, leafWeight: 10),
                ]))
        let onVersion2 = try ResourceRules.check(resources, on: .v2).map(\.property)
        #expect(
            onVersion2 == [
                "linux.resources.memory.kernel", "linux.resources.memory.kernelTCP",
                "linux.resources.memory.swappiness", "linux.resources.memory.disableOOMKiller",
                "linux.resources.cpu.realtimeRuntime", "linux.resources.cpu.realtimePeriod",
                "linux.resources.blockIO.leafWeight", "linux.resources.blockIO.weightDevice[1].leafWeight",
            ])
        #expect(try ResourceRules.check(resources, on: .v1([])).map(\.property) == ["linux.resources.memory.kernel"])
    }
}
