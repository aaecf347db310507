import Glibc
@testable import System
import Testing

@Suite("Points in time") struct TimestampTests {
    @Test(
        "As RFC 3339 has them",
        arguments: [
            (0, 0, "1970-01-01T00:00:00.000000000Z"), (1, 1, "1970-01-01T00:00:01.000000001Z"),
            (951_782_400, 0, "2000-02-29T00:00:00.000000000Z"),
            (1_795_545_415, 1, "2026-11-24T18:36:55.000000001Z"),
            (1_234_567_890, 123_456_789, "2009-02-13T23:31:30.123456789Z"),
            (253_402_300_799, 999_999_999, "9999-12-31T23:59:59.999999999Z"),
            (-1, 5, "1969-12-31T23:59:59.000000005Z"), (1_735_689_599, 100, "2024-12-31T23:59:59.000000100Z"),
        ])
    func text(seconds: Int, nanoseconds: Int, expected: String) {
        #expect(Timestamp.text(seconds: seconds, nanoseconds: nanoseconds) == expected)
    }

    @Test("Every day of a century and a half, at its first and its last second") func days() {
        for day in -30_000...30_000 {
            for second in [0, 86_399] {
                var seconds = day * 86_400 + second
                var date = tm()
                gmtime_r(&seconds, &date)
                var bytes = [CChar](repeating: 0, count: 64)
                let length = strftime(&bytes, bytes.count, "%Y-%m-%dT%H:%M:%S.000000000Z", &date)
                let expected = String(decoding: bytes[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
                let text = Timestamp.text(seconds: seconds, nanoseconds: 0)
                if text != expected { Issue.record("\(text), not \(expected)") }
            }
        }
    }

    @Test("Now comes after before") func now() {
        let first = Timestamp.now(), second = Timestamp.now()
        #expect(first <= second)
        #expect(first.utf8.count == 30 && first.hasPrefix("2") && first.hasSuffix("Z"))
    }
}
