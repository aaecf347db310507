import Cgroups
import OCI
import Skep
import System

/// A cgroup manager of this program's own: its containers lie together in a cgroup of their own, and it says what the
/// library has it do. All else is left to the manager that the library would have taken.
struct OwnManager: ForwardingManager {
    let base: any Manager

    func apply(_ resources: Resources) throws(SystemError) {
        say("limits are set: \(resources.pids?.limit ?? -1) processes")
        try base.apply(resources)
    }

    func remove() throws(SystemError) {
        try base.remove()
        say("the cgroup is gone")
    }
}

/// Makes it, and finds it again.
struct OwnManagerProvider: ManagerProvider {
    let name = "probe"

    func manager(for request: ManagerRequest) throws(ManagerRefusal) -> any Manager {
        var request = request
        request.preference = .cgroupfs
        request.path = "/skep-library-probe/" + request.id
        return OwnManager(base: try ManagerSelection.choose(request).manager)
    }

    func manager(of id: String, namedPaths: [NamedPath]) -> any Manager {
        OwnManager(base: ManagerSelection.cgroupfs(namedPaths))
    }
}

/// A container whose cgroups that manager makes.
func probeManager(rootfs: String, root: String) throws(ContainerError) {
    let cgroups = ManagerPreference.custom(OwnManagerProvider())
    var config = Spec.template
    config.root = Root(path: rootfs)
    config.process = OCI.Process(args: ["/bin/sleep", "1000"], cwd: "/")
    config.linux?.resources = Resources(pids: .init(limit: 7))
    try Factory(root: root, cgroups: cgroups).create("probe", config).run()
    do {
        _ = try Factory(root: root).load("probe")
    } catch {
        say("without the provider: \(error)")
    }
    let found = try Factory(root: root, cgroups: cgroups).load("probe")
    say("found again: \(try found.status), \(try found.processes().count) process")
    try found.destroy(force: true)
}
