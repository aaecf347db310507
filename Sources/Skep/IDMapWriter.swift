import Glibc
internal import CLinux
internal import OCI
internal import Planning
internal import System
internal import SystemPackage

/// Writes what a new user namespace maps: user_namespaces(7).
struct IDMapWriter {
    /// A process in the namespace, and its pidfd, lent.
    let process: Int32
    let pidfd: CInt

    /// Writes both maps: itself where the kernel lets it, else by newuidmap(1) and newgidmap(1).
    func write(_ namespace: UserNamespace) throws(SystemError) {
        if geteuid() == 0 {
            try write(UserNamespace.text(namespace.uids), to: "uid_map", "linux.uidMappings")
            do {
                return try write(UserNamespace.text(namespace.gids), to: "gid_map", "linux.gidMappings")
            } catch  where error.errno == .notPermitted && Self.isOnly(getegid(), namespace.gids) {
                // A root without CAP_SETGID, as in a container, is as anybody else.
                return try writeOwnGroup(namespace)
            }
        }
        if Self.isOnly(geteuid(), namespace.uids) {
            try write(UserNamespace.text(namespace.uids), to: "uid_map", "linux.uidMappings")
        } else {
            try run("newuidmap", namespace.uids, "linux.uidMappings")
        }
        if Self.isOnly(getegid(), namespace.gids) {
            try writeOwnGroup(namespace)
        } else {
            try run("newgidmap", namespace.gids, "linux.gidMappings")
        }
    }

    private func writeOwnGroup(_ namespace: UserNamespace) throws(SystemError) {
        // Else a group that is denied something could be left (user_namespaces(7), setgroups).
        try write("deny", to: "setgroups", "linux.gidMappings")
        try write(UserNamespace.text(namespace.gids), to: "gid_map", "linux.gidMappings")
    }

    /// Whether nothing but the caller's own id is mapped, which needs no rights.
    private static func isOnly(_ id: UInt32, _ mappings: [IDMapping]) -> Bool {
        mappings.count == 1 && mappings[0].hostID == id && mappings[0].size == 1
    }

    private func write(_ text: String, to file: String, _ property: String) throws(SystemError) {
        let path = "/proc/" + decimal(process) + "/" + file
        do {
            let map = try Descriptor.open(path, O_WRONLY)
            // Still there: so it is this process's file, and not that of one that got its number.
            _ = try converting(path) { () throws(Errno) in
                try systemCall { skep_linux_pidfd_send_signal(pidfd, 0) }
            }
            try map.write(Array(text.utf8), path: path)
        } catch {
            let isRefused = error.errno == .notPermitted
            throw error.blaming(
                property,
                hint: isRefused
                    ? "the runtime itself may not use all of these ids of the host's, or lacks CAP_SETFCAP to use its own root's"
                    : nil)
        }
    }

    private func converting<Value>(_ path: String, _ body: () throws(Errno) -> Value) throws(SystemError) -> Value {
        do {
            return try body()
        } catch {
            throw SystemError("open", path, error)
        }
    }

    private func run(_ program: String, _ mappings: [IDMapping], _ property: String) throws(SystemError) {
        var command = [program, String(process)]
        for range in mappings { command += [String(range.containerID), String(range.hostID), String(range.size)] }
        do throws(SystemError) {
            let output = try ProgramOutput(running: command)
            if output.status == 0 { return }
            let said = String(decoding: output.bytes, as: UTF8.self).split(separator: "\n").joined(separator: " ")
            throw SystemError(program, command.dropFirst().joined(separator: " "), .notPermitted, hint: said)
        } catch {
            let isMissing = error.errno == .noSuchFileOrDirectory
            throw error.blaming(
                property, hint: isMissing ? "without root, mapping more than one's own id needs \(program)" : nil)
        }
    }
}
