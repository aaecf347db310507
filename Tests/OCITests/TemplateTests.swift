import Glibc
import OCI
import TestSupport
import Testing

@Suite("The template") struct TemplateTests {
    /// What differs on purpose: the version, and the name of the runtime as host name.
    private func like(_ template: Spec, _ other: Spec) -> Spec {
        var spec = template
        spec.ociVersion = other.ociVersion
        spec.hostname = other.hostname
        return spec
    }

    @Test("It is runc's") func recorded() throws {
        let runc = try Spec(parsing: try fixture("runc-spec.json"))
        #expect(like(.template, runc) == runc)
        #expect(Spec.template.ociVersion == "1.3.0")
        #expect(Spec.template.hostname == "skep")
    }

    @Test("The rootless one is runc's") func recordedRootless() throws {
        let runc = try Spec(parsing: try fixture("runc-spec-rootless.json"))
        #expect(like(.rootlessTemplate(uid: 1000, gid: 1000), runc) == runc)
        let mappings = Spec.rootlessTemplate(uid: 7, gid: 8).linux
        #expect(mappings?.uidMappings == [IDMapping(containerID: 0, hostID: 7, size: 1)])
        #expect(mappings?.gidMappings == [IDMapping(containerID: 0, hostID: 8, size: 1)])
    }

    @Test("It has the bytes of runc's file") func bytes() throws {
        var spec = Spec.template
        spec.ociVersion = "1.0.2-dev"
        spec.hostname = "runc"
        #expect(spec.serialized(.tabs) == (try fixture("runc-spec.json")) + [UInt8(ascii: "\n")])
    }

    @Test("A cgroup namespace goes where runc puts it") func cgroupNamespace() {
        #expect(Spec.template(cgroupNamespace: true).linux?.namespaces.last?.type == .cgroup)
        let rootless = Spec.rootlessTemplate(uid: 1, gid: 1, cgroupNamespace: true)
        #expect(rootless.linux?.namespaces.suffix(2).map(\.type) == [.cgroup, .user])
    }

    @Test(
        "It is what the installed runc prints",
        .enabled(if: access("/usr/sbin/runc", X_OK) == 0, "runc is not installed"),
        arguments: [false, true])
    func installed(rootless: Bool) throws {
        let script = """
            folder=$(mktemp -d) && cd "$folder" && /usr/sbin/runc spec \(rootless ? "--rootless" : "") && cat config.json
            rm -rf "$folder"
            """
        guard let pipe = popen(script, "r") else { throw FixtureError(path: "sh", errno: errno) }
        let output = contents(of: pipe)
        #expect(pclose(pipe) == 0)
        let runc = try Spec(parsing: output)
        let hasCgroup = runc.linux?.namespaces.contains { $0.type == .cgroup } ?? false
        let template =
            rootless
            ? Spec.rootlessTemplate(uid: geteuid(), gid: getegid(), cgroupNamespace: hasCgroup)
            : Spec.template(cgroupNamespace: hasCgroup)
        #expect(like(template, runc) == runc)
    }
}
