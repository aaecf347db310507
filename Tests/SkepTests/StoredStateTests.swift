import Cgroups
import OCI
@testable import Skep
import Testing

@Suite("state.json") struct StoredStateTests {
    /// A document with something of everything.
    static let document: StateDocument = {
        var document = StateDocument(cgroups: ["": "/cg/unified/c", "memory": "/cg/memory/c"])
        document.members["namespace_paths"] = #"{"NEWNET":"/proc/7/ns/net"}"#
        return document
    }()

    private func refusal(_ document: StateDocument) -> String? {
        do {
            _ = try StoredState(parsing: document.text)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("Read") func read() throws {
        let state = try StoredState(parsing: Self.document.text)
        #expect(state.id == "c" && state.pid == 5_000_000 && state.startTime == 1)
        #expect(state.created == "2026-11-23T18:36:55.000000001Z" && state.ociVersion == "1.3.0")
        #expect(state.bundle == "/bundle" && state.rootfs == "/bundle/rootfs")
        #expect(state.manager.kind == .cgroupfsV1)
        #expect(state.annotations == ["a.b": "c"])
        #expect(!state.sharesPIDNamespace)
    }

    @Test("Written and read again it is the same", arguments: [JSONStyle.compact, .spaces, .tabs])
    func roundTrip(style: JSONStyle) throws {
        var state = try StoredState(parsing: Self.document.text)
        #expect(try StoredState(parsing: state.serialized(style)) == state)
        state.pid = .max
        state.startTime = .max
        state.bundle = "/ä \"b\"\n\t\\"
        state.manager = StoredManager(kind: .cgroupfsV2, namedPaths: [])
        state.namespacePaths = [NamedPath("NEWPID", "/proc/7/ns/pid"), NamedPath("NEWNET", "/proc/7/ns/net")]
        state.annotations = [:]
        state.keepsKeyring = true
        state.sharesPIDNamespace = true
        state.resources = Resources(memory: .init(limit: 5))
        state.resourceControl = ResourceControlGroup(
            path: "/sys/fs/resctrl/c", monitoringPath: "/sys/fs/resctrl/c/mon_groups/c", isOwn: true)
        #expect(try StoredState(parsing: state.serialized(style)) == state)
    }

    @Test(
        "These have to be there",
        arguments: [
            "id", "init_process_pid", "init_process_start", "created", "oci_version", "bundle", "rootfs",
            "cgroup_manager",
        ])
    func required(key: String) {
        var document = Self.document
        document.members[key] = nil
        #expect(refusal(document) == "\(key): required, but missing")
        document.members[key] = "null"
        #expect(refusal(document) == "\(key): required, but missing")
        document.members[key] = "[]"
        #expect(refusal(document)?.hasPrefix("\(key): expected ") == true)
    }

    @Test("These may be missing", arguments: ["cgroup_paths", "namespace_paths", "annotations"])
    func optional(key: String) {
        var document = Self.document
        document.members[key] = nil
        #expect(refusal(document) == nil)
        document.members[key] = "{}"
        #expect(refusal(document) == nil)
        document.members[key] = #"{"a":1}"#
        #expect(refusal(document) == "\(key).a: expected a string, found an integer (1)")
    }

    @Test("The keyring is mentioned where there is none of the container's own") func keyring() throws {
        var document = Self.document
        let usual = try StoredState(parsing: document.text)
        #expect(!usual.keepsKeyring)
        #expect(!String(decoding: usual.serialized(.compact), as: UTF8.self).contains("keyring"))
        document.members["no_new_keyring"] = "true"
        let kept = try StoredState(parsing: document.text)
        #expect(kept.keepsKeyring)
        #expect(String(decoding: kept.serialized(.compact), as: UTF8.self).contains(#""no_new_keyring":true"#))
    }

    @Test("What later versions add is ignored") func unknown() {
        var document = Self.document
        document.members["new"] = "[1,2]"
        #expect(refusal(document) == nil)
    }

    @Test("Managers that are none") func manager() {
        var document = Self.document
        document.members["cgroup_manager"] = "\"cgroupfs-v9\""
        #expect(
            refusal(document)
                == "cgroup_manager: unknown value \"cgroupfs-v9\" (one of: cgroupfs-v1, cgroupfs-hybrid, cgroupfs-v2, systemd-v1, systemd-v2, disabled)"
        )
    }

    @Test("Numbers that do not fit", arguments: ["2147483648", "-2147483649", "1.5"]) func pid(text: String) {
        var document = Self.document
        document.members["init_process_pid"] = text
        #expect(refusal(document)?.hasPrefix("init_process_pid: ") == true)
    }
}
