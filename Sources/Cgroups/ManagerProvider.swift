/// Brings a manager of one's own to the library: give it to a factory as `ManagerPreference.custom`.
///
/// A manager that only wants its cgroups in another place, or to do something besides, need not be written from the
/// ground up: see `ForwardingManager`.
public protocol ManagerProvider: Sendable {
    /// Tells this provider from others: state.json has it, and a factory with a provider of the same name finds the
    /// manager again.
    var name: String { get }

    /// The manager for a container that is yet to be made.
    ///
    /// - Parameter request: what is asked for; its preference is this provider.
    /// - Returns: a manager that has made nothing yet.
    /// - Throws: `ManagerRefusal` for a configuration that it can't serve.
    func manager(for request: ManagerRequest) throws(ManagerRefusal) -> any Manager

    /// The manager of a container that exists.
    ///
    /// - Parameters:
    ///   - id: the container's.
    ///   - namedPaths: what its manager said they were when it was made.
    /// - Returns: a manager of the same cgroups.
    func manager(of id: String, namedPaths: [NamedPath]) -> any Manager
}
