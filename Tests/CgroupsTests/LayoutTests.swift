@testable import Cgroups
import Testing

@Suite("Where the calling process is") struct LayoutTests {
    private func parse(_ text: String) -> [Layout.Membership] {
        Layout.parse(Array(text.utf8))
    }

    @Test("Version 2") func unified() {
        #expect(parse("0::/user.slice/a\n") == [Layout.Membership(controllers: [], path: "/user.slice/a")])
    }

    @Test("Hybrid") func hybrid() {
        let text = """
            12:cpu,cpuacct:/docker/1
            3:name=systemd:/docker/1
            2:memory:/
            0::/
            """
        let expected = [
            Layout.Membership(controllers: ["cpu", "cpuacct"], path: "/docker/1"),
            Layout.Membership(controllers: ["name=systemd"], path: "/docker/1"),
            Layout.Membership(controllers: ["memory"], path: "/"), Layout.Membership(controllers: [], path: "/"),
        ]
        #expect(parse(text) == expected)
        #expect(parse(text + "\n") == expected)
    }

    @Test(
        "A path may hold anything but a newline",
        arguments: ["/a:b", "/a:b:c", "/a b", "/a,b", "/ä", "/", "/a (deleted)", "/../x", "", ":", "::"])
    func paths(path: String) {
        #expect(parse("1:pids:\(path)\n") == [Layout.Membership(controllers: ["pids"], path: path)])
    }

    @Test("What is no line of the file is left out", arguments: ["", "\n\n", "x", "1:memory", "1:", ":", "nonsense\n"])
    func malformed(text: String) {
        #expect(parse(text).isEmpty)
        #expect(parse(text + "\n1:pids:/a\n").map(\.path) == ["/a"])
    }

    @Test("This host has a layout") func detect() throws {
        let layout = try Layout.detect()
        #expect(!layout.hierarchies.isEmpty || layout.unified != nil)
        for hierarchy in layout.hierarchies {
            #expect(hierarchy.mountPoint.hasPrefix(Layout.root + "/"))
            #expect(!hierarchy.controllers.isEmpty)
            #expect(hierarchy.own.hasPrefix("/"))
        }
    }
}
