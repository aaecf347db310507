@testable import Cgroups
import Glibc
import System
import TestSupport
import Testing

@Suite("A cgroup handed over", .enabled(if: geteuid() == 0, "gives files away")) struct DelegationTests {
    private let directory = TemporaryDirectory()

    private func owner(_ path: String) -> uid_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_uid : nil
    }

    @Test("The directory and what the kernel lists, as far as it is there, and nothing else") func listed() throws {
        let path = try directory.add("a", ["cgroup.procs": "", "memory.reclaim": "", "memory.max": ""])
        try directory.add("b", ["delegate": "cgroup.procs\nmemory.reclaim\nmemory.oom.group\n"])
        try Delegation.handOver(path, to: 4321, listing: directory.path + "/b/delegate")
        #expect(owner(path) == 4321)
        #expect(owner(path + "/cgroup.procs") == 4321)
        #expect(owner(path + "/memory.reclaim") == 4321)
        #expect(owner(path + "/memory.max") == 0)
    }

    @Test("Without a list, the specification's files") func unlisted() throws {
        let names = ["cgroup.procs", "cgroup.subtree_control", "cgroup.threads", "cgroup.kill"]
        let path = try directory.add("a", ["cgroup.procs": "", "cgroup.threads": "", "cgroup.kill": ""])
        try Delegation.handOver(path, to: 5, listing: directory.path + "/none")
        #expect(names.map { owner(path + "/" + $0) } == [5, nil, 5, 0])
    }

    @Test("A cgroup that is not there is an error") func missing() {
        let error = #expect(throws: SystemError.self) { try Delegation.handOver(directory.path + "/none", to: 5) }
        #expect(error?.operation == "chown 5" && error?.property == "linux.cgroupsPath")
    }
}
