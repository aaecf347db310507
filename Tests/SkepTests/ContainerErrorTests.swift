import CPlan
import OCI
import Planning
@testable import Skep
import System
import SystemPackage
import Testing

@Suite("Errors in words") struct ContainerErrorTests {
    static let descriptions: [(error: ContainerError, text: String)] = [
        (ContainerError(.systemError, "here"), "here"),
        (ContainerError(.systemError, "here", "broke"), "here: broke"),
        (
            ContainerError(.configInvalid, "linux.timeOffsets", "is not supported yet"),
            "linux.timeOffsets is not supported yet"
        ),
        (ContainerError(.systemError, "here", "issues"), "here: issues"),
        (ContainerError(.systemError, "here", "broke", hint: "mend it"), "here: broke; mend it"),
        (ContainerError(.systemError, "here", "is broken", hint: "mend it"), "here is broken; mend it"),
        (
            ContainerError(.systemError, "mounts[3]", operation: "mount", path: "/x", errno: .notPermitted),
            "mounts[3]: mount /x: Operation not permitted (EPERM)"
        ),
        (
            ContainerError(.systemError, "", operation: "open", path: "/x", errno: .noSuchFileOrDirectory),
            "open /x: No such file or directory (ENOENT)"
        ),
        (
            ContainerError(.systemError, "a", operation: "open", path: "", errno: .noSpace, hint: "h"),
            "a: open: No space left on device (ENOSPC); h"
        ),
        (
            ContainerError(.systemError, "a", "is odd", operation: "open", path: "/x", errno: .noSpace),
            "a: open /x: is odd: No space left on device (ENOSPC)"
        ),
        (
            ContainerError(.systemError, "a", "two\nlines\tor \u{1b}[31mthree\0", hint: "x\ny"),
            "a: two lines or  [31mthree ; x y"
        ),
    ]

    @Test("One line each", arguments: descriptions) func description(error: ContainerError, text: String) {
        #expect(error.description == text)
    }

    @Test("Made of a system call's failure") func system() {
        let error = SystemError("write 5", "/f", .resourceBusy, hint: "h")
        #expect(
            ContainerError(error, origin: "o")
                == ContainerError(.systemError, "o", operation: "write 5", path: "/f", errno: .resourceBusy, hint: "h"))
        #expect(ContainerError(error.blaming("p"), origin: "o").origin == "p")
        #expect(ContainerError(error).origin == "")
    }

    @Test("Made of a configuration's") func configuration() {
        let error = ConfigurationError(Origin("a", 1, "b"), "must be c", hint: "h")
        #expect(ContainerError(error) == ContainerError(.configInvalid, "a[1].b", "must be c", hint: "h"))
        #expect(ContainerError(error).description == error.description)
    }

    @Test("Made of a document's") func document() {
        let error = JSONError(.missing, path: "a.b")
        #expect(
            ContainerError(error, path: "/f")
                == ContainerError(.configInvalid, "/f", "a.b: required, but missing"))
        #expect(ContainerError(error, path: "/f", code: .systemError).code == .systemError)
    }

    @Test("libcontainer's names") func codes() {
        let codes: [ContainerError.Code] = [
            .idInUse, .invalidIdFormat, .containerNotExists, .containerPaused, .containerNotStopped,
            .containerNotRunning, .configInvalid, .systemError,
        ]
        #expect(
            codes.map(\.rawValue) == [
                "idInUse", "invalidIdFormat", "containerNotExists", "containerPaused", "containerNotStopped",
                "containerNotRunning", "configInvalid", "systemError",
            ])
    }

    // MARK: The init's

    private func report(_ call: String, _ error: Int32, _ detail: String = "") -> skep_report {
        var report = skep_report()
        report.error = error
        withUnsafeMutableBytes(of: &report.call) { $0.copyBytes(from: call.utf8) }
        withUnsafeMutableBytes(of: &report.detail) { $0.copyBytes(from: detail.utf8) }
        return report
    }

    @Test(
        "A step that failed",
        arguments: [
            ("mount", 1, "/x", "mounts[3]", "mounts[3]: mount /x: Operation not permitted (EPERM)"),
            (
                "read", 1, "exec.fifo", "process.args",
                "process.args: read exec.fifo: Operation not permitted (EPERM); does linux.seccomp allow read? it is in force by then"
            ),
            (
                "execve", 2, "nothing", "process.args",
                "process.args: execve nothing: No such file or directory (ENOENT); executable file not found in the container"
            ),
            (
                "execve", 13, "/etc", "process.args",
                "process.args: execve /etc: Permission denied (EACCES); permission denied by its mode, or it is a directory"
            ),
            (
                "execve", 8, "/x", "process.args",
                "process.args: execve /x: Exec format error (ENOEXEC); the program is for another architecture, or a script without #!"
            ),
            (
                "open_tree", 2, "/s", "mounts[0]",
                "mounts[0]: open_tree /s: No such file or directory (ENOENT); the source of the mount does not exist on the host"
            ),
            (
                "pivot_root", 22, "", "root.path",
                "root.path: pivot_root: Invalid argument (EINVAL); is the rootfs on a ramfs? --no-pivot works there"
            ),
            (
                "sched_setattr", 1, "", "process.scheduler",
                "process.scheduler: sched_setattr: Operation not permitted (EPERM); only CAP_SYS_NICE may ask for that, and for real time the cgroup needs a share of it (linux.resources.cpu.realtimeRuntime)"
            ),
            (
                "sched_setaffinity", 22, "", "process.execCPUAffinity.final",
                "process.execCPUAffinity.final: sched_setaffinity: Invalid argument (EINVAL); none of these CPUs is there, or none is in the cpuset of the cgroup"
            ),
            (
                "write", 2, "thread-self/attr/apparmor/exec", "process.apparmorProfile",
                "process.apparmorProfile: write thread-self/attr/apparmor/exec: No such file or directory (ENOENT); the host has no such profile loaded; apparmor_parser loads one"
            ),
            (
                "keyctl JOIN_SESSION_KEYRING", 122, "_ses.c", "process",
                "process: keyctl JOIN_SESSION_KEYRING _ses.c: Disk quota exceeded (EDQUOT); --no-new-keyring leaves the caller's session keyring"
            ),
            ("getcwd", 0, "outside", "process.cwd", "process.cwd: getcwd outside: refused"),
        ] as [(String, Int32, String, String, String)])
    func step(call: String, error: Int32, detail: String, origin: String, text: String) {
        let error = InitFailure.error(report(call, error, detail), origin: Origin(origin))
        #expect(error.code == .systemError)
        #expect(error.description == text)
    }

    @Test(
        "A new mount that failed names its place, which only the calls for its destination know",
        arguments: [
            ("fsconfig", "tmpfs: Bad value for 'size'", "fsconfig /a: tmpfs: Bad value for 'size'"),
            ("fsmount", "/a", "fsmount /a"), ("mkdir", "/b", "mkdir /b"),
        ])
    func newMount(call: String, detail: String, text: String) {
        let error = InitFailure.error(report(call, 5, detail), origin: Origin("mounts", 0), destination: "/a")
        #expect(error.description == "mounts[0]: \(text): Input/output error (EIO)")
    }

    @Test("Capabilities that the runtime itself lacks are named") func lackedCapabilities() {
        func text(_ errno: Int32, _ capabilities: CapabilitySet) -> String {
            let origin = Origin("process.capabilities")
            return InitFailure.error(report("capset", errno), origin: origin, capabilities: capabilities).description
        }
        // Numbers that no kernel knows, and libcap has no names for.
        #expect(
            text(1, CapabilitySet(rawValue: 3 << 61))
                == "process.capabilities: capset: Operation not permitted (EPERM); the runtime itself lacks 61, 62 (see CapPrm in /proc/self/status)"
        )
        #expect(
            text(1, [])
                == "process.capabilities: capset: Operation not permitted (EPERM); one of the effective capabilities is not permitted, or not the runtime's own"
        )
        #expect(
            text(22, CapabilitySet(rawValue: 1 << 61)) == "process.capabilities: capset: Invalid argument (EINVAL)")
    }

    @Test("A failure of no step") func noStep() {
        #expect(
            InitFailure.error(report("recvmsg", 104), origin: nil).description
                == "container init: recvmsg: Connection reset by peer (ECONNRESET)")
    }

    @Test("A report that is full to its brim") func full() {
        let call = String(repeating: "c", count: 28), detail = String(repeating: "d", count: 216)
        let error = InitFailure.error(report(call, 1, detail), origin: nil)
        #expect(error.operation == call && error.path == detail)
    }

    @Test("A death without a word") func death() {
        let step = Plan.Step(.mask("/x"), from: Origin("linux.maskedPaths", 2))
        func text(
            _ status: Int32, _ step: Plan.Step?, hasStruck: Bool = false, _ resources: Resources? = nil,
            hasOthers: Bool = false
        ) -> String {
            InitFailure.death(
                ExitStatus(rawValue: status), during: step,
                .init(hasStruck: hasStruck, limit: MemoryLimit(resources), hasOthers: hasOthers)
            ).description
        }
        let limited = Resources(memory: .init(limit: 524_288))
        #expect(text(11, step) == "linux.maskedPaths[2]: the init was killed by signal 11 at the step \"mask /x\"")
        #expect(text(3 << 8, step) == "linux.maskedPaths[2]: the init ended with status 3 at the step \"mask /x\"")
        #expect(text(9, nil) == "container init: the init was killed by signal 9 before its first step")
        #expect(
            text(9, step, hasStruck: true, limited)
                == "linux.resources.memory.limit: the memory limit (linux.resources.memory.limit = 512 KiB) was too "
                + "low to start; the kernel's OOM killer ended the init at the step \"mask /x\"")
        #expect(
            text(9, nil, hasStruck: true)
                == "container init: the kernel's OOM killer ended the init before its first step; "
                + "a cgroup above it has a memory limit that is too low")
        // Where there are others, it may have been them.
        #expect(
            text(9, step, hasStruck: true, limited, hasOthers: true)
                == "linux.maskedPaths[2]: the init was killed by signal 9 at the step \"mask /x\"; the kernel's OOM "
                + "killer has struck in the container: the memory limit (linux.resources.memory.limit = 512 KiB) may be "
                + "too low")
        // Whatever else happened: it was no OOM killer that sent another signal.
        #expect(text(11, step, hasStruck: true, limited).hasPrefix("linux.maskedPaths[2]"))
    }

    @Test("A step that found no memory") func noMemory() {
        let limit = MemoryLimit(Resources(memory: .init(limit: 1000)))
        #expect(
            InitFailure.error(report("mount", 12), origin: Origin("mounts", 1), memoryLimit: limit).description
                == "mounts[1]: mount: Cannot allocate memory (ENOMEM); "
                + "the memory limit (linux.resources.memory.limit = 1000 bytes) may be too low")
        #expect(InitFailure.error(report("mount", 12), origin: nil, memoryLimit: nil).hint == nil)
    }

    @Test(
        "The memory limit that counts",
        arguments: [
            (Resources(), nil), (Resources(memory: .init(limit: -1, swap: -1)), nil),
            (Resources(memory: .init(limit: 0)), nil), (Resources(unified: ["memory.max": "max"]), nil),
            (Resources(memory: .init(limit: 1024, swap: 2048)), "memory.limit = 1 KiB"),
            (Resources(memory: .init(swap: 3 << 30)), "memory.swap = 3 GiB"),
            (Resources(memory: .init(limit: 5), unified: ["memory.max": "1536"]), "unified.memory.max = 1536 bytes"),
            (Resources(unified: ["memory.max": "5M"]), "unified.memory.max = 5M"),
        ] as [(Resources, String?)])
    func memoryLimit(resources: Resources, text: String?) {
        #expect(MemoryLimit(resources)?.description == text.map { "linux.resources." + $0 })
    }

    @Test(
        "How a process ended",
        arguments: [(0, nil, 0), (1 << 8, nil, 1), (255 << 8, nil, 255), (9, 9, 137), (15, 15, 143), (0x8b, 11, 139)]
            as [(Int32, Int32?, Int32)])
    func exitStatus(status: Int32, signal: Int32?, code: Int32) {
        #expect(ExitStatus(rawValue: status).signal == signal)
        #expect(ExitStatus(rawValue: status).code == code)
    }
}
