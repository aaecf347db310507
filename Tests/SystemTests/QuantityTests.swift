import System
import Testing

@Suite("Quantities") struct QuantityTests {
    @Test(
        "Bytes for people to read",
        arguments: [
            (0, "0 bytes"), (1, "1 bytes"), (1000, "1000 bytes"), (1024, "1 KiB"), (1536, "1536 bytes"),
            (524_288, "512 KiB"), (1 << 20, "1 MiB"), (1536 << 20, "1536 MiB"), (1 << 62, "4 EiB"), (-1024, "-1 KiB"),
            (.max, "9223372036854775807 bytes"),
        ] as [(Int64, String)])
    func text(bytes: Int64, text: String) {
        #expect(Quantity.text(bytes: bytes) == text)
    }

    @Test(
        "Bytes",
        arguments: [
            ("0", 0), ("1", 1), ("512", 512), ("1k", 1024), ("64m", 67_108_864), ("64M", 67_108_864),
            ("2g", 2_147_483_648), ("1t", 1 << 40), ("1p", 1 << 50), ("1b", 1), ("1kb", 1024), ("1KiB", 1024),
            ("1 MB", 1 << 20), ("1.5g", 1_610_612_736), ("0.5k", 512), (".5k", 512), ("5.", 5), ("1.9", 1),
            ("9223372036854775807", .max), ("8191p", 8191 << 50),
        ] as [(String, Int64)])
    func bytes(text: String, value: Int64) {
        #expect(Quantity.bytes(text) == value)
    }

    @Test(
        "No bytes",
        arguments: [
            "", " ", "k", "-1", "-1k", "1x", "1kk", "1bb", "1bib", "1i", "1m ", " 1m", "1e3", "0x10", ".", "1.2.3",
            "1,5g",
            "9223372036854775808", "8192p", "99999999999999999999", "1\u{e9}", "1\u{0}",
        ])
    func noBytes(text: String) {
        #expect(Quantity.bytes(text) == nil)
    }

    @Test(
        "Time spans",
        arguments: [
            ("5s", 5_000_000_000), ("100ms", 100_000_000), ("1m30s", 90_000_000_000), ("1h", 3_600_000_000_000),
            ("1.5h", 5_400_000_000_000), ("1us", 1000), ("1\u{b5}s", 1000), ("1\u{3bc}s", 1000), ("7ns", 7),
            ("0", 0), ("-0", 0), ("0s", 0), ("-5s", -5_000_000_000), ("+5s", 5_000_000_000), (".5s", 500_000_000),
            ("2562047h47m16.854775807s", .max),
        ] as [(String, Int64)])
    func nanoseconds(text: String, value: Int64) {
        #expect(Quantity.nanoseconds(text) == value)
    }

    @Test(
        "No time spans",
        arguments: [
            "", "5", "s", "5x", "5 s", "1m30", "-", "+", "--5s", "5s ", "1d", ".s", "ms", "2562047h47m16.854775808s",
            "99999999999999999999s", "9999999h", "00",
        ])
    func noNanoseconds(text: String) {
        #expect(Quantity.nanoseconds(text) == nil)
    }
}
