import Glibc
internal import CLinux
internal import Planning
internal import System
internal import SystemPackage

extension Launch {
    /// Does to a process in a user namespace what its own root may not: OutsideSettings.
    func settleOutside() throws(ContainerError) {
        guard let userNamespace = birth.userNamespace else { return }
        let settings = order.plan.outside
        let pid = handle.pid
        try converting { () throws(SystemError) in
            if let score = settings.oomScoreAdj { try Self.setScore(score, of: pid) }
            for limit in settings.limits { try Self.set(limit, of: pid) }
        }
        if let owner = settings.standardStreamsOwner, let uid = userNamespace.hostUID(of: owner) {
            giveStandardStreams(to: uid)
        }
    }

    private static func setScore(_ score: Int, of pid: Int32) throws(SystemError) {
        let property = Origin("process.oomScoreAdj")
        do {
            try Files.write(decimal(Int32(score)), to: "/proc/" + decimal(pid) + "/oom_score_adj")
        } catch {
            throw error.blaming(
                property.description, hint: InitFailure.hint(error.errno, call: "write", origin: property))
        }
    }

    private static func set(_ limit: OutsideSettings.Limit, of pid: Int32) throws(SystemError) {
        do {
            _ = try systemCall { skep_linux_set_limit(pid, limit.resource, limit.soft, limit.hard) }
        } catch {
            throw SystemError(
                "prlimit", "", error, property: limit.origin.description,
                hint: InitFailure.hint(error, call: "prlimit", origin: limit.origin))
        }
    }

    /// Lets the process open its own /dev/stdout again. Not the null device, which is everybody's, and nothing whose
    /// owner can't be changed: as skep_step_stdio_owner does.
    private func giveStandardStreams(to uid: UInt32) {
        let given = [order.process.standardInput, order.process.standardOutput, order.process.standardError]
        for (standard, number) in given.enumerated() {
            let number = number ?? CInt(standard)
            var status = stat()
            guard fstat(number, &status) == 0, status.st_uid != uid else { continue }
            if status.st_mode & S_IFMT == S_IFCHR && status.st_rdev == Self.nullDevice { continue }
            fchown(number, uid, gid_t.max)
        }
    }

    private static var nullDevice: dev_t { 0x103 }
}
