internal import CLinux
internal import System
internal import SystemPackage

extension DeviceProgram {
    /// What our programs are called, by which they are known again.
    private static let name = "skep_devices"

    /// The most programs that the kernel attaches to one cgroup (BPF_CGROUP_MAX_PROGS).
    private static let mostPrograms = 64

    /// Attaches a program to the cgroup at `path`, in the place of the one of ours that is there already, so that at no
    /// time there is none, and beside those of others, as systemd's. A device then is denied that any of them denies.
    static func attach(
        _ program: borrowing Descriptor, to directory: borrowing Descriptor, path: String
    ) throws(SystemError) {
        if let old = previous(of: directory) {
            try attach(program.number, to: directory, replacing: old.number, path)
        } else {
            try attach(program.number, to: directory, replacing: -1, path)
        }
    }

    private static func attach(
        _ program: CInt, to directory: borrowing Descriptor, replacing old: CInt, _ path: String
    ) throws(SystemError) {
        let cgroup = directory.number
        do {
            _ = try systemCall { skep_linux_attach_device_program(cgroup, program, old) }
        } catch {
            throw failure("bpf attach", error, path, hint: attachHint(error))
        }
    }

    /// Loads a program, to be attached to the cgroup at `path`.
    static func load(_ program: [UInt64], for path: String) throws(SystemError) -> Descriptor {
        do {
            return Descriptor(owning: try systemCall { skep_linux_load_device_program(program, program.count, name) })
        } catch {
            throw failure("bpf load", error, path, hint: loadHint(error))
        }
    }

    /// The program of ours that is attached to a cgroup.
    private static func previous(of directory: borrowing Descriptor) -> Descriptor? {
        let cgroup = directory.number
        var ids = [UInt32](repeating: 0, count: mostPrograms)
        let count = (try? systemCall { skep_linux_attached_device_programs(cgroup, &ids, ids.count) }) ?? 0
        for id in ids.prefix(Int(count)) {
            // One that is gone by now is none.
            if let program = try? systemCall({ skep_linux_open_program(id, name) }) {
                return Descriptor(owning: program)
            }
        }
        return nil
    }

    private static func failure(_ operation: String, _ errno: Errno, _ path: String, hint: String?) -> SystemError {
        SystemError(operation, path, errno, property: "linux.resources.devices", hint: hint)
    }

    private static func loadHint(_ errno: Errno) -> String? {
        switch errno {
        case .notPermitted:
            "it takes CAP_BPF, or CAP_SYS_ADMIN, of the host's own user namespace, and a kernel that is not locked down"
        case .noFunction: "this kernel was built without BPF_SYSCALL"
        case .invalidArgument, .permissionDenied: "this kernel does not take the program"
        default: nil
        }
    }

    private static func attachHint(_ errno: Errno) -> String? {
        switch errno {
        case .notPermitted: "a cgroup above has a device program that allows no other below it"
        case .invalidArgument: "this kernel was built without CGROUP_BPF"
        case .argListTooLong: "the cgroup has as many device programs as it can have"
        default: nil
        }
    }
}
