/// What a runtime can do, the document that `features` prints (features.md).
///
/// Nil means "unknown"; an empty list means that there is nothing of the kind.
public struct Features: Sendable, Equatable {
    /// The oldest version of the specification that the runtime reads.
    public var ociVersionMin: String
    /// The newest version of the specification that the runtime reads.
    public var ociVersionMax: String
    /// The kinds of hooks.
    public var hooks: [String]?
    /// The mount options that are not left to the file system.
    public var mountOptions: [String]?
    /// What is specific to Linux.
    public var linux: Linux?
    /// The runtime's own facts.
    public var annotations: [String: String]?
    /// Annotations of a configuration that can be dangerous; a name that ends with "." is a prefix.
    public var potentiallyUnsafeConfigAnnotations: [String]?

    /// Features; what is left out is unknown.
    public init(
        ociVersionMin: String = "1.0.0", ociVersionMax: String = version, hooks: [String]? = nil,
        mountOptions: [String]? = nil, linux: Linux? = nil, annotations: [String: String]? = nil,
        potentiallyUnsafeConfigAnnotations: [String]? = nil
    ) {
        self.ociVersionMin = ociVersionMin
        self.ociVersionMax = ociVersionMax
        self.hooks = hooks
        self.mountOptions = mountOptions
        self.linux = linux
        self.annotations = annotations
        self.potentiallyUnsafeConfigAnnotations = potentiallyUnsafeConfigAnnotations
    }
}

extension Features: JSONDecodable, JSONObjectEncodable {
    /// Reads a features document.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        ociVersionMin = try object.required("ociVersionMin")
        ociVersionMax = try object.required("ociVersionMax")
        hooks = try object.optional("hooks")
        mountOptions = try object.optional("mountOptions")
        linux = try object.optional("linux")
        annotations = try object.optional("annotations")
        potentiallyUnsafeConfigAnnotations = try object.optional("potentiallyUnsafeConfigAnnotations")
    }

    /// Writes a features document.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("ociVersionMin", ociVersionMin)
        object.set("ociVersionMax", ociVersionMax)
        object.setIfPresent("hooks", hooks)
        object.setIfPresent("mountOptions", mountOptions)
        object.setIfPresent("linux", linux)
        object.setIfPresent("annotations", annotations)
        object.setIfPresent("potentiallyUnsafeConfigAnnotations", potentiallyUnsafeConfigAnnotations)
    }
}
