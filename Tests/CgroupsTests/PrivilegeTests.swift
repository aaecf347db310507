@testable import Cgroups
import Testing

@Suite("Whose root it is") struct PrivilegeTests {
    @Test(
        "The host's own map, and others",
        arguments: [
            ("         0          0 4294967295\n", true), ("0 0 4294967295", true), ("0 1000 1\n", false),
            ("0 0 65536\n", false), ("0 0 1\n1 1 4294967294\n", false), ("", false), ("0 1 4294967295\n", false),
        ])
    func map(text: String, isInitial: Bool) {
        #expect(Privilege.isInitial(Array(text.utf8)) == isInitial)
    }
}
