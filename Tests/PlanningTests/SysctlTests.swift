import OCI
@testable import Planning
import Testing

@Suite("Sysctls") struct SysctlTests {
    private func spec(_ name: String, without kind: Namespace.Kind? = nil) -> Spec {
        .container { spec in
            spec.linux?.namespaces.removeAll { $0.type == kind }
            spec.linux?.sysctl = [name: "1 2"]
        }
    }

    static let allowed: [(name: String, path: String, kind: Namespace.Kind)] = [
        ("net.ipv4.ip_forward", "net/ipv4/ip_forward", .network),
        ("net.core.somaxconn", "net/core/somaxconn", .network),
        ("net.x", "net/x", .network),
        ("fs.mqueue.queues_max", "fs/mqueue/queues_max", .ipc),
        ("fs.mqueue.msg_max", "fs/mqueue/msg_max", .ipc),
        ("kernel.msgmax", "kernel/msgmax", .ipc), ("kernel.msgmnb", "kernel/msgmnb", .ipc),
        ("kernel.msgmni", "kernel/msgmni", .ipc), ("kernel.sem", "kernel/sem", .ipc),
        ("kernel.shmall", "kernel/shmall", .ipc), ("kernel.shmmax", "kernel/shmmax", .ipc),
        ("kernel.shmmni", "kernel/shmmni", .ipc), ("kernel.shm_rmid_forced", "kernel/shm_rmid_forced", .ipc),
        ("kernel.domainname", "kernel/domainname", .uts),
    ]

    @Test("What is a namespace's own is set where there is one", arguments: allowed)
    func own(name: String, path: String, kind: Namespace.Kind) throws {
        let expected = [Action.sysctl(path: path, value: "1 2")]
        #expect(try spec(name).plan().actions(from: "linux.sysctl.\(name)") == expected)
        #expect(try spec(path).plan().actions(from: "linux.sysctl.\(path)") == expected)
    }

    @Test("And refused where there is none", arguments: allowed)
    func hosts(name: String, path: String, kind: Namespace.Kind) {
        let namespace = kind.rawValue
        for spelling in [name, path] {
            #expect(
                spec(spelling, without: kind).refusal()
                    == "linux.sysctl.\(spelling): would change the host: it needs a \(namespace) namespace; "
                    + "add a namespace of type \"\(namespace)\" to linux.namespaces")
        }
    }

    @Test("The other namespaces make no difference", arguments: allowed)
    func others(name: String, path: String, kind: Namespace.Kind) {
        let spec = Spec.container { spec in
            spec.linux?.namespaces.removeAll { $0.type != kind && $0.type != .mount }
            spec.linux?.sysctl = [name: "1"]
        }
        #expect(spec.refusal() == nil)
    }

    @Test(
        "What belongs to no namespace is refused",
        arguments: [
            "kernel.panic", "vm.swappiness", "fs.file-max", "fs.mqueue", "kernel.msg", "kernel.msgmax2", "kernel.sem.x",
            "kernel.shm", "net", "network.x", "kernel.core_pattern", "kernel.pid_max", "user", "users.x",
            "kernel/core_pattern", "fs/binfmt_misc/register", "Net.x", "kernel.modprobe", "dev.cdrom.info",
        ])
    func hostWide(name: String) {
        #expect(
            spec(name).refusal() == "linux.sysctl.\(name): belongs to no namespace: it would change the host")
    }

    @Test("The host name has a property of its own", arguments: ["kernel.hostname", "kernel/hostname"])
    func hostname(name: String) {
        #expect(spec(name).refusal() == "linux.sysctl.\(name) is set by the property hostname")
    }

    @Test(
        "After a slash dots are part of the names, and the other way round",
        arguments: [
            ("net.ipv4.conf.eth0.forwarding", "net/ipv4/conf/eth0/forwarding"),
            ("net/ipv4/conf/eth0.100/forwarding", "net/ipv4/conf/eth0.100/forwarding"),
            ("net.ipv4.conf.eth0/100.forwarding", "net/ipv4/conf/eth0.100/forwarding"),
            ("net.a/b/c", "net/a.b.c"), ("net/a.b.c", "net/a.b.c"), ("net", "net"),
        ])
    func separators(name: String, path: String) {
        #expect(SysctlRules.path(of: name) == path)
    }

    @Test(
        "Names that climb or are none",
        arguments: [
            "", ".", "/", "..", "net.", ".net", "net..x", "net/", "/net", "/net/x", "net//x", "net/../kernel/panic",
            "net/./x", "net./.x", "net.//.x", "net.//.//.proc", "../x", "./x", "net/x/..", "net/..", "net.x.//",
        ])
    func climbing(name: String) {
        #expect(SysctlRules.path(of: name) == nil)
        #expect(spec(name).refusal() == "linux.sysctl\(name.isEmpty ? "" : ".\(name)") is not the name of a sysctl")
    }

    @Test("They are set in the order of their names") func order() throws {
        let spec = Spec.container { $0.linux?.sysctl = ["net.b": "2", "net.a": "1", "kernel.sem": "3", "net.c": ""] }
        #expect(
            try spec.plan().actions(named: "sysctl") == [
                .sysctl(path: "kernel/sem", value: "3"), .sysctl(path: "net/a", value: "1"),
                .sysctl(path: "net/b", value: "2"), .sysctl(path: "net/c", value: ""),
            ])
    }

    @Test("What is a user namespace's own") func user() {
        #expect(SysctlRules.judge("user.max_mnt_namespaces", namespaces: [.user]) == .allowed)
        #expect(SysctlRules.judge("user.max_mnt_namespaces", namespaces: [.ipc, .network]) == .needs("user"))
        #expect(
            SysctlRules.judge("userx", namespaces: [.user])
                == .refused("belongs to no namespace: it would change the host"))
        #expect(
            spec("user.max_user_namespaces").refusal()
                == "linux.sysctl.user.max_user_namespaces: would change the host: it needs a user namespace; "
                + "add a namespace of type \"user\" to linux.namespaces")
    }

    @Test("Two spellings of one") func twice() {
        let spec = Spec.container { $0.linux?.sysctl = ["kernel.sem": "1", "kernel/sem": "2"] }
        #expect(spec.refusal() == "linux.sysctl.kernel/sem: a second value for /proc/sys/kernel/sem")
    }

    @Test("Values go as they are", arguments: ["", "a\n", "1\t2\n", "ü"]) func value(value: String) throws {
        let spec = Spec.container { $0.linux?.sysctl = ["net.x": value] }
        #expect(try spec.plan().actions(named: "sysctl") == [.sysctl(path: "net/x", value: value)])
    }
}
