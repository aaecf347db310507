/// Where a container is in its life: runtime.md, State, with the freezer's states beside them.
public enum Status: String, Sendable {
    /// Its state directory exists, its process is not ready yet.
    case creating
    /// Its process waits to be told to go.
    case created
    /// The user's program runs.
    case running
    /// Its processes are being frozen.
    case pausing
    /// Its processes are frozen.
    case paused
    /// Its process has ended.
    case stopped
}
