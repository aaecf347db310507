public import Cgroups
public import Networks
public import OCI
internal import Planning
internal import System

/// What starting a container would do, in words. Needs no rights, and changes nothing.
public struct PlanPreview: Sendable {
    /// The steps, in their order.
    public let steps: [Step]
    /// What is odd about the configuration, but no reason to refuse it.
    public let warnings: [String]

    /// One step.
    public struct Step: Sendable {
        /// What kind ("mount", "pivot").
        public let name: String
        /// With what ("proc on /proc (nosuid)").
        public let detail: String
        /// The property of config.json that asks for it ("mounts[0]").
        public let origin: String
    }

    /// Plans a container.
    ///
    /// - Parameters:
    ///   - config: what it shall be.
    ///   - bundle: the directory that a relative `root.path` counts from.
    ///   - network: the networks that are made for it.
    ///   - cgroups: who shall look after its cgroups.
    /// - Throws: `configInvalid` for what could not be carried out.
    public init(
        _ config: Spec, bundle: String = ".", network: NetworkConfiguration? = nil,
        cgroups: ManagerPreference = .automatic
    ) throws(ContainerError) {
        let choice = try Configuration.chooseManager(cgroups, config, id: "ID")
        let rootfs = try Configuration.rootfs(config, bundle: Paths.absolute(bundle))
        let filter = try FilterSource(root: nil, log: nil).filter(for: config)
        var situation = Planner.Situation(
            rootfs: rootfs, cgroups: Configuration.cgroupView(choice.manager),
            sessionKeyring: LaunchOrder.sessionKeyring(of: "ID"),
            securityModules: .present(for: config.process, mountLabel: config.linux?.mountLabel), filter: filter)
        situation.mayUnshareNetwork = Configuration.mayUnshareNetwork(config, choice.kind, given: network)
        let plan: Plan
        do {
            plan = try Planner.plan(config, in: situation)
        } catch {
            throw ContainerError(error)
        }
        let network = try NetworkOrder(config, plan, given: network)
        steps =
            (network?.steps ?? [])
            + plan.steps.map { step in
                Step(name: step.action.name, detail: step.action.description, origin: step.origin.description)
            }
        warnings = plan.warnings.map(\.description)
    }
}
