@testable import System
import SystemPackage
import Testing

@Suite("System errors") struct ErrorTests {
    @Test(
        "Names and words",
        arguments: [
            (Errno.noSuchFileOrDirectory, "ENOENT", "No such file or directory"),
            (.notPermitted, "EPERM", "Operation not permitted"), (.permissionDenied, "EACCES", "Permission denied"),
            (.resourceBusy, "EBUSY", "Device or resource busy"), (.invalidArgument, "EINVAL", "Invalid argument"),
            (.noSpace, "ENOSPC", "No space left on device"),
            (Errno(rawValue: 133), "EHWPOISON", "Memory page has hardware error"),
        ])
    func text(errno: Errno, name: String, text: String) {
        #expect(errno.name == name)
        #expect(errno.text == text)
    }

    @Test("Numbers without a name", arguments: [4095, -1, 1000] as [Int32]) func unknown(number: Int32) {
        #expect(Errno(rawValue: number).name == "errno \(number)")
        #expect(Errno(rawValue: number).text == "Unknown error \(number)")
    }

    @Test("Every errno of this kernel's has both") func all() {
        for number in Int32(1)...133 where number != 41 && number != 58 {
            #expect(Errno(rawValue: number).name.hasPrefix("E"), "\(number)")
            #expect(!Errno(rawValue: number).text.hasPrefix("Unknown"), "\(number)")
        }
    }

    @Test("The first to blame a property is right") func blame() {
        let error = SystemError("open", "/x", .noSpace)
        #expect(error.blaming("a", hint: "h") == SystemError("open", "/x", .noSpace, property: "a", hint: "h"))
        #expect(error.blaming("a", hint: "h").blaming("b", hint: "i") == error.blaming("a", hint: "h"))
        #expect(
            error.blaming("a").blaming("b", hint: "i") == SystemError("open", "/x", .noSpace, property: "a", hint: "i"))
    }

    @Test("A call that is interrupted is made again") func interrupted() throws {
        var calls = 0
        let result: Int32 = try systemCall {
            calls += 1
            setErrno(.interrupted)
            return calls < 3 ? -1 : 7
        }
        #expect(result == 7 && calls == 3)
    }

    @Test("Unless it must not be") func notRetried() {
        var calls = 0
        #expect(throws: Errno.interrupted) {
            try systemCall(retrying: false) { () -> Int32 in
                calls += 1
                setErrno(.interrupted)
                return -1
            }
        }
        #expect(calls == 1)
    }

    @Test("Its error is the thread's errno") func error() {
        #expect(throws: Errno.fileTooLarge) {
            try systemCall { () -> Int in
                setErrno(.fileTooLarge)
                return -1
            }
        }
    }
}
