internal import CPlan

extension Plan {
    /// The property of the first kernel setting of a namespace of that kind (a CLONE_NEW flag); nil for none.
    public func firstSetting(of kind: UInt64) -> Origin? {
        steps.first { Self.namespace(of: $0.action) == kind }?.origin
    }

    private static func namespace(of action: Action) -> UInt64? {
        switch action {
        case .hostname, .domainname: UInt64(CLONE_NEWUTS)
        case .sysctl(let path, _):
            if path.hasPrefix("net/") {
                UInt64(CLONE_NEWNET)
            } else if path.hasPrefix("user/") {
                UInt64(CLONE_NEWUSER)
            } else {
                UInt64(path == "kernel/domainname" ? CLONE_NEWUTS : CLONE_NEWIPC)
            }
        default: nil
        }
    }
}
