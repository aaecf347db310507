import OCI
import Planning
import Testing

@Suite("Properties that say nothing") struct EmptyPropertyTests {
    @Test("What is there but says nothing is no reason to refuse") func empty() {
        let spec = Spec.container { spec in
            spec.hooks = Hooks()
            spec.linux?.mountLabel = ""
            spec.linux?.resources = Resources(blockIO: Resources.BlockIO(), network: Resources.Network())
        }
        #expect(spec.refusal() == nil)
    }

    @Test("Some that say something") func supported() {
        let spec = Spec.container { spec in
            spec.annotations = ["a": "b"]
            spec.linux?.cgroupsPath = "/a/b"
            spec.linux?.resources = Resources(
                devices: [Resources.DeviceRule(allow: false)], memory: Resources.Memory(limit: 1),
                cpu: Resources.CPU(shares: 2), pids: Resources.Pids(limit: 3))
        }
        #expect(spec.refusal() == nil)
    }
}
