internal import OCI

/// Checks a configuration's hooks, and plans those that the init runs: config.md, POSIX-platform Hooks.
struct HookPlanner {
    private let hooks: Hooks
    private let spec: Spec
    private let situation: Planner.Situation
    private let annotations: RuntimeAnnotations

    /// - Throws: `ConfigurationError` for the first hook that could not be run.
    init(
        _ spec: Spec, _ situation: Planner.Situation, _ annotations: RuntimeAnnotations
    ) throws(ConfigurationError) {
        self.annotations = annotations
        hooks = spec.hooks ?? Hooks()
        self.spec = spec
        self.situation = situation
        try Self.check(hooks.prestart, "prestart")
        try Self.check(hooks.createRuntime, "createRuntime")
        try Self.check(hooks.createContainer, "createContainer")
        try Self.check(hooks.startContainer, "startContainer")
        try Self.check(hooks.poststart, "poststart")
        try Self.check(hooks.poststop, "poststop")
    }

    private static func check(_ hooks: [Hook], _ kind: String) throws(ConfigurationError) {
        for (index, hook) in hooks.enumerated() {
            let origin = Origin("hooks." + kind, index)
            if hook.path.utf8.first != UInt8(ascii: "/") {
                throw ConfigurationError(origin.appending("path"), "must be absolute, not \"\(hook.path)\"")
            }
            if let timeout = hook.timeout, timeout <= 0 {
                throw ConfigurationError(origin.appending("timeout"), "must be greater than 0, not \(timeout)")
            }
        }
    }

    /// Whether any hook runs before the rootfs becomes "/".
    var hasEarly: Bool {
        !hooks.prestart.isEmpty || !hooks.createRuntime.isEmpty || !hooks.createContainer.isEmpty
    }

    /// What comes right before the rootfs becomes "/".
    func planEarly(into plan: inout Plan) throws(ConfigurationError) {
        if !hooks.prestart.isEmpty || !hooks.createRuntime.isEmpty {
            plan.append(.runtimeHooks, from: Origin(hooks.prestart.isEmpty ? "hooks.createRuntime" : "hooks.prestart"))
        }
        try append(
            hooks.createContainer, "createContainer", .creating, defaultEnvironment: situation.environment,
            into: &plan)
    }

    /// What comes right before the user's program.
    func planLate(environment: [String], into plan: inout Plan) throws(ConfigurationError) {
        try append(hooks.startContainer, "startContainer", .created, defaultEnvironment: environment, into: &plan)
    }

    private func append(
        _ hooks: [Hook], _ kind: String, _ status: Status, defaultEnvironment: [String], into plan: inout Plan
    ) throws(ConfigurationError) {
        if hooks.isEmpty { return }
        let state = State(
            ociVersion: spec.ociVersion, id: situation.id, status: status, bundle: situation.bundle,
            annotations: spec.annotations)
        let head = String(decoding: state.serialized(.compact).dropLast(), as: UTF8.self) + ",\"pid\":"
        for (index, hook) in hooks.enumerated() {
            var run = HookRun(
                path: hook.path, arguments: hook.args.isEmpty ? [hook.path] : hook.args,
                environment: hook.env ?? defaultEnvironment, stateHead: head, stateTail: "}",
                timeout: UInt64(hook.timeout ?? 0), outputPath: annotations.hookOutput,
                errorPath: annotations.hookErrors)
            let origin = Origin("hooks." + kind, index)
            for path in [run.outputPath, run.errorPath] where path != nil {
                let slot = try plan.reserveDescriptor(for: origin)
                run.descriptor = run.descriptor ?? slot
            }
            plan.append(.hook(run), from: origin)
        }
    }
}
