internal import CLinux
internal import OCI
internal import Planning
internal import System
internal import SystemPackage

/// Tells a seccomp agent of a process: config-linux.md, The Container Process State.
struct AgentConnection: Sendable {
    private let agent: SystemCallAgent
    private let identity: ContainerIdentity
    /// The container's init, where the process is another.
    private let initPID: Int32?

    /// Nil where there is no agent.
    init?(_ agent: SystemCallAgent?, of identity: ContainerIdentity, initPID: Int32? = nil) {
        guard let agent else { return nil }
        self.agent = agent
        self.identity = identity
        self.initPID = initPID
    }

    /// Takes a listener out of the process that has loaded its filter. The process can't send it: what it would send it
    /// with may itself wait for the agent.
    func fetch(_ number: CInt, from process: borrowing ProcessHandle) throws(ContainerError) -> Descriptor {
        let pidfd = process.number
        do {
            return Descriptor(owning: try systemCall { skep_linux_pidfd_getfd(pidfd, number) })
        } catch {
            throw ContainerError(
                .systemError, "linux.seccomp", operation: "pidfd_getfd", path: "the listener", errno: error,
                hint: error == .notPermitted ? "fetching it needs CAP_SYS_PTRACE" : nil)
        }
    }

    /// Sends the listener and what it belongs to, over a connection that is closed then.
    func tell(_ listener: consuming Descriptor, of pid: Int32) throws(ContainerError) {
        let document = ContainerProcessState(
            pid: pid, metadata: agent.metadata,
            state: identity.state(initPID == nil ? .creating : .running, pid: initPID ?? pid)
        ).serialized(.compact)
        let descriptors = [listener.number]
        defer { _ = listener.number }
        do throws(SystemError) {
            let connection = try Descriptor.connected(to: agent.socket)
            defer { _ = connection.number }
            let number = connection.number
            do {
                _ = try systemCall { skep_linux_send(number, document, document.count, descriptors, 1) }
            } catch {
                throw SystemError("sendmsg", agent.socket, error)
            }
        } catch {
            throw ContainerError(
                .systemError, agent.origin.description, operation: error.operation, path: error.path,
                errno: error.errno, hint: error.operation == "connect" ? "does the seccomp agent run?" : nil)
        }
    }
}
