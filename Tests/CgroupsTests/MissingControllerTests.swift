import SystemPackage
import TestSupport
import Testing

@testable import Cgroups

@Suite("Why a controller is missing") struct MissingControllerTests {
    /// "/sys/fs/cgroup/a/b" with the memory controller down to the cgroup at `index`.
    private func ancestors(_ path: String, memoryDownTo index: Int, processesIn busy: Int? = nil)
        -> [MissingController.Ancestor]
    {
        var current = "/sys/fs/cgroup"
        var ancestors = [MissingController.Ancestor(path: current, controllers: [], handedDown: [])]
        for part in path.split(separator: "/") {
            current += "/" + part
            ancestors.append(.init(path: current, controllers: [], handedDown: []))
        }
        for place in ancestors.indices {
            ancestors[place].controllers = place <= index ? ["cpu", "memory"] : ["cpu"]
            ancestors[place].handedDown = place < index ? ["cpu", "memory"] : ["cpu"]
            ancestors[place].isBusy = place == busy
        }
        return ancestors
    }

    private func why(_ ancestors: [MissingController.Ancestor]) -> String? {
        MissingController.explanation(of: "memory", ancestors)
    }

    @Test("The ancestor that keeps it is named, with the command") func command() {
        #expect(
            why(ancestors("a/b", memoryDownTo: 1))
                == "/sys/fs/cgroup/a has the memory controller and does not hand it down (cgroup.subtree_control); "
                + "to have it handed down: echo +memory >/sys/fs/cgroup/a/cgroup.subtree_control")
    }

    @Test("One with processes can't hand it down") func busy() {
        #expect(
            why(ancestors("a/b", memoryDownTo: 1, processesIn: 1))?.hasSuffix(
                "it can't while it has processes itself: move them to a cgroup below it, or choose another place")
                == true)
        #expect(
            why(ancestors("a/b", memoryDownTo: 1, processesIn: 2))?.contains("it can't") == false, "another's processes"
        )
    }

    @Test("In a user's session it is the host's systemd that hands it down", arguments: 0...3) func session(index: Int)
    {
        let session = "user.slice/user-1000.slice/user@1000.service/app.slice/run-1.scope"
        let hint = why(ancestors(session, memoryDownTo: index))
        #expect(hint?.hasPrefix("/sys/fs/cgroup") == true)
        #expect(
            hint?.hasSuffix(
                #"to have systemd hand it to users: printf '[Service]\nDelegate=cpu cpuset io memory pids\n' | "#
                    + "sudo install -D -m 644 /dev/stdin /etc/systemd/system/user@.service.d/delegate.conf; "
                    + "sudo systemctl daemon-reload; and log in again") == true)
    }

    @Test("What the user's own systemd keeps is the user's to hand down") func ownSlice() {
        let hint = why(
            ancestors("user.slice/user-1000.slice/user@1000.service/app.slice/run-1.scope", memoryDownTo: 4))
        #expect(hint?.hasSuffix("/user@1000.service/app.slice/cgroup.subtree_control") == true)
    }

    @Test("One that even the topmost cgroup lacks") func none() {
        let hint = why(ancestors("a", memoryDownTo: -1))
        #expect(
            hint == "the memory controller is not in /sys/fs/cgroup/cgroup.controllers: this kernel lacks it, "
                + "was told to (cgroup_disable), has it in version 1, or whoever made this container keeps it")
    }

    @Test("Nothing is said where it is handed down, or nothing can be seen") func nothing() {
        #expect(why(ancestors("a/b", memoryDownTo: 3)) == nil)
        #expect(why([]) == nil)
    }

    @Test("It is read from the files, and only of cgroups of version 2") func files() throws {
        let directory = TemporaryDirectory()
        try directory.add("c", ["cgroup.controllers": "cpu memory\n", "cgroup.subtree_control": "cpu\n"])
        try directory.add("c/d", ["cgroup.controllers": "cpu\n", "cgroup.subtree_control": "\n"])
        let path = directory.path + "/c/d"
        #expect(
            Setting("memory.max", 1, "x").hint(.noSuchFileOrDirectory, in: path)?.hasPrefix(
                "\(directory.path)/c has the memory controller and does not hand it down") == true)
        #expect(
            Setting("cpu.idle", 1, "x").hint(.noSuchFileOrDirectory, in: path)
                == "this kernel or this cgroup has no cpu.idle")
        #expect(
            Setting("cgroup.max.depth", 1, "x").hint(.noSuchFileOrDirectory, in: path)?.contains("has no cgroup.max")
                == true)
    }

    @Test("Only the root of the tree may have processes and hand controllers down", arguments: [true, false])
    func root(isRoot: Bool) throws {
        let directory = TemporaryDirectory()
        var files = ["cgroup.controllers": "memory\n", "cgroup.subtree_control": "\n", "cgroup.procs": "1\n"]
        if !isRoot { files["cgroup.type"] = "domain\n" }
        try directory.add("c", files)
        try directory.add("c/d", ["cgroup.controllers": "\n"])
        let hint = Setting("memory.max", 1, "x").hint(.noSuchFileOrDirectory, in: directory.path + "/c/d")
        #expect(hint?.contains(isRoot ? "echo +memory" : "it can't while it has processes itself") == true)
    }

    @Test("The root of a cgroup namespace keeps its limits; version 1 has no such boundary") func boundary() throws {
        let directory = TemporaryDirectory()
        try directory.add("v1", [:])
        try directory.add("v2", ["cgroup.controllers": "\n"])
        let setting = Setting("memory.max", 1, "x")
        #expect(
            setting.hint(.notPermitted, in: directory.path + "/v2")
                == "the cgroup is the root of the caller's cgroup namespace, "
                + "and whoever made that keeps its limits (nsdelegate)")
        #expect(setting.hint(.notPermitted, in: directory.path + "/v1") == nil)
    }
}
