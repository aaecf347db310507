/// The annotations of a configuration that mean something to Skep; crun has them too.
public struct RuntimeAnnotations: Sendable, Equatable {
    /// Whether the process keeps the caller's supplementary groups: run.oci.keep_original_groups.
    public private(set) var keepsGroups = false
    /// Files that what hooks print is appended to: run.oci.hooks.stdout and run.oci.hooks.stderr.
    public private(set) var hookOutput: String?
    public private(set) var hookErrors: String?
    /// The Unix socket that a pidfd of the container's first process is sent to: run.oci.pidfd_receiver.
    public private(set) var pidfdReceiver: String?
    /// The mount parameter that linux.mountLabel is given as: run.oci.mount_context_type.
    public private(set) var mountContext = "context"

    /// The names of all that can make a container do what its other properties do not tell, for `skep features`.
    public static let names =
        [
            "run.oci.delegate-cgroup", "run.oci.hooks.stderr", "run.oci.hooks.stdout", "run.oci.keep_original_groups",
            "run.oci.mount_context_type",
            "run.oci.pidfd_receiver", "run.oci.systemd.subgroup",
        ] + FilterAnnotations.names

    /// Reads them.
    ///
    /// - Throws: `ConfigurationError` for a value that means nothing.
    public init(_ annotations: [String: String]) throws(ConfigurationError) {
        if annotations.isEmpty { return }
        hookOutput = try Self.path(annotations, "run.oci.hooks.stdout")
        hookErrors = try Self.path(annotations, "run.oci.hooks.stderr")
        pidfdReceiver = try Self.path(annotations, "run.oci.pidfd_receiver")
        switch annotations["run.oci.keep_original_groups"] {
        case nil, "0", "": break
        case "1": keepsGroups = true
        case .some(let value):
            throw ConfigurationError(Self.origin("run.oci.keep_original_groups"), "must be 0 or 1, not \"\(value)\"")
        }
        guard let context = annotations["run.oci.mount_context_type"] else { return }
        guard MountLabel.contexts.contains(context) else {
            throw ConfigurationError(
                Self.origin("run.oci.mount_context_type"),
                "\"\(context)\" is none of \(MountLabel.contexts.joined(separator: ", "))")
        }
        mountContext = context
    }

    private static func origin(_ name: String) -> Origin {
        Origin("annotations", nil, name)
    }

    private static func path(
        _ annotations: [String: String], _ name: String
    ) throws(ConfigurationError) -> String? {
        guard let path = annotations[name], !path.isEmpty else { return nil }
        if path.utf8.first == UInt8(ascii: "/") { return path }
        throw ConfigurationError(origin(name), "must be absolute, not \"\(path)\"")
    }

    /// What of the annotations looks as if it were meant for a runtime, and is not heard.
    static func unheard(_ annotations: [String: String]) -> [ConfigurationError] {
        if annotations.isEmpty { return [] }
        let prefixes = ["run.oci.", "org.criu.", "krun.", "module.wasm."]
        return annotations.keys.sorted().filter { name in
            prefixes.contains(where: name.hasPrefix) && !names.contains(name)
        }.map { ConfigurationError(origin($0), "has no effect") }
    }
}
