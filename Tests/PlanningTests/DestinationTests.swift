import OCI
@testable import Planning
import Testing

@Suite("Destinations") struct DestinationTests {
    @Test(
        "They are written the short way",
        arguments: [
            ("/a", "/a"), ("/a/b", "/a/b"), ("/a/", "/a"), ("/a//b", "/a/b"), ("//a", "/a"), ("///a///b///", "/a/b"),
            ("/./a", "/a"), ("/a/.", "/a"), ("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/../a", "/a"), ("/a/b/..", "/a"),
            ("/../../a/../../b", "/b"), ("a", "/a"), ("a/b", "/a/b"), ("./a", "/a"), ("../a", "/a"), (".a", "/.a"),
            ("/.a", "/.a"), ("/..a", "/..a"), ("/a..", "/a.."), ("/...", "/..."), ("/a./b", "/a./b"), (" ", "/ "),
            ("/ä/€", "/ä/€"), ("/a b", "/a b"),
        ])
    func normalized(path: String, expected: String) throws {
        #expect(InnerPath.normalized(path) == expected)
        let actions = try Spec.mounting(Mount(destination: path, type: "mqueue")).plan().actions(from: "mounts[0]")
        #expect(actions == [.mount(NewMount(type: "mqueue", destination: expected))])
    }

    @Test("The rootfs itself can't be covered", arguments: ["/", "", "//", ".", "..", "/.", "/..", "/a/..", "a/../.."])
    func root(path: String) {
        #expect(InnerPath.normalized(path) == "/")
        #expect(
            Spec.mounting(Mount(destination: path, type: "tmpfs")).refusal()
                == "mounts[0].destination: a mount can't cover the rootfs itself")
    }

    static let allowedInProc = [
        "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps", "/proc/uptime",
        "/proc/loadavg", "/proc/slabinfo", "/proc/sys/kernel/ns_last_pid", "/proc/sys/crypto/fips_enabled",
    ]

    @Test("Files of /proc that may be replaced", arguments: allowedInProc) func replaced(path: String) {
        #expect(Spec.mounting(Mount(destination: path, source: "/s", options: ["bind"])).refusal() == nil)
    }

    @Test(
        "The rest of /proc is left alone",
        arguments: [
            "/proc/sys", "/proc/self", "/proc/self/attr", "/proc/1", "/proc/sys/kernel", "/proc/cpuinfo/x",
            "/proc/cpuinf", "/proc/cpuinfo2", "/proc/sys/kernel/ns_last_pid/x", "/proc/net", "/proc/kcore",
            "/proc/sysrq-trigger",
        ])
    func protected(path: String) {
        let message = "mounts[0].destination: \(path) lies inside /proc, where only a few files may be replaced"
        #expect(Spec.mounting(Mount(destination: path, source: "/s", options: ["bind"])).refusal() == message)
        #expect(Spec.mounting(Mount(destination: path, type: "tmpfs")).refusal() == message)
        #expect(Spec.mounting(Mount(destination: path, options: ["remount", "rw"])).refusal() == message)
    }

    @Test(
        "/proc is found behind other spellings",
        arguments: ["proc/sys", "//proc//sys/", "/a/../proc/sys", "/proc/./sys"])
    func spelled(path: String) {
        #expect(
            Spec.mounting(Mount(destination: path, type: "tmpfs")).refusal()
                == "mounts[0].destination: /proc/sys lies inside /proc, where only a few files may be replaced")
    }

    @Test(
        "What only looks like /proc is no business of this rule",
        arguments: ["/proc", "/procfs/x", "/a/proc/sys", "/pro"])
    func similar(path: String) {
        #expect(Spec.mounting(Mount(destination: path, type: "tmpfs")).refusal() == nil)
    }

    @Test(
        "What lies within a directory",
        arguments: [
            ("/a", "/a", true), ("/a/b", "/a", true), ("/ab", "/a", false), ("/a", "/a/b", false), ("/a", "/", true),
            ("/", "/", true), ("/", "/a", false),
        ])
    func within(path: String, directory: String, isWithin: Bool) {
        #expect(InnerPath.isWithin(path, directory) == isWithin)
    }
}
