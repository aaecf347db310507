internal import CPlan
internal import OCI

/// When a process's filter is loaded: as late as can be, since every call behind it has to pass it.
///
/// With no_new_privs that is when nothing is left to do but to run the hooks and the user's program. Without, the
/// kernel wants CAP_SYS_ADMIN, which the process keeps until then beside those that it is to have: the filter is loaded
/// before it waits, so that nothing waits with more rights than it is to have, and drops them behind it. So is one
/// with an agent, which the parent of a waiting process is there to tell.
struct FilterLoading {
    private let filter: SystemCallFilter?
    private let preserved: Int
    private let isPrivileged: Bool

    init(_ end: ProcessPlanner.End, _ process: Process) {
        filter = end.filter
        preserved = end.preservedDescriptors
        isPrivileged = !process.noNewPrivileges
    }

    /// The capabilities to have until the filter is loaded.
    func withRights(_ action: Action) -> Action {
        guard filter != nil, isPrivileged,
            case .capabilities(let effective, let permitted, let inheritable) = action
        else { return action }
        let needed = CapabilitySet(rawValue: 1 << UInt64(CAP_SYS_ADMIN))
        return .capabilities(
            effective: effective.union(needed), permitted: permitted.union(needed), inheritable: inheritable)
    }

    /// What comes right before the wait.
    func planEarly(then capabilities: Action, into plan: inout Plan) {
        guard let filter, isPrivileged || filter.agent != nil else { return }
        plan.append(.seccomp(filter, preserved: preserved), from: filter.origin)
        if withRights(capabilities) != capabilities {
            plan.append(capabilities, from: Origin("process.capabilities"))
        }
    }

    /// What comes right behind it.
    func planLate(into plan: inout Plan) {
        guard let filter, !isPrivileged && filter.agent == nil else { return }
        plan.append(.seccomp(filter, preserved: preserved), from: filter.origin)
    }
}
