@testable import Cgroups
import OCI
import System
import TestSupport
import Testing

@Suite("Placement in version 2") struct UnifiedCpusetTests {
    private let directory = TemporaryDirectory()

    private func refusal(_ cpu: Resources.CPU) -> SystemError? {
        do {
            try UnifiedCpuset.check(Resources(cpu: cpu), below: directory.path + "/above")
            return nil
        } catch {
            return error
        }
    }

    @Test("Something of it has to be there", arguments: ["0", "3", "0-9", "7,2", "1-2", "", "x"])
    func possible(list: String) throws {
        try directory.add("above", ["cpuset.cpus.effective": "0-3\n", "cpuset.mems.effective": "0-3\n"])
        #expect(refusal(.init(cpus: list, mems: list)) == nil)
    }

    @Test("What the cgroup above has none of is refused, and said", arguments: ["4", "4-9", "7,100"])
    func impossible(list: String) throws {
        try directory.add("above", ["cpuset.cpus.effective": "0-3\n", "cpuset.mems.effective": "0\n"])
        let error = refusal(.init(cpus: list))
        #expect(error?.property == "linux.resources.cpu.cpus" && error?.hint == "the cgroup above has 0-3")
        #expect(error?.operation == "write " + list)
        #expect(refusal(.init(mems: list))?.property == "linux.resources.cpu.mems")
    }

    @Test("Without the controller nothing is known") func noController() {
        #expect(refusal(.init(cpus: "9")) == nil)
    }
}
