import OCI
import Planning
import Testing

/// A property that a later Skep will carry out.
struct LaterProperty: CustomTestStringConvertible, Sendable {
    var property: String
    var change: @Sendable (inout Spec) -> Void

    var testDescription: String { property }

    init(_ property: String, _ change: @escaping @Sendable (inout Spec) -> Void) {
        self.property = property
        self.change = change
    }
}

@Suite("What is not supported yet") struct UnsupportedTests {
    static let linux = [
        LaterProperty("linux.seccomp") { $0.linux?.seccomp = Seccomp(defaultAction: .allow) }
    ]

    @Test("It is refused by its name, on every host", arguments: linux)
    func refused(later: LaterProperty) {
        let spec = Spec.container(change: later.change)
        #expect(spec.refusal() == "\(later.property) is not supported yet")
        #expect(spec.refusal(on: .v1([])) == "\(later.property) is not supported yet")
    }

    @Test("It comes before what else is wrong", arguments: linux)
    func first(later: LaterProperty) {
        let spec = Spec.container { spec in
            later.change(&spec)
            spec.process?.args = []
            spec.linux?.namespaces = [Namespace(type: .user)]
            spec.mounts = [Mount(destination: "/")]
        }
        #expect(spec.refusal() == "\(later.property) is not supported yet")
    }

    @Test("What is there but says nothing is no reason to refuse") func empty() {
        let spec = Spec.container { spec in
            spec.hooks = Hooks()
            spec.linux?.mountLabel = ""
            spec.linux?.resources = Resources(blockIO: Resources.BlockIO(), network: Resources.Network())
        }
        #expect(spec.refusal() == nil)
    }

    @Test("What is supported is not refused") func supported() {
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
