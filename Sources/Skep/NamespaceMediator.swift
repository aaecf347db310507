import Glibc
internal import CSpawn
internal import OCI
internal import Planning
internal import System
internal import SystemPackage

/// A process that was born.
struct Birth: ~Copyable {
    let handle: ProcessHandle
    /// The user namespace that it is in, with what it maps; nil for the runtime's own.
    let userNamespace: UserNamespace?

    consuming func finish() -> ProcessHandle { handle }
}

/// The parent's part of a birth in another user or time namespace: skep_spawn.h says why there is a process between.
struct NamespaceMediator: ~Copyable {
    private let handle: ProcessHandle
    private let socket: Descriptor
    private let plan: Plan
    private var userNamespace: UserNamespace?

    /// Clones the mediator. `namespaces` are the descriptors of those that the plan joins.
    static func begin(
        _ request: skep_spawn, _ plan: Plan, _ namespaces: [CInt]
    ) -> Result<skep_mediator, SystemError> {
        var request = request
        let joined = zip(namespaces, plan.mediatedNamespaces).map { skep_joined(fd: $0, kind: Int32($1.kind)) }
        let isSeen = plan.userNamespace?.joined == nil && geteuid() != 0
        var mediator = skep_mediator()
        var call: UnsafePointer<CChar>?
        let (begun, error) = withUnsafePointer(to: &request) { spawn in
            joined.withUnsafeBufferPointer { joined in
                var order = skep_mediation(
                    spawn: spawn, joined: joined.baseAddress, joined_count: joined.count, is_seen_while_mapped: isSeen)
                let begun = skep_mediator_begin(&order, &mediator, &call)
                return (begun, currentErrno())
            }
        }
        if begun == 0 { return .success(mediator) }
        return .failure(SystemError(call.map { String(cString: $0) } ?? "clone3", "the init", error))
    }

    init(_ mediator: skep_mediator, _ plan: Plan) {
        handle = ProcessHandle(pid: mediator.pid, owning: Descriptor(owning: mediator.pidfd))
        socket = Descriptor(owning: mediator.socket)
        userNamespace = plan.userNamespace
        self.plan = plan
    }

    /// Answers the mediator until it has ended, and the init has become what it is to be.
    consuming func seeThrough() throws(SystemError) -> Birth {
        var newborn: ProcessHandle?
        // What the mediator says comes before what fails here once it has gone.
        var failure: SystemError?, reported: SystemError?
        var event = skep_mediator_event()
        var descriptor: CInt = -1
        while true {
            do {
                let number = socket.number
                if try systemCall({ skep_mediator_next(number, &event, &descriptor) }) == 0 { break }
            } catch {
                failure = SystemError("recvmsg", "the init", error)
                break
            }
            do throws(SystemError) {
                switch UInt32(bitPattern: event.kind) {
                case SKEP_EVENT_USER_NAMESPACE.rawValue: try settleUsers()
                case SKEP_EVENT_TIME_NAMESPACE.rawValue: try setClocks()
                case SKEP_EVENT_INIT.rawValue:
                    newborn = ProcessHandle(pid: event.pid, owning: Descriptor(owning: descriptor))
                default: reported = self.failure(event)
                }
            } catch {
                if failure == nil { failure = error }
                _ = try? handle.signal(SIGKILL)
            }
        }
        if failure != nil { _ = try? handle.signal(SIGKILL) }
        let status = try? handle.wait()
        if let failure = reported ?? failure {
            if let newborn = newborn.take() {
                _ = try? newborn.signal(SIGKILL)
                _ = try? newborn.wait()
            }
            throw failure
        }
        guard let handle = newborn.take() else {
            throw SystemError(
                "clone3", "the init", .noSuchProcess,
                hint: status.map { "the process that enters its namespaces \(ExitStatus(rawValue: $0))" })
        }
        return Birth(handle: handle, userNamespace: userNamespace)
    }

    private func failure(_ event: skep_mediator_event) -> SystemError {
        let call = event.call.map { String(cString: $0) } ?? "clone3"
        let error = Errno(rawValue: event.error)
        guard plan.mediatedNamespaces.indices.contains(Int(event.joined)) else {
            return SystemError(call, "the init", error, hint: Self.hint(call, error))
        }
        let namespace = plan.mediatedNamespaces[Int(event.joined)]
        return SystemError(
            call, namespace.path, error, property: namespace.origin.description,
            hint: InitFailure.hint(error, call: call, origin: namespace.origin))
    }

    private static func hint(_ call: String, _ error: Errno) -> String? {
        switch (call, error) {
        case ("unshare CLONE_NEWUSER", .noSpace): "/proc/sys/user/max_user_namespaces says how many there may be"
        case ("unshare CLONE_NEWUSER", .notPermitted): "the host lets this user make no user namespaces"
        default: nil
        }
    }

    /// Lets the mediator go on.
    private func goOn() throws(SystemError) {
        try socket.write([0], path: "the init")
    }

    // MARK: The user namespace

    private mutating func settleUsers() throws(SystemError) {
        guard let wanted = userNamespace else { return }
        if wanted.joined == nil {
            try IDMapWriter(process: handle.pid, pidfd: handle.number).write(wanted)
        } else {
            userNamespace = try Self.complete(wanted, asSeenBy: handle.pid)
        }
        try goOn()
    }

    /// The namespace with what it maps, which a process in it shows.
    static func complete(_ namespace: UserNamespace, asSeenBy pid: Int32) throws(SystemError) -> UserNamespace {
        let directory = "/proc/" + decimal(pid)
        let uids = UserNamespace.mappings(parsing: try Files.read(directory + "/uid_map"))
        let gids = UserNamespace.mappings(parsing: try Files.read(directory + "/gid_map"))
        do {
            return try namespace.knowing(uids: uids, gids: gids)
        } catch {
            throw SystemError(
                "read", directory + "/uid_map", .invalidArgument, property: error.property,
                hint: error.reason + (error.hint.map { "; " + $0 } ?? ""))
        }
    }

    // MARK: The clocks

    private func setClocks() throws(SystemError) {
        let path = "/proc/" + decimal(handle.pid) + "/timens_offsets"
        for clock in plan.clocks {
            do {
                try Files.write(clock.text, to: path)
            } catch {
                let isBeyond = error.errno == .outOfRange
                throw error.blaming(
                    clock.origin.description,
                    hint: isBeyond ? "a clock can't be set before its start, nor 146 years ahead" : nil)
            }
        }
        try goOn()
    }
}
