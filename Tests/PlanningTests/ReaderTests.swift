import CPlan
@testable import Planning
import Testing

/// The bootstrap's reader: a malformed plan is refused, never followed. It may only accept what can be followed safely.
@Suite("The reader") struct ReaderTests {
    static let headerSize = MemoryLayout<skep_plan_header>.size
    static let stepSize = MemoryLayout<skep_step>.size

    /// A plan with something of everything.
    static func encoded() throws -> [UInt8] {
        var actions = (EncoderTests.mounting + EncoderTests.namespaces + EncoderTests.processes).map(\.action)
        actions.append(.home(uid: 5))
        actions.append(.exec(arguments: ["sh", "-c"], environment: ["A=1", "HOME=/"], preserved: 0))
        return try Plan(actions).encoded()
    }

    /// The refusal of a plan; nil if it is accepted. An accepted one is followed to all its ends.
    static func refusal(_ bytes: [UInt8]) -> String? {
        let memory = PlanBytes(bytes)
        var plan = skep_plan()
        if let refusal = memory.read(into: &plan) { return refusal }
        let walk = PlanWalk(plan, in: memory)
        if walk.problems.isEmpty { return nil }
        Issue.record("accepted, but \(walk.problems[0])")
        return nil
    }

    static func change<Value: FixedWidthInteger>(_ bytes: [UInt8], at offset: Int, to value: Value) -> [UInt8] {
        var bytes = bytes
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: value, toByteOffset: offset, as: Value.self) }
        return bytes
    }

    @Test("A whole plan is accepted") func accepted() throws {
        #expect(try Self.refusal(Self.encoded()) == nil)
    }

    @Test(
        "A wrong header",
        arguments: [
            (0, 0, "this is no plan"), (0, 0x5350_4c4e, "this is no plan"), (4, 0, "the plan is of another version"),
            (4, 2, "the plan is of another version"), (4, .max, "the plan is of another version"),
            (8, 0, "the plan is cut short"), (8, .max, "the plan is cut short"),
            (12, 0, "the plan's step count is impossible"), (12, 65537, "the plan's step count is impossible"),
            (12, .max, "the plan's step count is impossible"), (12, 1, "the plan's parts don't add up"),
            (12, 65536, "the plan's parts don't add up"), (16, 0, "the plan's parts don't add up"),
            (16, .max, "the plan's parts don't add up"), (16, 0x2000_0000, "the plan's parts don't add up"),
            (20, 0, "the plan's parts don't add up"), (20, 1, "the plan's parts don't add up"),
            (20, .max, "the plan's parts don't add up"),
        ] as [(Int, UInt32, String)])
    func header(offset: Int, value: UInt32, refusal: String) throws {
        #expect(Self.refusal(Self.change(try Self.encoded(), at: offset, to: value)) == refusal)
    }

    @Test("Cut at every length") func truncated() throws {
        let whole = try Self.encoded()
        for length in 0..<whole.count {
            let refusal = Self.refusal(Array(whole[..<length]))
            #expect(refusal == (length < Self.headerSize ? "the plan's size is impossible" : "the plan is cut short"))
        }
    }

    @Test("Cut at every length, and claiming to be so short") func truncatedAndClaimed() throws {
        let whole = try Self.encoded()
        for length in Self.headerSize..<whole.count {
            let cut = Self.change(Array(whole[..<length]), at: 8, to: UInt32(length))
            #expect(Self.refusal(cut) == "the plan's parts don't add up")
        }
    }

    @Test("Followed by more than it claims", arguments: 1...16) func extended(count: Int) throws {
        #expect(Self.refusal(try Self.encoded() + [UInt8](repeating: 0, count: count)) == "the plan is cut short")
    }

    @Test("No byte that is changed leads it astray", arguments: [0x01, 0x80, 0xff] as [UInt8]) func flipped(mask: UInt8)
        throws
    {
        let whole = try Self.encoded()
        var accepted = 0
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= mask
            if Self.refusal(bytes) == nil { accepted += 1 }
        }
        // A letter may be any other, and a flag of the kernel's is the kernel's to judge; but an offset may not.
        #expect(accepted > 0 && accepted < whole.count * 4 / 5)
    }

    @Test("No word that is changed leads it astray", arguments: [0, 1, 0x7fff_ffff, .max, 0xffff_fff0] as [UInt32])
    func replaced(value: UInt32) throws {
        let whole = try Self.encoded()
        for offset in stride(from: Self.headerSize, to: whole.count - 4, by: 4) {
            _ = Self.refusal(Self.change(whole, at: offset, to: value))
        }
    }

    @Test("No two words that are changed lead it astray", arguments: [0, 1, 2, .max - 1, .max] as [UInt64])
    func replacedPairs(value: UInt64) throws {
        let whole = try Plan([.home(uid: 1), .exec(arguments: ["a"], environment: ["HOME=/"], preserved: 0)]).encoded()
        let offsets = stride(from: Self.headerSize, to: whole.count - 8, by: 4)
        for first in offsets {
            for second in offsets where second > first {
                for other in [0, 1, 2, UInt64.max - 1, .max] {
                    _ = Self.refusal(Self.change(Self.change(whole, at: first, to: value), at: second, to: other))
                }
            }
        }
    }

    @Test("Bytes that are no plan at all") func noise() {
        var generator = SystemRandomNumberGenerator()
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(Self.refusal(bytes) != nil)
            #expect(Self.refusal([UInt8](repeating: 0, count: length)) != nil)
        }
    }
}
