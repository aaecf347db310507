internal import Glibc
internal import Networks
internal import OCI
internal import Planning
internal import System

/// What a container's launch has to do in its network namespace: made before anything is done, and only where there
/// is something to do.
struct NetworkOrder: Sendable {
    /// The host's devices that move in.
    let moves: [DeviceMove]
    /// The networks that are made.
    let networks: NetworkPlan
    /// The network namespace's file and property where the container joins one; nil for its own.
    let joined: Plan.JoinedNamespace?

    /// Nil where neither linux.netDevices nor a configuration of networks asks for anything.
    ///
    /// - Parameters:
    ///   - spec: the container's configuration, whose annotation may hold the networks.
    ///   - plan: the plan made of it.
    ///   - given: the networks that the caller asks for.
    /// - Throws: `configInvalid` for what could not be carried out.
    init?(_ spec: Spec, _ plan: Plan, given: NetworkConfiguration?) throws(ContainerError) {
        let configuration = try Self.configuration(spec, given: given)
        if configuration == nil && plan.deviceMoves.isEmpty { return nil }
        moves = plan.deviceMoves
        joined = plan.joinedNamespaces.first(where: \.isNetwork)
        do {
            networks = try NetworkPlanner.plan(
                configuration ?? NetworkConfiguration(), namespaces: spec.linux?.namespaces ?? [], moves: moves)
        } catch {
            throw ContainerError(error)
        }
        if moves.isEmpty && networks.isEmpty { return nil }
    }

    /// The annotation that holds a configuration of networks, if there is one.
    static func annotation(of spec: Spec) -> String? {
        spec.annotations.isEmpty ? nil : spec.annotations[NetworkConfiguration.annotation]
    }

    private static func configuration(
        _ spec: Spec, given: NetworkConfiguration?
    ) throws(ContainerError) -> NetworkConfiguration? {
        guard let text = annotation(of: spec) else { return given }
        let origin = "annotations.\(NetworkConfiguration.annotation)"
        if given != nil {
            throw ContainerError(
                .configInvalid, origin, "has networks, and so has --network", hint: "only one of them can be meant")
        }
        do {
            return try NetworkConfiguration(parsing: text)
        } catch {
            throw ContainerError(error, path: origin)
        }
    }

    /// Refuses who may not change the host's network in any case.
    func checkPrivilege() throws(ContainerError) {
        if geteuid() == 0 { return }
        throw ContainerError(
            .configInvalid, moves.isEmpty ? "networks" : "linux.netDevices",
            "needs root: an ordinary user has no say in the host's network")
    }

    /// What is done, for people, each with the property it comes from.
    var steps: [PlanPreview.Step] {
        networks.pairs.map {
            PlanPreview.Step(name: "network", detail: $0.description, origin: $0.origin.description)
        }
            + moves.map { move in
                PlanPreview.Step(
                    name: "network", detail: "move \(move.name) to \(move.innerName)", origin: move.origin.description)
            }
            + networks.routes.map {
                PlanPreview.Step(name: "network", detail: $0.description, origin: $0.origin.description)
            }
    }
}
