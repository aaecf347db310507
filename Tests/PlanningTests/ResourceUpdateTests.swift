import OCI
import Planning
import Testing

@Suite("An update of resources") struct ResourceUpdateTests {
    private func check(_ changes: Resources, of before: Resources = Resources()) throws(ConfigurationError) -> [String]
    {
        var after = before
        after.memory = changes.memory ?? before.memory
        return try ResourceUpdate.check(changes, resulting: after, on: .v2).map(\.property)
    }

    private func refusal(_ changes: Resources) -> ConfigurationError? {
        do {
            _ = try check(changes)
            return nil
        } catch {
            return error
        }
    }

    @Test("What can't be meant is refused") func unsupported() {
        #expect(refusal(Resources(unified: ["a/b": "1"]))?.property == "linux.resources.unified")
        #expect(refusal(Resources(rdma: ["a": .init()]))?.property == "linux.resources.rdma.a")
    }

    @Test("More memory than memory and swap together is refused") func memoryAndSwap() {
        let error = refusal(Resources(memory: .init(limit: 2, swap: 1)))
        #expect(error?.property == "linux.resources.memory.limit" && error?.reason == "2 is more than memory.swap, 1")
        for memory in [.init(limit: 2, swap: 2), .init(limit: 2, swap: -1), .init(limit: -1, swap: 2), .init(limit: 2)]
            as [Resources.Memory]
        {
            #expect(refusal(Resources(memory: memory)) == nil)
        }
    }

    @Test("Swap alone is judged by what the container has") func swapAlone() throws {
        let changes = Resources(memory: .init(swap: 3))
        func check(_ memory: Resources.Memory) throws(ConfigurationError) {
            _ = try ResourceUpdate.check(changes, resulting: Resources(memory: memory), on: .v2)
        }
        try check(.init(limit: 2, swap: 3))
        #expect(throws: ConfigurationError.self) { try check(.init(limit: 4, swap: 3)) }
        #expect(throws: ConfigurationError.self) { try check(.init(swap: 3)) }
    }

    @Test("Device rules are said to be ignored") func devices() throws {
        #expect(try check(Resources(devices: [.init(allow: true)])) == ["linux.resources.devices"])
    }

    @Test("checkBeforeUpdate has an effect here") func checkBeforeUpdate() throws {
        #expect(try check(Resources(memory: .init(limit: 1, checkBeforeUpdate: true))) == [])
    }
}
