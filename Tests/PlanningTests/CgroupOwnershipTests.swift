import OCI
import Testing

@testable import Planning

@Suite("Whose the cgroup is") struct CgroupOwnershipTests {
    private func owner(
        uid: UInt32 = 0, isMapped: Bool = true, destination: String = "/sys/fs/cgroup", options: [String] = [],
        change: (inout Spec) -> Void = { _ in }
    ) throws -> UInt32? {
        func all(_ spec: inout Spec) {
            spec.process?.user.uid = uid
            spec.mounts = [Mount(destination: destination, type: "cgroup", source: "cgroup", options: options)]
            change(&spec)
        }
        return try (isMapped ? UserNamespaceTests.mapped(change: all) : Spec.container(all)).plan().cgroupOwner
    }

    @Test("The user's whom the process runs as") func user() throws {
        #expect(try owner() == 0)
        #expect(try owner(uid: 7) == 7)
        #expect(try owner(uid: 7, isMapped: false) == 7)
        #expect(try owner(options: ["ro", "rw"]) == 0)
        #expect(try owner(destination: "/sys/fs/../fs/cgroup/") == 0)
    }

    @Test("The host's root needs no gift") func root() throws {
        #expect(try owner(isMapped: false) == nil)
    }

    @Test("The runtime's where the container may not write, or sees more than its own") func none() throws {
        #expect(try owner(options: ["ro"]) == nil)
        #expect(try owner(options: ["rro"]) == nil)
        #expect(try owner(destination: "/cgroup") == nil)
        #expect(try owner { $0.mounts = [] } == nil)
        #expect(try owner { $0.linux?.namespaces[5].path = "/ns/cgroup" } == nil)
        #expect(try owner { $0.linux?.namespaces.remove(at: 5) } == nil)
    }
}
