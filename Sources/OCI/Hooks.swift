/// Commands to run at points of the container's life, in the listed order (config.md, POSIX-platform Hooks).
public struct Hooks: Sendable, Equatable {
    /// Run by `create` in the runtime's namespaces after the environment exists; deprecated.
    public var prestart: [Hook]
    /// Run by `create` in the runtime's namespaces, after `prestart` and before pivot_root.
    public var createRuntime: [Hook]
    /// Run by `create` in the container's namespaces, before pivot_root.
    public var createContainer: [Hook]
    /// Run by `start` in the container's namespaces, before the user's program.
    public var startContainer: [Hook]
    /// Run by `start` in the runtime's namespaces, after the user's program has started.
    public var poststart: [Hook]
    /// Run by `delete` in the runtime's namespaces, after the container is gone.
    public var poststop: [Hook]

    /// The hooks; what is left out is empty.
    public init(
        prestart: [Hook] = [], createRuntime: [Hook] = [], createContainer: [Hook] = [],
        startContainer: [Hook] = [], poststart: [Hook] = [], poststop: [Hook] = []
    ) {
        self.prestart = prestart
        self.createRuntime = createRuntime
        self.createContainer = createContainer
        self.startContainer = startContainer
        self.poststart = poststart
        self.poststop = poststop
    }
}

extension Hooks: JSONDecodable, JSONObjectEncodable {
    /// Reads `hooks`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        prestart = try object.list("prestart")
        createRuntime = try object.list("createRuntime")
        createContainer = try object.list("createContainer")
        startContainer = try object.list("startContainer")
        poststart = try object.list("poststart")
        poststop = try object.list("poststop")
    }

    /// Writes `hooks`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("prestart", prestart)
        object.setIfPresent("createRuntime", createRuntime)
        object.setIfPresent("createContainer", createContainer)
        object.setIfPresent("startContainer", startContainer)
        object.setIfPresent("poststart", poststart)
        object.setIfPresent("poststop", poststop)
    }
}

/// One command; it gets the container's state on its standard input (config.md, POSIX-platform Hooks).
public struct Hook: Sendable, Equatable {
    /// The program, an absolute path.
    public var path: String
    /// The arguments with the program's name first, as execv(3) takes them.
    public var args: [String]
    /// The environment, `NAME=value`; nil leaves it to the runtime, which an empty list does not.
    public var env: [String]?
    /// Seconds, more than 0, after which the hook is stopped; nil means no limit.
    public var timeout: Int?

    /// A command.
    public init(path: String, args: [String] = [], env: [String]? = nil, timeout: Int? = nil) {
        self.path = path
        self.args = args
        self.env = env
        self.timeout = timeout
    }
}

extension Hook: JSONDecodable, JSONObjectEncodable {
    /// Reads one hook.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        path = try object.required("path")
        args = try object.list("args")
        env = try object.optional("env")
        timeout = try object.optional("timeout")
    }

    /// Writes one hook.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("path", path)
        object.setIfPresent("args", args)
        if let env { object.set("env", env) }
        object.setIfPresent("timeout", timeout)
    }
}
