package import OCI

/// What this host can or can't do: one thing.
package struct HostFinding: Sendable, Equatable {
    /// How it stands.
    package enum Status: String, Sendable {
        /// There, in full.
        case ok
        /// There in part, or not for this user.
        case limited
        /// Not there.
        case missing
    }

    /// What it is about, for machines: "kernel", or "namespaces.pid" for one of several of a kind.
    package var name: String
    package var status: Status
    /// One line: why.
    package var summary: String
    /// The command or setting that mends it, where there is one.
    package var remedy: String?
    /// Whether no container can run without it.
    package var isEssential: Bool

    init(
        _ name: String, _ status: Status, _ summary: String, remedy: String? = nil, isEssential: Bool = false
    ) {
        self.name = name
        self.status = status
        self.summary = summary
        self.remedy = remedy
        self.isEssential = isEssential
    }
}

extension HostFinding: JSONObjectEncodable {
    package func encode(into object: borrowing JSONObjectBuilder) {
        object.set("name", name)
        object.set("status", status.rawValue)
        object.set("summary", summary)
        object.setIfPresent("remedy", remedy)
        object.set("essential", isEssential)
    }
}
