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
    private let timeout: Int64
    private var line: Line

    /// A connection, and where else systemd can be asked should it not listen there.
    private struct Line: ~Copyable {
        var connection: Connection
        let isBus: Bool
        let rest: ArraySlice<SystemdInstance.Access>

        var calls: SystemdCalls { SystemdCalls(destination: isBus ? SystemdCalls.busName : nil) }

        /// Connects to the first that can be, and waits for nothing but a place in the listener's queue.
        init(_ accesses: ArraySlice<SystemdInstance.Access>, _ instance: SystemdInstance, _ deadline: Deadline)
            throws(SystemError)
        {
            var first: SystemError?
            for (index, access) in zip(accesses.indices, accesses) {
                do {
                    connection = try Connection(
                        to: access.address, isBus: access.isBus, keeping: [SystemdCalls.jobRemoved],
                        deadline: deadline)
                    isBus = access.isBus
                    rest = accesses[(index + 1)...]
                    return
                } catch {
                    first =
                        first
                        ?? SystemError(error.operation, error.address, error.errno, hint: instance.absenceHint)
                }
            }
            throw first ?? SystemError("connect", "systemd", .noSuchFileOrDirectory, hint: instance.absenceHint)
        }
    }

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
        self.instance = instance
        self.timeout = timeout
        line = try Line(accesses[...], instance, Deadline(milliseconds: timeout))
    }

    /// Where systemd is asked ("unix:path=/run/systemd/private").
    package var address: String { line.connection.address }

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
        return try begin(unit, properties, deadline) { $0.startTransientUnit(unit, properties) }
    }

    /// Asks for a unit to be stopped, whatever is still in it to be ended; and does not wait.
    package mutating func beginStop(_ unit: String) throws(SystemError) -> UnitJob {
        try begin(unit, nil, Deadline(milliseconds: timeout)) { $0.stopUnit(unit) }
    }

    private mutating func begin(
        _ unit: String, _ properties: [UnitProperty]?, _ deadline: Deadline, _ call: (SystemdCalls) -> Message
    ) throws(SystemError) -> UnitJob {
        do {
            let (serial, operation) = try send(call, announcing: unit, deadline)
            return UnitJob(
                unit: unit, operation: operation, serial: serial, properties: properties, deadline: deadline)
        } catch {
            throw failure(error, unit)
        }
    }

    /// Sends a call, and has the end of the jobs of `unit` announced. Where nobody is let in, it is tried elsewhere:
    /// nothing has been asked for by then.
    private mutating func send(
        _ call: (SystemdCalls) -> Message, announcing unit: String? = nil, _ deadline: Deadline
    ) throws(BusError) -> (serial: UInt32, operation: String) {
        while true {
            // The connection to systemd itself brings everything that it announces.
            if line.isBus, let unit { line.connection.prepare(Bus.addMatch(SystemdCalls.rule(for: unit))) }
            let message = call(line.calls)
            do {
                return (try line.connection.send(message, deadline: deadline), message.member ?? "")
            } catch {
                if line.connection.isAgreed || error.cause == .system(.timedOut) { throw error }
                guard let other = try? Line(line.rest, instance, deadline) else { throw error }
                line = other
            }
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
            let again = try begin(job.unit, properties, job.deadline) {
                $0.startTransientUnit(job.unit, properties)
            }
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
        let answer = try line.connection.answer(to: job.serial, job.operation, deadline: job.deadline)
        guard let path = answer.first?.text else {
            throw BusError(job.operation, address, .malformed(.value("no job")))
        }
        let operation = "\(job.operation), job \(Paths.name(of: path)),"
        let removed = try line.connection.signal(operation, deadline: job.deadline) { signal in
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
        _ = try call(unit) { $0.setUnitProperties(unit, isRuntime: true, properties) }
    }

    /// Clears a unit away that has failed. One that has not, or is not there, stays as it is.
    package mutating func resetFailed(_ unit: String) throws(SystemError) {
        do {
            _ = try answer { $0.resetFailedUnit(unit) }
        } catch {
            if error.name != Self.noSuchUnit { throw failure(error, unit) }
        }
    }

    /// The cgroup of a unit ("/system.slice/skep-ID.scope"); empty if it has none now.
    package mutating func controlGroup(of unit: String) throws(SystemError) -> String {
        try text(unit) { $0.typeProperty("ControlGroup", of: unit) }
    }

    /// The cgroup that all units of this systemd lie below; empty for the root.
    package mutating func rootControlGroup() throws(SystemError) -> String {
        let path = try text("ControlGroup") { $0.managerProperty("ControlGroup") }
        return path == "/" ? "" : path
    }

    /// systemd's version (252).
    package mutating func version() throws(SystemError) -> Int {
        let text = try text("Version") { $0.managerProperty("Version") }
        // "252.39-1~deb12u1", "v245.4-1.fc32"
        let digits = text.utf8.drop { $0 == UInt8(ascii: "v") }
            .prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        return Int(String(digits) ?? "") ?? 0
    }

    private mutating func text(
        _ subject: String, _ property: (SystemdCalls) -> Message
    ) throws(SystemError) -> String {
        guard case .variant(.string(let text))? = try call(subject, property).first else {
            throw SystemError("Get", path(subject), .badMessage)
        }
        return text
    }

    private mutating func call(
        _ subject: String, _ call: (SystemdCalls) -> Message
    ) throws(SystemError) -> [Value] {
        do {
            return try answer(call)
        } catch {
            throw failure(error, subject)
        }
    }

    private mutating func answer(_ call: (SystemdCalls) -> Message) throws(BusError) -> [Value] {
        let deadline = Deadline(milliseconds: timeout)
        let (serial, operation) = try send(call, deadline)
        return try line.connection.answer(to: serial, operation, deadline: deadline)
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
        case (.closed, _) where !line.isBus: "systemd only talks to root and to the user that it runs for"
        case (_, .permissionDenied): "only root may ask the host's systemd, and the user its own"
        case (_, .connectionRefused): instance.absenceHint
        default: nil
        }
    }
}
