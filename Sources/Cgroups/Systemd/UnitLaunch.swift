internal import OCI
internal import Synchronization
internal import System
internal import SystemPackage

/// A unit that systemd was asked for, and is waited for later.
final class UnitLaunch: Sendable {
    private let conversation: Mutex<Conversation>

    private struct Conversation: ~Copyable {
        var client: SystemdClient
        var job: UnitJob
    }

    /// How long systemd may take to forget a unit whose cgroup is gone, in milliseconds.
    private static let patience: Int64 = 10_000

    /// Asks for the unit of a process, in one call with all that is to be said of it.
    init(
        _ unit: UnitName, _ client: consuming SystemdClient, pid: Int32, _ resources: Resources, isUnified: Bool,
        properties: [UnitProperty]
    ) throws(SystemError) {
        let version =
            UnitProperties.dependOnVersion(resources) ? try client.version() : UnitProperties.assumedVersion
        let limits: [UnitProperty]
        do {
            limits = try UnitProperties.resources(resources, isUnified: isUnified, version: version)
        } catch {
            throw error.systemError
        }
        let all = UnitProperty.merged(
            UnitProperties.essential(unit, description: "Container \(unit.name)", pids: [pid], isUnified: isUnified),
            limits,
            UnitProperties.devices(resources.devices, isUnified: isUnified), properties)
        let job = try client.beginStart(unit.name, all)
        conversation = Mutex(Conversation(client: client, job: job))
    }

    /// Waits until the unit is there.
    func finish() throws(SystemError) {
        try conversation.withLock { (conversation) throws(SystemError) in
            try conversation.client.finish(conversation.job)
        }
    }

    /// Has a unit stopped. One that is gone is no error.
    static func stop(_ unit: SystemdUnit) throws(SystemError) {
        var client = try SystemdClient(unit.instance, timeout: patience)
        let job = try client.beginStop(unit.name)
        try client.finish(job)
    }
}
