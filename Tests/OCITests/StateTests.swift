import OCI
import TestSupport
import Testing

@Suite("State and features") struct StateTests {
    @Test("The state has runc's keys in runc's order") func order() {
        let state = State(
            ociVersion: "1.3.0", id: "one", pid: 0, status: .stopped, bundle: "/b", rootfs: "/b/rootfs",
            created: "2026-01-02T03:04:05.678901234Z", annotations: ["b": "2", "a": "1"], owner: "")
        #expect(
            text(state)
                == #"{"ociVersion":"1.3.0","id":"one","pid":0,"status":"stopped","bundle":"/b","rootfs":"/b/rootfs","#
                + #""created":"2026-01-02T03:04:05.678901234Z","annotations":{"a":"1","b":"2"},"owner":""}"#)
        #expect((try? State(parsing: text(state))) == state)
    }

    @Test("Hooks get the specification's keys only") func hooks() {
        let state = State(id: "one", pid: 4422, status: .creating, bundle: "/b")
        #expect(text(state) == #"{"ociVersion":"1.3.0","id":"one","pid":4422,"status":"creating","bundle":"/b"}"#)
    }

    @Test("The schema's example") func example() throws {
        let state = try State(parsing: try fixture("state/good/spec-example.json"))
        #expect(
            state
                == State(
                    ociVersion: "0.2.0", id: "oci-container1", pid: 4422, status: .running, bundle: "/containers/redis",
                    annotations: ["myKey": "myValue"]))
    }

    @Test("What a seccomp agent gets") func processState() throws {
        let state = ContainerProcessState(
            pid: 7, metadata: "m", state: State(id: "one", pid: 7, status: .creating, bundle: "/b"))
        #expect(
            text(state)
                == #"{"ociVersion":"1.3.0","fds":["seccompFd"],"pid":7,"metadata":"m","state":"#
                + #"{"ociVersion":"1.3.0","id":"one","pid":7,"status":"creating","bundle":"/b"}}"#)
        #expect(try ContainerProcessState(parsing: text(state)) == state)
    }

    @Test(
        "Features are read and written",
        arguments: ["features-full.json", "features/good/minimal.json", "features/good/runc.json"])
    func features(name: String) throws {
        let bytes = try fixture(name)
        #expect(text(try Features(parsing: bytes)) == (try compact(bytes)))
    }

    @Test("Nothing of a kind is not the same as unknown") func nothing() throws {
        let document =
            #"{"ociVersionMin":"1.0.0","ociVersionMax":"1.3.0","hooks":[],"linux":{"memoryPolicy":{"modes":[]}}}"#
        let features = try Features(parsing: document)
        #expect(features.hooks == [] && features.mountOptions == nil)
        #expect(features.linux?.memoryPolicy == Features.MemoryPolicy(modes: []))
        #expect(text(features) == document)
    }

    @Test("Every feature is read") func allFeatures() throws {
        let features = try Features(parsing: try fixture("features-full.json"))
        #expect(
            features.linux
                == Features.Linux(
                    namespaces: ["mount", "time"], capabilities: ["CAP_KILL"],
                    cgroup: Features.Cgroup(v1: false, v2: true, systemd: true, systemdUser: false, rdma: true),
                    seccomp: Features.Seccomp(
                        enabled: true, actions: ["SCMP_ACT_ALLOW"], operators: ["SCMP_CMP_EQ"],
                        archs: ["SCMP_ARCH_X86_64"],
                        knownFlags: ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_TSYNC"],
                        supportedFlags: ["SECCOMP_FILTER_FLAG_LOG"]),
                    apparmor: Features.Switch(enabled: true), selinux: Features.Switch(enabled: false),
                    intelRdt: Features.IntelRdt(enabled: true, schemata: false, monitoring: true),
                    memoryPolicy: Features.MemoryPolicy(modes: ["MPOL_BIND"], flags: ["MPOL_F_STATIC_NODES"]),
                    mountExtensions: Features.MountExtensions(idmap: Features.Switch(enabled: true)),
                    netDevices: Features.Switch(enabled: true)))
        #expect(features.hooks == ["prestart"])
        #expect(features.annotations == ["a": "b"])
        #expect(features.potentiallyUnsafeConfigAnnotations == ["org.criu."])
    }

    @Test("The schema's bad examples fail")
    func bad() throws {
        let features = String(decoding: try fixture("features/bad/missing-ociVersionMax.json"), as: UTF8.self)
        #expect(failure(Features.self, features) == "ociVersionMax: required, but missing")
        let state = String(decoding: try fixture("state/bad/invalid-json.json"), as: UTF8.self)
        #expect(
            failure(State.self, state)
                == "line 1, column 2: unexpected character ']', expected a property name in double quotes")
    }
}
