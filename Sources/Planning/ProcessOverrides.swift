package import OCI

/// What the options of exec change of a process. Whoever may have an engine execute something chooses their values,
/// which decide what the process may do: a value that is not meant in full is refused (CVE-2026-30892).
package struct ProcessOverrides {
    /// Why an option's value is not taken.
    package struct Refusal: Error, Equatable {
        package let description: String

        fileprivate init(_ rule: String, _ value: String) {
            description = "\(rule), not \"\(value)\""
        }
    }

    private var user: (uid: UInt32, gid: UInt32?)?
    private var groups: [UInt32] = []
    private let variables: [String]
    private let capabilities: [String]
    private let directory: String?
    private let apparmorProfile: String?
    private let selinuxLabel: String?

    /// Reads user, additional-gids, env, cap, cwd, apparmor and process-label.
    ///
    /// - Parameter values: the values given for the option of a name, in their order. Of an option that has one value
    ///   the last is it.
    /// - Throws: the first value that could not be meant.
    package init(_ values: (_ option: String) -> [String]) throws(Refusal) {
        variables = values("env")
        capabilities = values("cap")
        directory = values("cwd").last
        apparmorProfile = values("apparmor").last
        selinuxLabel = values("process-label").last
        if let text = values("user").last {
            guard let numbers = Self.user(text) else {
                throw Refusal("--user takes UID or UID:GID, as numbers", text)
            }
            user = numbers
        }
        for text in values("additional-gids") {
            guard let group = Self.id(text[...]) else {
                throw Refusal("--additional-gids takes a group's number", text)
            }
            groups.append(group)
        }
        for variable in variables where Self.name(variable).isEmpty {
            throw Refusal("--env takes NAME=VALUE", variable)
        }
        var unknown: String?
        _ = CapabilitySet(names: capabilities) { _, name in unknown = unknown ?? name }
        if let unknown { throw Refusal("--cap takes a capability like CAP_CHOWN", unknown) }
        if let directory, directory.utf8.first != UInt8(ascii: "/") {
            throw Refusal("--cwd takes an absolute path", directory)
        }
    }

    /// Changes a process.
    package func apply(to process: inout OCI.Process) {
        if let directory { process.cwd = directory }
        if let apparmorProfile { process.apparmorProfile = apparmorProfile }
        if let selinuxLabel { process.selinuxLabel = selinuxLabel }
        for variable in variables {
            let name = Self.name(variable)
            process.env.removeAll { $0.utf8.starts(with: name.utf8) }
            process.env.append(variable)
        }
        if let user {
            process.user.uid = user.uid
            if let gid = user.gid { process.user.gid = gid }
        }
        process.user.additionalGids += groups
        addCapabilities(to: &process)
    }

    /// Never to the inheritable set, which would outlive the process's program (CVE-2022-29162); to the ambient set only
    /// where something is inheritable already.
    private func addCapabilities(to process: inout OCI.Process) {
        if capabilities.isEmpty { return }
        var sets = process.capabilities ?? OCI.Process.Capabilities()
        sets.bounding += capabilities
        sets.effective += capabilities
        sets.permitted += capabilities
        if !sets.inheritable.isEmpty { sets.ambient += capabilities }
        process.capabilities = sets
    }

    /// A number that can be a user's or a group's: all digits, and not the one that means "none" (setuid(2)).
    private static func id(_ text: Substring) -> UInt32? {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard isPlain, let id = UInt32(text), id != .max else { return nil }
        return id
    }

    private static func user(_ text: String) -> (uid: UInt32, gid: UInt32?)? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let uid = id(parts[0]) else { return nil }
        if parts.count == 1 { return (uid, nil) }
        guard let gid = id(parts[1]) else { return nil }
        return (uid, gid)
    }

    /// What stands before the variable's "=", with it; empty for what is no variable.
    private static func name(_ variable: String) -> String {
        guard let end = variable.utf8.firstIndex(of: UInt8(ascii: "=")), end > variable.startIndex else { return "" }
        return String(variable[...end])
    }
}
