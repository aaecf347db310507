import OCI
import Planning
import Testing

@Suite("The less common controllers") struct ControllerRulesTests {
    private func refusal(_ resources: Resources, on cgroups: CgroupView = .v2) -> String? {
        let prefix = "linux.resources."
        let text = Spec.container { $0.linux?.resources = resources }.refusal(on: cgroups)
        return text.map { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }
    }

    @Test("Page sizes that are some", arguments: ["64KB", "2MB", "1GB", "16384KB"]) func pageSize(size: String) {
        #expect(refusal(Resources(hugepageLimits: [.init(pageSize: size, limit: 0)])) == nil)
    }

    @Test(
        "Page sizes that are none",
        arguments: ["", "B", "MB", "2M", "2TB", "02MB", "2 MB", "2MiB", "2mb", "-2MB", "2MB/../x", "２MB"])
    func noPageSize(size: String) {
        let limits = [Resources.HugepageLimit(pageSize: "2MB", limit: 1), .init(pageSize: size, limit: 1)]
        #expect(
            refusal(Resources(hugepageLimits: limits))
                == "hugepageLimits[1].pageSize: \"\(size)\" is no page size like 64KB, 2MB or 1GB")
    }

    @Test("RDMA devices") func rdma() {
        #expect(refusal(Resources(rdma: ["mlx5_1": .init(hcaHandles: 0), "rxe3": .init(hcaObjects: 9)])) == nil)
        #expect(refusal(Resources(rdma: ["mlx5_1": .init()])) == "rdma.mlx5_1: needs hcaHandles or hcaObjects")
        for name in ["", "a b", "a\n"] {
            #expect(refusal(Resources(rdma: [name: .init(hcaHandles: 1)])) == "rdma: \"\(name)\" is no device's name")
        }
    }

    @Test("Network traffic is version 1's") func network() {
        let classified = Resources(network: .init(classID: 1))
        let prioritised = Resources(network: .init(priorities: [.init(name: "eth0", priority: 1)]))
        let reason = "can't be applied: cgroup v2 has no classes and priorities of network traffic"
        #expect(refusal(classified) == "network.classID: " + reason)
        #expect(refusal(prioritised) == "network.priorities: " + reason)
        #expect(refusal(classified, on: .v1([])) == nil && refusal(prioritised, on: .v1([])) == nil)
        #expect(refusal(Resources(network: .init(classID: 0))) == nil)
    }

    @Test("Names that no interface has", arguments: ["", "a b", "sixteencharacter", "a\tb"])
    func interface(name: String) {
        let entries = [Resources.InterfacePriority(name: "lo", priority: 1), .init(name: name, priority: 2)]
        #expect(
            refusal(Resources(network: .init(priorities: entries)), on: .v1([]))
                == "network.priorities[1].name: \"\(name)\" is no interface's name")
    }

    @Test("Files of version 2") func unified() {
        #expect(refusal(Resources(unified: ["memory.high": "1", "cgroup.max.depth": "2", "x": ""])) == nil)
        #expect(
            refusal(Resources(unified: ["memory.high": "1"]), on: .v1([]))
                == "unified: can't be applied: it is for cgroup v2, and this host's controllers are version 1's")
    }

    @Test("Files that are none", arguments: ["", ".", "..", "a/b", "../memory.max", "/memory.max"])
    func noFile(name: String) {
        #expect(
            refusal(Resources(unified: [name: "1"]))
                == "unified: \"\(name)\" is not the name of a file in the cgroup")
    }

    @Test("Files that are no limits", arguments: ["cgroup.procs", "cgroup.threads", "cgroup.kill"])
    func noLimit(name: String) {
        #expect(refusal(Resources(unified: [name: "1"])) == "unified.\(name) is about processes, and no limit")
    }
}
