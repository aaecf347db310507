import System
import SystemPackage
import Testing

@testable import Cgroups

@Suite("Names of units") struct UnitNameTests {
    static let good: [(path: String?, slice: String, name: String, cgroup: String)] = [
        (nil, "system.slice", "skep-ID.scope", "system.slice/skep-ID.scope"),
        ("", "system.slice", "skep-ID.scope", "system.slice/skep-ID.scope"),
        ("::x", "system.slice", "x.scope", "system.slice/x.scope"),
        (":libpod:0af1", "system.slice", "libpod-0af1.scope", "system.slice/libpod-0af1.scope"),
        ("machine.slice:libpod:0af1", "machine.slice", "libpod-0af1.scope", "machine.slice/libpod-0af1.scope"),
        (
            "kubepods-burstable-pod1_2.slice:cri:c", "kubepods-burstable-pod1_2.slice", "cri-c.scope",
            "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/cri-c.scope"
        ),
        ("-.slice:a:b", "-.slice", "a-b.scope", "a-b.scope"),
        ("-:a:b", "-.slice", "a-b.scope", "a-b.scope"),
        ("a.slice:docker:x.slice", "a.slice", "x.slice", "x.slice"),
        ("a.slice::a-b.slice", "a.slice", "a-b.slice", "a.slice/a-b.slice"),
        ("a.slice:p:n@1", "a.slice", "p-n@1.scope", "a.slice/p-n@1.scope"),
        ("a.slice:p:x\\x2by", "a.slice", "p-x\\x2by.scope", "a.slice/p-x\\x2by.scope"),
        ("a.slice:p:n.scope", "a.slice", "p-n.scope.scope", "a.slice/p-n.scope.scope"),
    ]

    @Test("linux.cgroupsPath", arguments: good)
    func names(path: String?, slice: String, name: String, cgroup: String) throws {
        let unit = try UnitName(cgroupsPath: path, id: "ID", isRootless: false)
        #expect(unit.slice == slice)
        #expect(unit.name == name)
        #expect(unit.cgroup == cgroup)
        #expect(unit.isSlice == name.hasSuffix(".slice"))
    }

    @Test("A user's own systemd has another default") func rootless() throws {
        #expect(try UnitName(cgroupsPath: nil, id: "ID", isRootless: true).cgroup == "user.slice/skep-ID.scope")
        #expect(try UnitName(cgroupsPath: ":a:b", id: "ID", isRootless: true).slice == "user.slice")
        #expect(try UnitName(cgroupsPath: "c.slice:a:b", id: "ID", isRootless: true).slice == "c.slice")
    }

    @Test("An id with what no unit's name can have") func escaped() throws {
        let names = try ["a+b", "a.slice", "a_b-c.d", "."].map {
            try UnitName(cgroupsPath: nil, id: $0, isRootless: false).name
        }
        #expect(names == ["skep-a\\x2bb.scope", "skep-a.slice.scope", "skep-a_b-c.d.scope", "skep-..scope"])
    }

    private func error(_ path: String?, id: String = "ID") -> ManagerRefusal? {
        #expect(throws: ManagerRefusal.self) { _ = try UnitName(cgroupsPath: path, id: id, isRootless: false) }
    }

    @Test("Other forms", arguments: ["/a/b", "a", "a:b", "a.slice:b:c:d", "a.slice"]) func forms(path: String) {
        #expect(
            error(path)
                == ManagerRefusal(
                    "linux.cgroupsPath",
                    "\"\(path)\" is not of the form slice:prefix:name, which systemd's cgroups have",
                    hint: "without --systemd-cgroup it can be a path"))
    }

    @Test(
        "Slices that are none",
        arguments: [
            "a", "a.scope", ".slice", "a-.slice", "-a.slice", "a--b.slice", "a/b.slice", "a b.slice", "a@b.slice",
            "--.slice",
        ])
    func slices(slice: String) {
        let reason = "\"\(slice)\" is no name of a slice, such as system.slice or a-b.slice"
        #expect(error(slice + ":a:b") == ManagerRefusal("linux.cgroupsPath", reason))
        if slice.hasSuffix(".slice") { #expect(error("a.slice:p:" + slice)?.reason == reason) }
    }

    @Test(
        "Scopes that are none",
        arguments: [
            "a.slice:p:", "a.slice::", "a.slice::.x", "a.slice:p:a/b", "a.slice:p:a b", "a.slice::@x", "a.slice:p:x@",
            "a.slice:p:ä",
        ])
    func scopes(path: String) {
        let error = error(path)
        #expect(error?.property == "linux.cgroupsPath")
        #expect(error?.reason.hasSuffix("is no name that systemd takes") == true)
    }

    @Test("Names that are too long") func long() {
        let text = String(repeating: "x", count: 250)
        #expect(error("a.slice:p:" + text)?.reason == "\"p-\(text).scope\" is no name that systemd takes")
        #expect(error(nil, id: text)?.hint == "systemd takes 255 bytes")
    }

    @Test("What systemd's form is told where systemd does not manage") func hint() {
        let hint = "a path of the form slice:prefix:name is for --systemd-cgroup"
        #expect(UnitName.hint(forCgroupfsPath: "system.slice:a:b") == hint)
        #expect(UnitName.hint(forCgroupfsPath: ":a:b") == hint)
        for other in ["/a:b:c", "a:b:c", "a.slice:b", "a.slice:b:c:d", "", "x/a.slice:b:c"] {
            #expect(UnitName.hint(forCgroupfsPath: other) == nil, "\(other)")
        }
    }

    @Test("As a failure of the system's") func systemError() {
        let error = ManagerRefusal("linux.cgroupsPath", "is wrong", hint: "right it").systemError
        #expect(error.property == "linux.cgroupsPath")
        #expect(error.errno == .invalidArgument)
        #expect(error.hint == "is wrong; right it")
    }
}
