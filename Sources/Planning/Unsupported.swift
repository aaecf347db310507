internal import OCI

/// Refuses, by name, what a later Skep will carry out: nothing is silently left undone.
enum Unsupported {
    static func check(_ spec: Spec) throws(ConfigurationError) {
        if let linux = spec.linux { try check(linux) }
    }

    private static func refuse(_ isPresent: Bool, _ property: String) throws(ConfigurationError) {
        if isPresent { throw .unsupported(Origin(property)) }
    }

    private static func check(_ linux: Linux) throws(ConfigurationError) {
        try refuse(linux.seccomp != nil, "linux.seccomp")
    }
}
