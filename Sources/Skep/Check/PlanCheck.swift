internal import Cgroups
internal import OCI
internal import Planning
internal import System

/// Finds everything that the planner refuses: it is asked again and again, each time without what it refused last.
struct PlanCheck {
    typealias Finding = ConfigurationReport.Finding

    private let inspection: JSONInspection<Spec>
    private let bundle: String
    private let cgroups: ManagerPreference
    /// What was wrong before there was anything to plan.
    private let malformed: [String]
    private(set) var errors: [Finding] = []
    private(set) var warnings: [Finding] = []

    init(_ inspection: JSONInspection<Spec>, bundle: String, cgroups: ManagerPreference, malformed: [String]) {
        self.inspection = inspection
        self.cgroups = cgroups
        self.bundle = bundle
        self.malformed = malformed
        errors = refusals(.error, securityModules: [.appArmor, .selinux])
        if let spec = inspection.value { errors += NetworkCheck.errors(spec) }
        // What this host can't give is nothing that is wrong with the configuration.
        let unavailable = refusals(.warning, securityModules: .present(for: inspection.value?.process))
        warnings = unavailable + remarks()
    }

    private func refusals(_ severity: Finding.Severity, securityModules: SecurityModules) -> [Finding] {
        var found: [Finding] = []
        // Each round reads the document again, which may be large.
        let rounds = min(JSONInspection<Spec>.limit, max(10, (32 << 20) / max(inspection.size, 1)))
        for _ in 0..<rounds {
            guard let error = refusal(securityModules) else { break }
            let property = inspection.original(error.property)
            let isKnown =
                errors.contains { $0.property == property } || found.contains { $0.property == property }
                || malformed.contains { Self.isWithin(property, $0) || Self.isWithin($0, property) }
            if !isKnown { found.append(Finding(severity, property, error.reason, suggestion: error.hint)) }
            if inspection.remove(error.property, neutral: Self.neutral) == nil { break }
        }
        return found
    }

    private func refusal(_ securityModules: SecurityModules) -> ConfigurationError? {
        do {
            _ = try plan(securityModules)
            return nil
        } catch {
            return error
        }
    }

    private func plan(_ securityModules: SecurityModules) throws(ConfigurationError) -> [ConfigurationError] {
        guard var spec = inspection.value else { return [] }
        if (malformed + errors.map(\.property)).contains(where: { $0 == "linux" || $0.hasPrefix("linux.namespaces") }) {
            Self.addNamespaces(to: &spec)
        }
        let layout = (try? Layout.detect()) ?? Layout(hierarchies: [], unified: nil)
        let manager: any Manager
        do {
            manager = try ManagerSelection.choose(
                ManagerRequest(
                    cgroups, path: spec.linux?.cgroupsPath, id: "ID", annotations: spec.annotations, layout: layout)
            ).manager
        } catch {
            throw ConfigurationError(Origin(error.property), error.reason, hint: error.hint)
        }
        let plan = try Planner.plan(
            spec,
            in: Planner.Situation(
                rootfs: Paths.join(bundle, spec.root?.path ?? ""), bundle: bundle,
                cgroups: Configuration.cgroupView(manager), securityModules: securityModules,
                filter: try filter(for: spec)))
        _ = try plan.encoded()
        return plan.warnings
    }

    private func filter(for spec: Spec) throws(ConfigurationError) -> SystemCallFilter? {
        do {
            return try FilterSource(root: nil, log: nil).filter(for: spec)
        } catch {
            var bare = error
            bare.origin = ""
            bare.hint = nil
            throw ConfigurationError(Origin(error.origin), error.reason ?? bare.description, hint: error.hint)
        }
    }

    /// Without a namespace that is only misspelled, all that belongs to it would be refused.
    private static func addNamespaces(to spec: inout Spec) {
        var linux = spec.linux ?? Linux()
        let kinds: [Namespace.Kind] = [.mount, .pid, .network, .ipc, .uts, .cgroup]
        for kind in kinds where !linux.namespaces.contains(where: { $0.type == kind }) {
            linux.namespaces.append(Namespace(type: kind))
        }
        spec.linux = linux
    }

    /// What the planner has to say of what is left.
    private func remarks() -> [Finding] {
        guard let remarks = try? plan([]) else { return [] }
        return remarks.map { remark in
            let property = inspection.original(remark.property)
            return Finding(.warning, property, remark.reason, suggestion: remark.hint ?? suggestion(remark.property))
        }
    }

    private func suggestion(_ property: String) -> String? {
        guard property.hasPrefix("process.capabilities"), let name = inspection.string(at: property) else { return nil }
        return Likeness.best(for: name, of: CapabilitySet.knownNames).map { "did you mean \"\($0)\"?" }
    }

    private static func isWithin(_ path: String, _ prefix: String) -> Bool {
        guard path.utf8.starts(with: prefix.utf8) else { return false }
        let next = path.utf8.dropFirst(prefix.utf8.count).first
        return next == nil || next == UInt8(ascii: ".") || next == UInt8(ascii: "[")
    }

    /// Values of properties that have to be there, to which there is no objection.
    private static func neutral(_ pattern: String) -> String? {
        switch pattern {
        case "ociVersion": "\"\(OCI.version)\""
        case "process": #"{"args":["/"],"cwd":"/"}"#
        case "process.args": #"["/"]"#
        case "process.cwd": #""/""#
        case "mounts[].destination": #""/skep-check""#
        case "mounts[].type": #""tmpfs""#
        case "mounts[].source", "hooks.prestart[].path", "hooks.createRuntime[].path", "hooks.createContainer[].path",
            "hooks.startContainer[].path", "hooks.poststart[].path", "hooks.poststop[].path":
            #""/""#
        case "linux.seccomp.syscalls[].names": #"["read"]"#
        case "linux.devices[].path": #""/dev/skep-check""#
        case "linux.devices[].major", "linux.devices[].minor": "0"
        default: nil
        }
    }
}
