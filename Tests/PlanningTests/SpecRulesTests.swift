import OCI
import Planning
import Testing

@Suite("Versions and names") struct SpecRulesTests {
    @Test(
        "Versions of the specification that Skep follows",
        arguments: ["1.0.0", "1.3.0", "1.99.0", "1.0.2-dev", "1.0.0-rc5-dev", "1.1.0+dev", "1.2.0-rc.1+a.b"])
    func version(version: String) {
        #expect(Spec.container { $0.ociVersion = version }.refusal() == nil)
    }

    @Test("Versions of another", arguments: ["0.9.0", "2.0.0", "10.0.0", "2.0.0-dev"])
    func otherVersion(version: String) {
        #expect(
            Spec.container { $0.ociVersion = version }.refusal()
                == "ociVersion: \(version) is another specification than the 1.x that Skep follows")
    }

    @Test(
        "What is no version",
        arguments: [
            "", "1", "1.0", "1.x", "1.0.", "1.0.0.0", "v1.0.0", "1.0.0-", "1.0.0+", "01.0.0", "1.00.0", "1.0.0 ",
        ])
    func noVersion(version: String) {
        #expect(
            Spec.container { $0.ociVersion = version }.refusal()
                == "ociVersion: \"\(version)\" is no version like 1.3.0")
    }

    @Test("The section linux may be missing") func noLinux() throws {
        let plan = try Spec.container { $0.linux = nil }.plan()
        #expect(plan.cloneFlags == 0 && plan.joinedNamespaces.isEmpty)
        #expect(plan.names.contains("pivot") && plan.names.last == "exec")
    }

    @Test("Names are counted in bytes") func names() {
        let longest = String(repeating: "a", count: 64), accents = String(repeating: "é", count: 33)
        #expect(Spec.container { $0.hostname = longest }.refusal() == nil)
        #expect(Spec.container { $0.domainname = longest }.refusal() == nil)
        #expect(
            Spec.container { $0.hostname = longest + "a" }.refusal()
                == "hostname: has 65 bytes, and the kernel takes 64")
        #expect(
            Spec.container { $0.domainname = accents }.refusal()
                == "domainname: has 66 bytes, and the kernel takes 64")
    }
}
