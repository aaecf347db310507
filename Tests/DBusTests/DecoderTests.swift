import Testing

@testable import DBus

@Suite("Values out of bytes") struct DecoderTests {
    private func decode(_ signature: String, _ bytes: [UInt8]) throws(MessageError) -> [Value] {
        var decoder = Decoder(bytes, from: 0, to: bytes.count, isBigEndian: false)
        return try decoder.values(signature)
    }

    @Test("What ends too early", arguments: ["y", "b", "n", "u", "t", "d", "s", "o", "g", "v", "au", "(y)", "a{sv}"])
    func truncated(signature: String) {
        #expect(throws: MessageError.truncated) { _ = try decode(signature, []) }
    }

    static let bad: [(signature: String, bytes: [UInt8], error: MessageError)] = [
        ("b", [2, 0, 0, 0], .value("a boolean that is 2")),
        ("s", [1, 0, 0, 0, 0x41, 1], .value("a string with a NUL in the wrong place")),
        ("s", [1, 0, 0, 0, 0, 0], .value("a string with a NUL in the wrong place")),
        ("s", [1, 0, 0, 0, 0xff, 0], .value("a string that is not UTF-8")),
        ("s", [255, 255, 255, 255, 0x41, 0], .truncated),
        ("o", [1, 0, 0, 0, 0x41, 0], .value("\"A\" is no object path")),
        ("g", [1, 0x7a, 0], .signature("z")),
        ("v", [0, 0], .signature("")),
        ("v", [2, 0x79, 0x79, 0, 1, 1], .signature("yy")),
        ("yu", [1, 1, 0, 0, 1, 0, 0, 0], .value("padding that is not zero")),
        ("au", [3, 0, 0, 0, 1, 0, 0, 0], .value("an array whose last element is longer than the array")),
        ("ay", [0, 0, 0, 5], .tooLong),
        ("ay", [9, 0, 0, 0, 1], .truncated),
        ("h", [0, 0, 0, 0], .signature("h")),
    ]

    @Test("What breaks a rule of its type", arguments: bad)
    func broken(signature: String, bytes: [UInt8], error: MessageError) {
        #expect(throws: error) { _ = try decode(signature, bytes) }
    }

    @Test("Variants in variants have an end") func depth() throws {
        func nested(_ count: Int) -> [UInt8] {
            [UInt8](repeating: 0, count: 0) + (0..<count).flatMap { _ in [1, 0x76, 0] as [UInt8] } + [1, 0x79, 0, 7]
        }
        #expect(try decode("v", nested(60)).count == 1)
        #expect(throws: MessageError.tooDeep) { _ = try decode("v", nested(80)) }
        #expect(throws: MessageError.tooDeep) { _ = try decode("v", nested(100_000)) }
    }

    @Test("Signatures") func signatures() {
        for good in ["", "y", "a{sv}", "a(sa(sv))", "(yv)", "aaaas", "((i)(i))", "a{ya{sv}}"] {
            #expect(Signature.isValid(good), "\(good)")
        }
        for bad in ["a", "(", "()", "(i", "i)", "{sv}", "a{vs}", "a{s}", "a{sss}", "a{(i)s}", "z", "h", "r"] {
            #expect(!Signature.isValid(bad), "\(bad)")
        }
        #expect(Signature.isValid(String(repeating: "a", count: 32) + "y"))
        #expect(!Signature.isValid(String(repeating: "a", count: 33) + "y"))
        #expect(!Signature.isValid(String(repeating: "(", count: 33) + "y" + String(repeating: ")", count: 33)))
        #expect(Signature.isValid(String(repeating: "y", count: 255)))
        #expect(!Signature.isValid(String(repeating: "y", count: 256)))
        #expect(Signature.isOneType("a{sv}") && !Signature.isOneType("ss") && !Signature.isOneType(""))
    }

    @Test("Object paths") func objectPaths() {
        for good in ["/", "/a", "/a/b_2/_2e"] { #expect(Names.isObjectPath(good), "\(good)") }
        for bad in ["", "a", "/a/", "//", "/a//b", "/a-b", "/a.b"] { #expect(!Names.isObjectPath(bad), "\(bad)") }
    }
}

@Suite("Messages that nobody meant to send") struct HostileMessageTests {
    /// A generator that begins anew for each test: a failure comes again.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    @Test("Bytes changed, lost, doubled and put in: an error or a message, never a trap", arguments: 1...40)
    func mutations(seed: Int) {
        var generator = Generator(state: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15)
        var read = 0
        for _ in 0..<1000 {
            var bytes = Samples.messages.randomElement(using: &generator)?.bytes ?? []
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let offset = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes[offset] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 2: bytes.remove(at: offset)
                case 3: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: offset)
                default: bytes.replaceSubrange(offset..., with: bytes[offset...].prefix(8) + bytes[offset...])
                }
                if bytes.isEmpty { bytes = [0] }
            }
            // What is read is what is written again.
            if let message = try? Message.read(bytes) {
                read += 1
                #expect((try? Message.read(message.bytes)) == message)
            }
        }
        #expect(read > 0 && read < 1000)
    }

    @Test("Noise", arguments: 1...10) func noise(seed: Int) {
        var generator = Generator(state: UInt64(seed) &* 0x2545_f491_4f6c_dd1d)
        for _ in 0..<500 {
            let count = Int.random(in: 0..<200, using: &generator)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            if count > 16 { bytes.replaceSubrange(0..<4, with: [0x6c, 4, 0, 1]) }
            #expect((try? Message.read(bytes)) == nil)
        }
    }
}
