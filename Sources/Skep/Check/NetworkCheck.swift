internal import Netlink
internal import Networks
internal import OCI
internal import Planning

/// Finds what is wrong with a configuration's networks, and which devices the host does not have.
enum NetworkCheck {
    typealias Finding = ConfigurationReport.Finding

    /// The first thing that is wrong with the networks of the annotation.
    static func errors(_ spec: Spec) -> [Finding] {
        guard spec.annotations[NetworkConfiguration.annotation] != nil else { return [] }
        do {
            _ = try NetworkOrder(spec, Plan(), given: nil)
            return []
        } catch {
            return [Finding(.error, error.origin, error.reason ?? error.description, suggestion: error.hint)]
        }
    }

    /// The devices of linux.netDevices that are not on the host.
    static func warnings(_ spec: Spec) -> [Finding] {
        guard let devices = spec.linux?.netDevices, !devices.isEmpty, let host = try? RouteSocket() else { return [] }
        return devices.keys.sorted().compactMap { name in
            do {
                if InterfaceName.problem(name) != nil { return nil }
                if try host.link(named: name) != nil { return nil }
                return Finding(.warning, "linux.netDevices.\(name)", "the host has no such network device")
            } catch {
                return nil
            }
        }
    }
}
