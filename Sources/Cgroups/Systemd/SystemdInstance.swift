internal import DBus
internal import System

/// Which systemd is asked: there is one of the host's, and one for each user that is logged in.
package enum SystemdInstance: Sendable, Equatable {
    case system
    case user

    /// Somewhere that it can be asked.
    struct Access: Equatable {
        var address: Address
        /// Whether it is a bus, where systemd is one of many, and not systemd itself.
        var isBus: Bool
    }

    /// Where it can be asked, the best first: systemd itself, which saves the way through the bus and works while
    /// there is none, then the bus.
    ///
    /// - Parameter variable: the value of a variable of the environment.
    /// - Returns: what to try one after the other.
    func accesses(_ variable: (String) -> String?) -> [Access] {
        let directory = variable("XDG_RUNTIME_DIR").flatMap { $0.isEmpty ? nil : $0 }
        func buses(_ name: String, _ usual: String?) -> [Access] {
            let listed = variable(name).map { Address.list($0, runtimeDirectory: directory) } ?? []
            let all = listed.isEmpty ? usual.map { [Address(path: $0)] } ?? [] : listed
            return all.map { Access(address: $0, isBus: true) }
        }
        switch self {
        case .system:
            return [Access(address: Address(path: "/run/systemd/private"), isBus: false)]
                + buses("DBUS_SYSTEM_BUS_ADDRESS", "/run/dbus/system_bus_socket")
        case .user:
            let own = directory.map { [Access(address: Address(path: $0 + "/systemd/private"), isBus: false)] } ?? []
            return own + buses("DBUS_SESSION_BUS_ADDRESS", directory.map { $0 + "/bus" })
        }
    }

    /// What to do where it can't be asked.
    var absenceHint: String {
        switch self {
        case .system: "systemd does not run here, or its sockets can't be seen; cgroups can be managed without it"
        case .user:
            "the user has no systemd of its own here: log in as it (loginctl enable-linger starts one as well), and "
                + "have XDG_RUNTIME_DIR or DBUS_SESSION_BUS_ADDRESS in the environment"
        }
    }
}
