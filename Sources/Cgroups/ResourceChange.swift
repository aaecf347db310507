internal import OCI
public import System
internal import SystemPackage

/// A change of a running container's limits that happens as a whole or not at all: what is to be written, and what
/// stands there until then.
public struct ResourceChange: Sendable {
    /// A setting of one cgroup.
    struct Entry: Sendable {
        var setting: Setting
        var directory: String

        /// The entry that puts things back to how they are now.
        func inverse() throws(SystemError) -> Entry {
            Entry(setting: try setting.inverse(in: directory), directory: directory)
        }
    }

    private let entries: [Entry]
    private let inverses: [Entry]
    /// What systemd is told in the end, which also puts the unit's own files right, if not as exactly.
    var unit: UnitChange?

    init(entries: [Entry], inverses: [Entry]) {
        self.entries = entries
        self.inverses = inverses
    }

    /// Reads what is about to be replaced.
    init(_ entries: [Entry]) throws(SystemError) {
        self.entries = entries
        var inverses: [Entry] = []
        for entry in entries.reversed() {
            inverses.append(try entry.inverse())
            guard let file = entry.setting.resets else { continue }
            var reset = entry
            reset.setting.file = file
            inverses.append(try reset.inverse())
        }
        self.inverses = inverses
    }

    /// Which settings a change comes down to: those that it asks for, with what else goes into their files, and those
    /// that come out otherwise because of it.
    static func settings(_ after: [Setting], asked: [Setting], before: [Setting]) -> [Setting] {
        after.filter { setting in
            !before.contains(setting) || asked.contains { $0.isAbout(setting) || $0.resets == setting.file }
        }
    }

    /// Writes everything. After a failure everything is as it was.
    public func carryOut() throws(SystemError) {
        do throws(SystemError) {
            // Files that can't be written are found out before systemd is told anything; what it writes is rounded.
            let harmless = entries.filter { !$0.setting.canKill }
            try Self.write(harmless, isUndo: false)
            if let unit {
                try unit.carryOut()
                try Self.write(harmless, isUndo: false)
            }
            // Whom this kills nothing brings back, so nothing comes after it that could be refused.
            try Self.write(entries.filter { $0.setting.canKill }, isUndo: false)
        } catch {
            guard let left = undo() else { throw error }
            throw SystemError(
                error.operation, error.path, error.errno, property: error.property,
                hint: "and not all could be put back: \(left.operation) \(left.path) (\(left.errno.name))")
        }
    }

    /// Puts everything back; the first failure.
    @discardableResult
    public func undo() -> SystemError? {
        do throws(SystemError) {
            if let unit { try? unit.undo() }
            try Self.write(inverses, isUndo: true)
            return nil
        } catch {
            return error
        }
    }

    /// Writes settings that bound each other (memory and swap; quota, period and burst; idle and weight): one that the
    /// kernel does not take is tried again when others have been written, for as long as that gets further.
    private static func write(_ entries: [Entry], isUndo: Bool) throws(SystemError) {
        var pending = entries
        while !pending.isEmpty {
            var refused: [Entry] = []
            var reason: SystemError?
            for entry in pending {
                if isUndo, try entry.inverse().setting.value == entry.setting.value { continue }
                do throws(SystemError) {
                    try entry.setting.write(in: entry.directory)
                } catch {
                    // What can be put back is, whatever becomes of the rest.
                    let isBound = error.errno == .invalidArgument || error.errno == .outOfRange
                    if !isUndo && !isBound { throw error }
                    refused.append(entry)
                    reason = reason ?? error
                }
            }
            if let reason, refused.count == pending.count { throw reason }
            pending = refused
        }
    }
}
