import OCI
import Testing

@Suite("Resources after an update") struct ResourcesUpdatingTests {
    static let full = Resources(
        devices: [.init(allow: false)],
        memory: .init(
            limit: 1, reservation: 2, swap: 3, kernel: 4, kernelTCP: 5, swappiness: 6, disableOOMKiller: true,
            useHierarchy: true, checkBeforeUpdate: true),
        cpu: .init(
            shares: 1, quota: 2, burst: 3, period: 4, realtimeRuntime: 5, realtimePeriod: 6, cpus: "7", mems: "8",
            idle: 1), pids: .init(limit: 9),
        blockIO: .init(
            weight: 10, leafWeight: 11, weightDevice: [.init(major: 1, minor: 1, weight: 12)],
            throttleReadBpsDevice: [.init(major: 1, minor: 1, rate: 1)]))

    @Test("Nothing given, nothing changed") func nothing() {
        #expect(Self.full.updated(by: Resources()) == Self.full)
        let empty = Resources(memory: .init(), cpu: .init(), pids: .init(), blockIO: .init())
        #expect(Self.full.updated(by: empty) == Self.full)
        let silent = Resources(
            memory: .init(limit: 0, swap: 0, kernel: 0),
            cpu: .init(shares: 0, quota: 0, period: 0, realtimeRuntime: 0, realtimePeriod: 0, cpus: "", mems: ""),
            blockIO: .init(weight: 0, leafWeight: 0))
        #expect(Self.full.updated(by: silent) == Self.full)
    }

    @Test("Everything given, everything changed, but for devices") func everything() {
        var other = Resources(
            devices: [.init(allow: true)],
            memory: .init(
                limit: 21, reservation: 0, swap: 23, kernel: 24, kernelTCP: 0, swappiness: 0, disableOOMKiller: false,
                useHierarchy: false, checkBeforeUpdate: false),
            cpu: .init(
                shares: 21, quota: -1, burst: 0, period: 24, realtimeRuntime: 25, realtimePeriod: 26, cpus: "27",
                mems: "28", idle: 0), pids: .init(limit: 0),
            blockIO: .init(
                weight: 30, leafWeight: 31, weightDevice: [.init(major: 1, minor: 1, weight: 32)],
                throttleReadBpsDevice: [.init(major: 1, minor: 1, rate: 0)]))
        let updated = Self.full.updated(by: other)
        other.devices = Self.full.devices
        #expect(updated == other)
    }

    @Test("What was not there comes to be") func new() {
        var other = Self.full
        other.devices = []
        #expect(Resources().updated(by: Self.full) == other)
    }

    @Test("Devices keep what is not said of them") func devices() {
        let changes = Resources(
            blockIO: .init(throttleReadBpsDevice: [
                .init(major: 2, minor: 1, rate: 5), .init(major: 1, minor: 2, rate: 6),
            ]))
        let rates = Self.full.updated(by: changes).blockIO?.throttleReadBpsDevice.map(\.rate)
        #expect(rates == [1, 5, 6])
    }

    @Test("Huge pages, network, RDMA and files of version 2 keep what is not said of them") func others() {
        let before = Resources(
            hugepageLimits: [.init(pageSize: "2MB", limit: 1), .init(pageSize: "1GB", limit: 2)],
            network: .init(classID: 3, priorities: [.init(name: "a", priority: 4), .init(name: "b", priority: 5)]),
            rdma: ["a": .init(hcaHandles: 6, hcaObjects: 7)], unified: ["x": "8", "y": "9"])
        let changes = Resources(
            hugepageLimits: [.init(pageSize: "2MB", limit: 21)],
            network: .init(classID: 0, priorities: [.init(name: "a", priority: 24)]),
            rdma: ["a": .init(hcaObjects: 27), "b": .init(hcaHandles: 26)], unified: ["y": "29", "z": "30"])
        #expect(before.updated(by: Resources(network: .init())) == before)
        #expect(
            before.updated(by: changes)
                == Resources(
                    hugepageLimits: [.init(pageSize: "1GB", limit: 2), .init(pageSize: "2MB", limit: 21)],
                    network: .init(
                        classID: 3, priorities: [.init(name: "b", priority: 5), .init(name: "a", priority: 24)]),
                    rdma: ["a": .init(hcaHandles: 6, hcaObjects: 27), "b": .init(hcaHandles: 26)],
                    unified: ["x": "8", "y": "29", "z": "30"]))
    }

    @Test(
        "No limit of memory means none of both, unless it is said",
        arguments: [(nil, -1), (0, -1), (7, 7), (-1, -1)] as [(Int64?, Int64)])
    func unlimited(swap: Int64?, expected: Int64) {
        let updated = Self.full.updated(by: Resources(memory: .init(limit: -1, swap: swap)))
        #expect(updated.memory?.limit == -1 && updated.memory?.swap == expected)
    }
}
