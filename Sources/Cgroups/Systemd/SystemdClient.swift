internal import DBus
internal import Glibc
package import System
internal import SystemPackage

/// A job that systemd has been asked for, and that has still to be waited for.
package struct UnitJob: Sendable {
    /// The unit that it is about.
    package let unit: String
    let operation: String
    let serial: UInt32
    /// What a unit is started with, should it have to be asked for again; nil for another job.
    let properties: [UnitProperty]?
    let deadline: Deadline
}

/// A conversation with systemd: few calls, and every wait has a bound. Errors name the unit, what was asked, and where.
package struct SystemdClient: ~Copyable {
    private let instance: SystemdInstance
    private let isBus: Bool
    private let calls: SystemdCalls
    private let timeout: Int64
    private var connection: Connection

    /// Connects, and waits for nothing but a place in the listener's queue.
    ///
    /// - Parameters:
    ///   - instance: which systemd.
    ///   - timeout: how long anything that systemd is asked may take, in milliseconds.
    /// - Throws: why it can't be reached.
    package init(_ instance: SystemdInstance, timeout: Int64 = 30_000) throws(SystemError) {
        try self.init(instance, accesses: instance.accesses(HostProgram.variable), timeout: timeout)
    }

    /// The same, with what is tried one after the other.
    init(
        _ instance: SystemdInstance, accesses: [SystemdInstance.Access], timeout: Int64
    ) throws(SystemError) {
        var first: SystemError?
        for access in accesses {
            do {
                connection = try Connection(
                    to: access.address, isBus: access.isBus, keeping: [SystemdCalls.jobRemoved],
                    deadline: Deadline(milliseconds: timeout))
                self.instance = instance
                self.timeout = timeout
                isBus = access.isBus
                calls = SystemdCalls(destination: access.isBus ? SystemdCalls.busName : nil)
                return
            } catch {
                first =
                    first
                    ?? SystemError(
                        error.operation, error.address, error.errno, hint: instance.absenceHint)
            }
        }
        throw first
            ?? SystemError("connect", "systemd", .noSuchFileOrDirectory, hint: instance.absenceHint)
    }

    /// Where systemd is asked ("unix:path=/run/systemd/private").
    package var address: String { connection.address }

    // MARK: Jobs

    /// Asks for a unit that is to be from now on, and does not wait.
    ///
    /// - Parameters:
    ///   - unit: its name.
    ///   - properties: what it is like.
    /// - Returns: the job, for `finish`.
    /// - Throws: what kept it from being asked for.
    package mutating func beginStart(
        _ unit: String, _ properties: [UnitProperty]
    ) throws(SystemError) -> UnitJob {
        let deadline = Deadline(milliseconds: timeout)
        return try begin(calls.startTransientUnit(unit, properties), unit, properties, deadline)
    }

    /// Asks for a unit to be stopped, whatever is still in it to be ended; and does not wait.
    package mutating func beginStop(_ unit: String) throws(SystemError) -> UnitJob {
        try begin(calls.stopUnit(unit), unit, nil, Deadline(milliseconds: timeout))
    }

    private mutating func begin(
        _ call: Message, _ unit: String, _ properties: [UnitProperty]?, _ deadline: Deadline
    ) throws(SystemError) -> UnitJob {
        let operation = call.member ?? ""
        // The connection to systemd itself brings everything that it announces.
        if isBus { connection.prepare(Bus.addMatch(SystemdCalls.rule(for: unit))) }
        do {
            let serial = try connection.send(call, deadline: deadline)
            return UnitJob(
                unit: unit, operation: operation, serial: serial, properties: properties, deadline: deadline)
        } catch {
            throw failure(error, unit)
        }
    }

    /// Waits until a job is done. To stop a unit that is not there is none; and where a unit of that name is left that
    /// failed once, it is cleared away and the new one asked for once more.
    ///
    /// - Throws: how the job ended, or that it does not.
    package mutating func finish(_ job: UnitJob) throws(SystemError) {
        do {
            try wait(for: job)
        } catch {
            if job.properties == nil, error.name == Self.noSuchUnit { return }
            guard let properties = job.properties, error.name == Self.unitExists else {
                throw failure(error, job.unit)
            }
            try resetFailed(job.unit)
            let call = calls.startTransientUnit(job.unit, properties)
            let again = try begin(call, job.unit, properties, job.deadline)
            do {
                try wait(for: again)
            } catch {
                throw failure(error, job.unit)
            }
        }
    }

    private static let unitExists = "org.freedesktop.systemd1.UnitExists"
    private static let noSuchUnit = "org.freedesktop.systemd1.NoSuchUnit"

    private mutating func wait(for job: UnitJob) throws(BusError) {
        let answer = try connection.answer(to: job.serial, job.operation, deadline: job.deadline)
        guard let path = answer.first?.text else {
            throw BusError(job.operation, address, .malformed(.value("no job")))
        }
        let operation = "\(job.operation), job \(Paths.name(of: path)),"
        let removed = try connection.signal(operation, deadline: job.deadline) { signal in
            signal.body.count > 3 && signal.body[1] == .objectPath(path)
        }
        let result = removed.body[3].text ?? ""
        if result != "done" {
            throw BusError(operation, address, .refused(name: Self.jobResult + result, text: ""))
        }
    }

    /// Not systemd's: how a job ended, as the name of an error.
    private static let jobResult = "job."

    // MARK: Calls

    /// Sets properties of a unit that there is, until it ends.
    package mutating func setProperties(_ unit: String, _ properties: [UnitProperty]) throws(SystemError) {
        if properties.isEmpty { return }
        _ = try call(calls.setUnitProperties(unit, isRuntime: true, properties), unit)
    }

    /// Clears a unit away that has failed. One that has not, or is not there, stays as it is.
    package mutating func resetFailed(_ unit: String) throws(SystemError) {
        do {
            _ = try connection.call(calls.resetFailedUnit(unit), deadline: Deadline(milliseconds: timeout))
        } catch {
            if error.name != Self.noSuchUnit { throw failure(error, unit) }
        }
    }

    /// The cgroup of a unit ("/system.slice/skep-ID.scope"); empty if it has none now.
    package mutating func controlGroup(of unit: String) throws(SystemError) -> String {
        try text(calls.typeProperty("ControlGroup", of: unit), unit)
    }

    /// The cgroup that all units of this systemd lie below; empty for the root.
    package mutating func rootControlGroup() throws(SystemError) -> String {
        let path = try text(calls.managerProperty("ControlGroup"), "ControlGroup")
        return path == "/" ? "" : path
    }

    /// systemd's version (252).
    package mutating func version() throws(SystemError) -> Int {
        let text = try text(calls.managerProperty("Version"), "Version")
        // "252.39-1~deb12u1", "v245.4-1.fc32"
        let digits = text.utf8.drop { $0 == UInt8(ascii: "v") }
            .prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        return Int(String(digits) ?? "") ?? 0
    }

    private mutating func text(_ property: Message, _ subject: String) throws(SystemError) -> String {
        guard case .variant(.string(let text))? = try call(property, subject).first else {
            throw SystemError("Get", path(subject), .badMessage)
        }
        return text
    }

    private mutating func call(_ call: Message, _ subject: String) throws(SystemError) -> [Value] {
        do {
            return try connection.call(call, deadline: Deadline(milliseconds: timeout))
        } catch {
            throw failure(error, subject)
        }
    }

    // MARK: Errors

    private func path(_ subject: String) -> String {
        "of \(subject) (\(address))"
    }

    private func failure(_ error: BusError, _ subject: String) -> SystemError {
        var errno = error.errno
        var hints = error.text.map { ["systemd says: " + $0] } ?? []
        switch error.name ?? "" {
        case Self.unitExists:
            errno = .fileExists
            hints.append("`systemctl status \(subject)` shows what has the name")
        case Self.noSuchUnit: errno = .noSuchFileOrDirectory
        case let name where name.after(Self.jobResult) != nil:
            let result = name.after(Self.jobResult) ?? ""
            errno = result == "timeout" ? .timedOut : result == "canceled" ? .canceled : .ioError
            hints = ["the job ended as \"\(result)\"; `journalctl -u \(subject)` may tell why"]
        default: hints += hint(error).map { [$0] } ?? []
        }
        return SystemError(
            error.operation, path(subject), errno, hint: hints.isEmpty ? nil : hints.joined(separator: "; "))
    }

    private func hint(_ error: BusError) -> String? {
        switch (error.cause, error.errno) {
        case (.system(.timedOut), _):
            "systemd did not answer within \(timeout / 1000) s; it may be reloading, or overloaded"
        case (.closed, _) where !isBus: "systemd only talks to root and to the user that it runs for"
        case (_, .permissionDenied): "only root may ask the host's systemd, and the user its own"
        case (_, .connectionRefused): instance.absenceHint
        default: nil
        }
    }
}
