import Skep
import Testing

@Suite("Names of containers") struct ContainerIDTests {
    private func refusal(_ text: String, _ grammar: ContainerID.Grammar) -> ContainerError? {
        do {
            let id = try ContainerID(text, grammar: grammar)
            #expect(id.description == text)
            return nil
        } catch {
            return error
        }
    }

    static let forBoth = ["a", "Z", "0", "9", "_", "abc_DEF_123", "____", String(repeating: "x", count: 1024)]
    static let forCommandLine = ["a-b", "a.b", "a+b", "-", "+", "...", ".a", "a.", "..a", "-rf", "1.2.3-4+5"]
    static let forNone = [
        "", ".", "..", "/", "a/b", "../a", "a b", " ", "a\n", "\n", "a\0", "\0", "é", "ä_ö", "Ａ", "a\u{301}", "名前", "٣",
        "🐝", "a:b", "a,b", "a*", "a~", "a@b", "a\\b", "a\"b", "\u{7f}", "\t", "`", "[", "{", "^", "a=b", "a;b", "%41",
        String(repeating: "x", count: 1025), String(repeating: "x", count: 100_000),
        String(repeating: "é", count: 1024),
    ]

    @Test("Both grammars take these", arguments: forBoth) func both(text: String) {
        #expect(refusal(text, .libcontainer) == nil)
        #expect(refusal(text, .commandLine) == nil)
    }

    @Test("Only the command line takes these", arguments: forCommandLine) func commandLine(text: String) {
        #expect(refusal(text, .libcontainer)?.code == .invalidIdFormat)
        #expect(refusal(text, .commandLine) == nil)
    }

    @Test("Nobody takes these", arguments: forNone) func neither(text: String) {
        #expect(refusal(text, .libcontainer)?.code == .invalidIdFormat)
        #expect(refusal(text, .commandLine)?.code == .invalidIdFormat)
    }

    @Test("Every ASCII character by itself") func characters() {
        for byte in UInt8(0)..<128 {
            let text = String(UnicodeScalar(byte))
            let character = Character(text)
            let isWord = character.isLetter || character.isNumber || text == "_"
            #expect((refusal(text, .libcontainer) == nil) == isWord)
            let isSpecial = text == "+" || text == "-"
            #expect((refusal(text, .commandLine) == nil) == (isWord || isSpecial))
            #expect((refusal("a" + text, .commandLine) == nil) == (isWord || isSpecial || text == "."))
        }
    }

    @Test("The message says what is allowed, and shows no more than the beginning") func message() {
        #expect(
            refusal("a/b", .libcontainer)?.description
                == "container id \"a/b\": must have 1 to 1024 characters, all of them ASCII letters, digits and _")
        #expect(
            refusal("", .commandLine)?.description
                == "container id \"\": must have 1 to 1024 characters, all of them ASCII letters, digits and _ + . -")
        let long = refusal(String(repeating: "x", count: 5000), .libcontainer)?.description ?? ""
        #expect(long.hasPrefix("container id \"\(String(repeating: "x", count: 64))…\""))
        #expect(long.utf8.count < 200)
        #expect(refusal("a\nb", .libcontainer)?.description.contains("\n") == false)
    }

    @Test("libcontainer's is the rule unless the other is asked for") func standard() {
        #expect(throws: ContainerError.self) { try ContainerID("a-b") }
        #expect(throws: Never.self) { try ContainerID("a_b") }
    }
}
