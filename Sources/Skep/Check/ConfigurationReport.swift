public import Cgroups
public import OCI
internal import System

/// Everything that can be said of a configuration without making a container of it. Needs no rights, and changes
/// nothing.
public struct ConfigurationReport: Sendable {
    /// What was found, errors first; nothing in a configuration that is in order.
    public let findings: [Finding]

    /// Something that is wrong, or that may be.
    public struct Finding: Sendable, Equatable, CustomStringConvertible {
        /// How bad it is.
        public enum Severity: String, Sendable {
            /// `create` refuses the configuration, with the same words.
            case error
            /// Nothing is wrong with the configuration itself, but it may not do what was meant, or not here.
            case warning
        }

        /// How bad it is.
        public var severity: Severity
        /// The property ("mounts[3].options[1]"); the file for the document as a whole.
        public var property: String
        /// What is wrong.
        public var problem: String
        /// What to do about it, where that is known.
        public var suggestion: String?

        /// A finding.
        public init(_ severity: Severity, _ property: String, _ problem: String, suggestion: String? = nil) {
            self.severity = severity
            self.property = property
            self.problem = problem
            self.suggestion = suggestion
        }

        /// One line: "error: property: problem; suggestion".
        public var description: String {
            "\(severity.rawValue): \(ContainerError(.configInvalid, property, problem, hint: suggestion))"
        }
    }

    /// Whether `create` refuses the configuration.
    public var hasErrors: Bool { findings.contains { $0.severity == .error } }

    /// The properties of a config.json that mean nothing.
    package static func unknownProperties(of document: [UInt8]) -> [Finding] {
        (try? JSONInspection(parsing: document)).map(DocumentCheck.unknownProperties) ?? []
    }

    /// Checks a config.json.
    ///
    /// - Parameters:
    ///   - document: its content.
    ///   - bundle: the directory that a relative `root.path` counts from.
    ///   - file: what the document is called where no property of it is to blame.
    ///   - cgroups: who shall look after the container's cgroups.
    public init(
        document: [UInt8], bundle: String = ".", file: String = "config.json", cgroups: ManagerPreference = .automatic
    ) {
        do {
            var check = DocumentCheck(
                try JSONInspection(parsing: document), bundle: Paths.absolute(bundle), file: file, cgroups: cgroups)
            findings = check.run()
        } catch {
            findings = [Finding(.error, file, error.description, suggestion: error.hint)]
        }
    }
}

extension ConfigurationReport.Finding: JSONObjectEncodable {
    /// Writes the finding as `skep check --json` does.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("severity", severity.rawValue)
        object.set("property", property)
        object.set("problem", problem)
        object.setIfPresent("suggestion", suggestion)
    }
}

/// Checks a document that is JSON.
struct DocumentCheck {
    typealias Finding = ConfigurationReport.Finding

    let inspection: JSONInspection<Spec>
    let bundle: String
    let file: String
    let cgroups: ManagerPreference
    private(set) var errors: [Finding] = []
    private(set) var warnings: [Finding] = []

    init(_ inspection: JSONInspection<Spec>, bundle: String, file: String, cgroups: ManagerPreference) {
        self.cgroups = cgroups
        self.inspection = inspection
        self.bundle = bundle
        self.file = file
    }

    mutating func run() -> [Finding] {
        for problem in inspection.problems {
            let property = problem.path.isEmpty ? file : problem.path
            errors.append(Finding(.error, property, problem.reason, suggestion: problem.hint))
        }
        warnings += Self.unknownProperties(inspection)
        for path in inspection.repeatedProperties() {
            warnings.append(Finding(.warning, path, "occurs more than once; the last one counts"))
        }
        if inspection.value != nil { checkPlan() }
        return errors + warnings
    }

    static func unknownProperties(_ inspection: JSONInspection<Spec>) -> [Finding] {
        inspection.unknownProperties(known: Spec.otherPlatforms).map { property in
            Finding(
                .warning, property.path, "is no property of the specification, and is ignored",
                suggestion: property.suggestion.map { "did you mean \($0)?" })
        }
    }

    private mutating func checkPlan() {
        let malformed = inspection.problems.map(\.path)
        if inspection.value?.root?.path.isEmpty ?? true, !malformed.contains(where: { $0.hasPrefix("root") }) {
            errors.append(Finding(.error, "root.path", "is missing"))
        }
        let planning = PlanCheck(inspection, bundle: bundle, cgroups: cgroups, malformed: malformed)
        errors += planning.errors
        warnings += planning.warnings
        guard let spec = inspection.value else { return }
        warnings += HostCheck(spec, bundle: bundle).warnings().compactMap { finding in
            // What is wrong already needs no second word.
            let property = inspection.original(finding.property)
            if (errors + warnings).contains(where: { $0.property == property }) { return nil }
            return Finding(finding.severity, property, finding.problem, suggestion: finding.suggestion)
        }
    }
}
