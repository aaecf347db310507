internal import OCI
internal import System

/// What is known of a container at one moment, without opening it.
public struct ContainerSummary: Sendable {
    /// The container's id.
    public var id: String
    /// Where it is in its life.
    public var status: Status
    /// Its init, as the host numbers processes; 0 once that has ended.
    public var pid: Int32
    /// The bundle it was made from, an absolute path.
    public var bundle: String
    /// Its root file system on the host, an absolute path.
    public var rootfs: String
    /// When it was created, RFC 3339 in UTC.
    public var created: String
    /// The specification's version that its configuration was written for.
    public var ociVersion: String
    /// The configuration's annotations.
    public var annotations: [String: String]
    /// The user who made it.
    public var ownerUID: UInt32

    init(_ container: StoredContainer, ownerUID: UInt32) throws(ContainerError) {
        let state = container.state
        id = state.id
        status = try container.status()
        pid = status == .stopped ? 0 : state.pid
        bundle = state.bundle
        rootfs = state.rootfs
        created = state.created
        ociVersion = state.ociVersion
        annotations = state.annotations
        self.ownerUID = ownerUID
    }
}
