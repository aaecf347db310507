internal import OCI

/// What every document about a container's state says of it, whatever its status.
struct ContainerIdentity: Sendable {
    let id: String
    let bundle: String
    let ociVersion: String
    let annotations: [String: String]

    /// The document for hooks and agents: runtime.md, State.
    func state(_ status: OCI.Status, pid: Int32?) -> OCI.State {
        OCI.State(
            ociVersion: ociVersion, id: id, pid: pid, status: status, bundle: bundle, annotations: annotations)
    }
}
