import Networks
import OCI
import Planning

/// A container with a network namespace of its own.
let ownNamespace = [Namespace(type: .mount), Namespace(type: .network)]

/// Plans a document's networks.
func plan(
    _ document: String, namespaces: [Namespace] = ownNamespace, moves: [DeviceMove] = []
) throws -> NetworkPlan {
    try NetworkPlanner.plan(try NetworkConfiguration(parsing: document), namespaces: namespaces, moves: moves)
}

/// Why a document is refused; nil if it is not.
func refusal(
    _ document: String, namespaces: [Namespace] = ownNamespace, moves: [DeviceMove] = []
) -> String? {
    do {
        _ = try plan(document, namespaces: namespaces, moves: moves)
        return nil
    } catch {
        return "\(error)"
    }
}

/// The document of one veth network with these members beside its type.
func veth(_ members: String = "", routes: String = "") -> String {
    let members = members.isEmpty ? "" : ", " + members
    return #"{"networks": [{"type": "veth"\#(members)}], "routes": [\#(routes)]}"#
}
