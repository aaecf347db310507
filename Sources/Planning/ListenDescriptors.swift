/// Sockets that a service manager has opened for the container, as descriptors from 3 on: sd_listen_fds(3).
public struct ListenDescriptors: Sendable, Hashable {
    /// How many.
    public var count: Int
    /// What they are called, separated by colons; nil where they have no names.
    public var names: String?

    public init(count: Int, names: String? = nil) {
        self.count = count
        self.names = names
    }

    /// What the variables of the environment that tell of them begin with.
    static let variables = ["LISTEN_FDS=", "LISTEN_PID=", "LISTEN_FDNAMES="]
}
