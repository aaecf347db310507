internal import System

/// Why a version 2 cgroup lacks a controller, and what gives it one: cgroups(7), "Cgroups v2 controllers"; for users,
/// systemd.resource-control(5), Delegate=.
package enum MissingController {
    /// A cgroup above the one that lacks it.
    struct Ancestor: Equatable {
        var path: String
        /// What it has (cgroup.controllers).
        var controllers: [String]
        /// What it hands down (cgroup.subtree_control).
        var handedDown: [String]
        /// Whether it has processes itself, and is not the root of the tree, which alone may hand down all the same.
        var isBusy = false
    }

    /// The hint to a control file that is not there; nil where it is not for want of its controller.
    static func hint(for file: String, in directory: String) -> String? {
        let controller = String(decoding: file.utf8.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self)
        guard controller != "cgroup", let own = list(directory, "cgroup.controllers"), !own.contains(controller) else {
            return nil
        }
        return explanation(of: controller, ancestors(of: directory))
    }

    /// Those that can be seen, from the top down.
    private static func ancestors(of directory: String) -> [Ancestor] {
        let path = Paths.parent(of: directory)
        guard let controllers = list(path, "cgroup.controllers"), let handedDown = list(path, "cgroup.subtree_control")
        else { return [] }
        let isRoot = !Files.exists(path + "/cgroup.type")
        let isBusy = !isRoot && (try? CgroupDirectory.processes(in: path))?.isEmpty == false
        return ancestors(of: path) + [
            Ancestor(path: path, controllers: controllers, handedDown: handedDown, isBusy: isBusy)
        ]
    }

    private static func list(_ directory: String, _ file: String) -> [String]? {
        (try? Files.readLine(directory + "/" + file))?.split(separator: " ").map(String.init)
    }

    static func explanation(of controller: String, _ ancestors: [Ancestor]) -> String? {
        guard let top = ancestors.first else { return nil }
        guard top.controllers.contains(controller) else {
            return "the \(controller) controller is not in \(top.path)/cgroup.controllers: this kernel lacks it, "
                + "was told to (cgroup_disable), has it in version 1, or whoever made this container keeps it"
        }
        guard let index = ancestors.lastIndex(where: { $0.controllers.contains(controller) }) else { return nil }
        let holder = ancestors[index]
        if holder.handedDown.contains(controller) { return nil }
        return "\(holder.path) has the \(controller) controller and does not hand it down (cgroup.subtree_control); "
            + remedy(controller, holder, deepest: ancestors[ancestors.count - 1].path)
    }

    private static func remedy(_ controller: String, _ holder: Ancestor, deepest: String) -> String {
        if isAbove(session: deepest, holder.path) { return userDropIn }
        if holder.isBusy {
            return "it can't while it has processes itself: move them to a cgroup below it, or choose another place"
        }
        return "to have it handed down: echo +\(controller) >\(holder.path)/cgroup.subtree_control"
    }

    /// Whether what `path` hands down is for the host's systemd to say, in a user's session.
    private static func isAbove(session deepest: String, _ path: String) -> Bool {
        var session = ""
        for part in deepest.utf8.split(separator: UInt8(ascii: "/")) {
            let name = String(decoding: part, as: UTF8.self)
            session += "/" + name
            if name.hasPrefix("user@") && name.hasSuffix(".service") {
                return path.isEmpty || session == path || session.hasPrefix(path + "/")
            }
        }
        return false
    }

    /// What has systemd hand controllers to its users.
    package static let userDropIn =
        #"to have systemd hand it to users: printf '[Service]\nDelegate=cpu cpuset io memory pids\n' | "#
        + "sudo install -D -m 644 /dev/stdin /etc/systemd/system/user@.service.d/delegate.conf; "
        + "sudo systemctl daemon-reload; and log in again"
}
