/// The environment of a process: process.env, as runc takes it.
struct EnvironmentPlanner {
    /// The last of each name, without a HOME that says nothing.
    let variables: [String]

    /// - Throws: `ConfigurationError` for what is no variable.
    init(_ entries: [String]) throws(ConfigurationError) {
        var lengths: [Int] = []
        lengths.reserveCapacity(entries.count)
        for (index, entry) in entries.enumerated() {
            let length = entry.utf8.prefix { $0 != UInt8(ascii: "=") }.count
            if length == 0 || length == entry.utf8.count {
                throw ConfigurationError(Origin("process.env", index), "\"\(entry)\" is no NAME=value")
            }
            lengths.append(length)
        }
        variables = entries.indices.filter { index in
            entries[index] != "HOME="
                && !entries.indices[(index + 1)...].contains { later in
                    lengths[later] == lengths[index]
                        && entries[later].utf8.starts(with: entries[index].utf8.prefix(lengths[index]))
                }
        }.map { entries[$0] }
    }

    /// PATH.
    var searchPath: String {
        let name = "PATH=".utf8
        guard let variable = variables.last(where: { $0.utf8.starts(with: name) }) else { return "" }
        return String(decoding: Array(variable.utf8)[name.count...], as: UTF8.self)
    }

    /// The environment, with last entries for what only the init can fill in.
    func plan(_ listening: ListenDescriptors?, uid: UInt32, into plan: inout Plan) -> [String] {
        var environment = variables
        if let listening {
            environment.removeAll { variable in
                ListenDescriptors.variables.contains { variable.utf8.starts(with: $0.utf8) }
            }
            environment.append("LISTEN_FDS=\(listening.count)")
            if let names = listening.names { environment.append("LISTEN_FDNAMES=" + names) }
            plan.append(.listenPID, from: Origin("process.env"))
            environment.append("LISTEN_PID=")
        }
        if !variables.contains(where: { $0.utf8.starts(with: "HOME=".utf8) }) {
            plan.append(.home(uid: uid), from: Origin("process.env"))
            environment.append("HOME=/")
        }
        return environment
    }
}
