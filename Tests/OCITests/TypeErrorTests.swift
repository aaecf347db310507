import OCI
import TestSupport
import Testing

/// A `config.json` with one thing wrong, and what the user is told.
struct BadSpec: CustomTestStringConvertible, Sendable {
    var json: String
    var message: String

    var testDescription: String { message }

    /// A configuration with `json` inside braces, after the version.
    init(_ json: String, _ message: String) {
        self.json = #"{"ociVersion":"1.3.0",\#(json)}"#
        self.message = message
    }
}

@Suite("Errors about types") struct TypeErrorTests {
    static let wrongTypes = [
        BadSpec(#""process":[]"#, "process: expected an object, found an array"),
        BadSpec(#""process":"sh""#, #"process: expected an object, found a string ("sh")"#),
        BadSpec(#""root":true"#, "root: expected an object, found a boolean (true)"),
        BadSpec(#""root":{"path":7}"#, "root.path: expected a string, found an integer (7)"),
        BadSpec(#""root":{"path":"/","readonly":"no"}"#, #"root.readonly: expected a boolean, found a string ("no")"#),
        BadSpec(#""root":{"path":"/","readonly":0}"#, "root.readonly: expected a boolean, found an integer (0)"),
        BadSpec(#""hostname":{}"#, "hostname: expected a string, found an object"),
        BadSpec(#""mounts":{}"#, "mounts: expected an array, found an object"),
        BadSpec(#""mounts":["/proc"]"#, #"mounts[0]: expected an object, found a string ("/proc")"#),
        BadSpec(
            #""mounts":[{"destination":"/a"},{"destination":"/b"},{"destination":"/c"},{"destination":4.5}]"#,
            "mounts[3].destination: expected a string, found a number (4.5)"),
        BadSpec(
            #""mounts":[{"destination":"/a","options":["ro",null]}]"#,
            "mounts[0].options[1]: expected a string, found null"),
        BadSpec(#""mounts":[null]"#, "mounts[0]: expected an object, found null"),
        BadSpec(#""annotations":["a"]"#, "annotations: expected an object, found an array"),
        BadSpec(#""annotations":{"a":1}"#, "annotations.a: expected a string, found an integer (1)"),
        BadSpec(#""annotations":{"a":null}"#, "annotations.a: expected a string, found null"),
        BadSpec(#""annotations":{"org.x":1}"#, #"annotations["org.x"]: expected a string, found an integer (1)"#),
        BadSpec(#""annotations":{"":1}"#, #"annotations[""]: expected a string, found an integer (1)"#),
        BadSpec(
            #""linux":{"sysctl":{"net.a b":1}}"#, #"linux.sysctl["net.a b"]: expected a string, found an integer (1)"#),
        BadSpec(#""process":{"cwd":"/","args":"sh"}"#, #"process.args: expected an array, found a string ("sh")"#),
        BadSpec(#""process":{"cwd":"/","args":["a",1]}"#, "process.args[1]: expected a string, found an integer (1)"),
        BadSpec(#""process":{"cwd":"/","terminal":1}"#, "process.terminal: expected a boolean, found an integer (1)"),
        BadSpec(
            #""process":{"cwd":"/","user":{"uid":"0"}}"#,
            #"process.user.uid: expected an integer, found a string ("0")"#),
        BadSpec(
            #""process":{"cwd":"/","user":{"uid":1.5}}"#, "process.user.uid: expected an integer, found a number (1.5)"),
        BadSpec(
            #""process":{"cwd":"/","user":{"uid":1e400}}"#,
            "process.user.uid: expected an integer, found a number (1e400)"),
        BadSpec(
            #""process":{"cwd":"/","user":{"additionalGids":[1,"2"]}}"#,
            #"process.user.additionalGids[1]: expected an integer, found a string ("2")"#),
        BadSpec(
            #""linux":{"resources":{"memory":{"limit":"12m"}}}"#,
            #"linux.resources.memory.limit: expected an integer, found a string ("12m")"#),
        BadSpec(
            #""linux":{"resources":{"memory":{"disableOOMKiller":"true"}}}"#,
            #"linux.resources.memory.disableOOMKiller: expected a boolean, found a string ("true")"#),
        BadSpec(
            #""linux":{"resources":{"rdma":{"mlx5_1":{"hcaHandles":"not a uint32"}}}}"#,
            #"linux.resources.rdma.mlx5_1.hcaHandles: expected an integer, found a string ("not a uint32")"#),
        BadSpec(
            #""linux":{"netDevices":{"eth0":{"name":23}}}"#,
            "linux.netDevices.eth0.name: expected a string, found an integer (23)"),
        BadSpec(
            #""linux":{"seccomp":{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":"x","action":"SCMP_ACT_LOG"}]}}"#,
            #"linux.seccomp.syscalls[0].names: expected an array, found a string ("x")"#),
        BadSpec(
            #""hooks":{"poststop":[{"path":"/x","timeout":"5"}]}"#,
            #"hooks.poststop[0].timeout: expected an integer, found a string ("5")"#),
    ]

    static let outOfRange = [
        BadSpec(
            #""process":{"cwd":"/","user":{"uid":4294967296}}"#,
            "process.user.uid: 4294967296 is out of range (0 to 4294967295)"),
        BadSpec(#""process":{"cwd":"/","user":{"gid":-1}}"#, "process.user.gid: -1 is out of range (0 to 4294967295)"),
        BadSpec(
            #""process":{"cwd":"/","user":{"gid":1e10}}"#, "process.user.gid: 1e10 is out of range (0 to 4294967295)"),
        BadSpec(
            #""process":{"cwd":"/","rlimits":[{"type":"R","hard":-1,"soft":0}]}"#,
            "process.rlimits[0].hard: -1 is out of range (0 to 18446744073709551615)"),
        BadSpec(
            #""process":{"cwd":"/","oomScoreAdj":9223372036854775808}"#,
            "process.oomScoreAdj: 9223372036854775808 is out of range (-9223372036854775808 to 9223372036854775807)"),
        BadSpec(
            #""process":{"cwd":"/","scheduler":{"policy":"SCHED_RR","nice":2147483648}}"#,
            "process.scheduler.nice: 2147483648 is out of range (-2147483648 to 2147483647)"),
        BadSpec(
            #""linux":{"resources":{"memory":{"limit":18446744073709551615}}}"#,
            "linux.resources.memory.limit: 18446744073709551615 is out of range (-9223372036854775808 to 9223372036854775807)"
        ),
        BadSpec(
            #""linux":{"resources":{"memory":{"limit":-1e19}}}"#,
            "linux.resources.memory.limit: -1e19 is out of range (-9223372036854775808 to 9223372036854775807)"),
        BadSpec(
            #""linux":{"resources":{"blockIO":{"weight":65536}}}"#,
            "linux.resources.blockIO.weight: 65536 is out of range (0 to 65535)"),
        BadSpec(
            #""linux":{"resources":{"cpu":{"shares":-1}}}"#,
            "linux.resources.cpu.shares: -1 is out of range (0 to 18446744073709551615)"),
    ]

    static let missing = [
        BadSpec(#""root":{}"#, "root.path: required, but missing"),
        BadSpec(#""root":{"path":null}"#, "root.path: required, but missing"),
        BadSpec(#""process":{}"#, "process.cwd: required, but missing"),
        BadSpec(
            #""process":{"cwd":"/","consoleSize":{"height":1}}"#, "process.consoleSize.width: required, but missing"),
        BadSpec(
            #""process":{"cwd":"/","ioPriority":{"priority":1}}"#, "process.ioPriority.class: required, but missing"),
        BadSpec(#""process":{"cwd":"/","scheduler":{}}"#, "process.scheduler.policy: required, but missing"),
        BadSpec(
            #""process":{"cwd":"/","rlimits":[{"hard":1,"soft":1}]}"#, "process.rlimits[0].type: required, but missing"),
        BadSpec(
            #""process":{"cwd":"/","rlimits":[{"type":"R","soft":1}]}"#,
            "process.rlimits[0].hard: required, but missing"),
        BadSpec(
            #""process":{"cwd":"/","rlimits":[{"type":"R","hard":1}]}"#,
            "process.rlimits[0].soft: required, but missing"),
        BadSpec(#""mounts":[{"source":"/a"}]"#, "mounts[0].destination: required, but missing"),
        BadSpec(
            #""mounts":[{"destination":"/a","uidMappings":[{"containerID":0,"hostID":0}]}]"#,
            "mounts[0].uidMappings[0].size: required, but missing"),
        BadSpec(#""hooks":{"prestart":[{"args":["a"]}]}"#, "hooks.prestart[0].path: required, but missing"),
        BadSpec(#""linux":{"namespaces":[{"path":"/a"}]}"#, "linux.namespaces[0].type: required, but missing"),
        BadSpec(#""linux":{"devices":[{"type":"c"}]}"#, "linux.devices[0].path: required, but missing"),
        BadSpec(#""linux":{"devices":[{"path":"/dev/a"}]}"#, "linux.devices[0].type: required, but missing"),
        BadSpec(#""linux":{"seccomp":{}}"#, "linux.seccomp.defaultAction: required, but missing"),
        BadSpec(
            #""linux":{"resources":{"hugepageLimits":[{"limit":1}]}}"#,
            "linux.resources.hugepageLimits[0].pageSize: required, but missing"),
        BadSpec(
            #""linux":{"resources":{"devices":[{"access":"r"}]}}"#,
            "linux.resources.devices[0].allow: required, but missing"),
        BadSpec(#""linux":{"memoryPolicy":{}}"#, "linux.memoryPolicy.mode: required, but missing"),
        BadSpec(#""linux":{"personality":{}}"#, "linux.personality.domain: required, but missing"),
    ]

    static let badValues = [
        BadSpec(
            #""linux":{"namespaces":[{"type":"net"}]}"#,
            #"linux.namespaces[0].type: unknown value "net" (one of: mount, pid, network, uts, ipc, user, cgroup, time)"#
        ),
        BadSpec(
            #""linux":{"devices":[{"path":"/dev/a","type":"char"}]}"#,
            #"linux.devices[0].type: unknown value "char" (one of: c, u, b, p)"#),
        BadSpec(
            #""linux":{"resources":{"devices":[{"allow":true,"type":"d"}]}}"#,
            #"linux.resources.devices[0].type: unknown value "d" (one of: a, b, c)"#),
        BadSpec(
            #""linux":{"timeOffsets":{"realtime":{"secs":1}}}"#,
            #"linux.timeOffsets: unknown value "realtime" (one of: boottime, monotonic)"#),
        BadSpec(
            #""linux":{"personality":{"domain":"linux"}}"#,
            #"linux.personality.domain: unknown value "linux" (one of: LINUX, LINUX32)"#),
        BadSpec(#""root":{"path":"/a\u0000b"}"#, "root.path: the string contains a NUL character"),
        BadSpec(
            #""process":{"cwd":"/","env":["A=1","B=\u0000"]}"#, "process.env[1]: the string contains a NUL character"),
        BadSpec(#""annotations":{"a":"\u0000"}"#, "annotations.a: the string contains a NUL character"),
    ]

    @Test("The message names the property and what is wrong", arguments: wrongTypes + outOfRange + missing + badValues)
    func message(bad: BadSpec) {
        #expect(failure(Spec.self, bad.json) == bad.message)
    }

    @Test(
        "The document has to be an object",
        arguments: [
            ("[]", "expected an object, found an array"), ("12", "expected an object, found an integer (12)"),
            ("1.5", "expected an object, found a number (1.5)"), ("null", "expected an object, found null"),
            ("true", "expected an object, found a boolean (true)"),
            (#""x""#, #"expected an object, found a string ("x")"#),
            ("{}", "ociVersion: required, but missing"), (" { } ", "ociVersion: required, but missing"),
        ])
    func topLevel(json: String, message: String) {
        #expect(failure(Spec.self, json) == message)
    }

    @Test("The schema's bad examples fail, but for the pattern of a page size") func badExamples() throws {
        func message(_ name: String) throws -> String? {
            failure(Spec.self, String(decoding: try fixture("config/bad/\(name).json"), as: UTF8.self))
        }
        #expect(
            try message("invalid-json")
                == "line 1, column 2: unexpected character ']', expected a property name in double quotes")
        #expect(
            try message("linux-netdevice") == "linux.netDevices.eth0.name: expected a string, found an integer (23)")
        #expect(
            try message("linux-rdma")
                == #"linux.resources.rdma.mlx5_1.hcaHandles: expected an integer, found a string ("not a uint32")"#)
        // Which page sizes there are is the kernel's to say; the cgroup code asks it.
        #expect(try message("linux-hugepage") == nil)
    }

    @Test("Long and odd strings are shown cut short and escaped") func shownStrings() {
        let long = String(repeating: "é", count: 1000)
        let shown = failure(Root.self, #"{"path":"/","readonly":"\#(long)"}"#)
        #expect(shown == #"readonly: expected a boolean, found a string ("\#(String(repeating: "é", count: 30))…")"#)
        let odd = failure(Root.self, #"{"path":"/","readonly":"\u001b[31m\n\"/"}"#)
        #expect(odd == #"readonly: expected a boolean, found a string ("\u001b[31m\n\"/")"#)
    }

    @Test("Errors are values") func values() {
        let error = JSONError(.wrongType(expected: .integer, found: .string, text: #""12m""#), path: "a.b")
        #expect(throws: error) {
            throw JSONError(.wrongType(expected: .integer, found: .string, text: #""12m""#), path: "a.b")
        }
        #expect(error.reason == #"expected an integer, found a string ("12m")"#)
    }
}
