@testable import System
import Testing

@Suite("Text by its bytes") struct TextTests {
    @Test(
        "What follows a prefix",
        arguments: [
            ("name=x", "name=", "x"), ("name=", "name=", ""), ("nam", "name=", nil), ("", "a", nil), ("abc", "", "abc"),
            ("é/ü", "é", "/ü"), ("xname=", "name=", nil), ("", "", ""),
        ] as [(String, String, String?)])
    func after(text: String, prefix: String, rest: String?) {
        #expect(text.after(prefix) == rest)
    }

    @Test("Numbers", arguments: [0, 1, 9, 10, 4711, -1, -10, .max, .min]) func number(number: Int) {
        #expect(decimal(number) == String(number))
    }

    @Test("Numbers of other types") func types() {
        #expect(decimal(UInt64.max) == "18446744073709551615")
        #expect(decimal(Int32.min) == "-2147483648")
        #expect(decimal(UInt8(255)) == "255")
    }

    @Test(
        "With leading zeros",
        arguments: [(0, 2, "00"), (7, 2, "07"), (123, 2, "123"), (5, 9, "000000005"), (0, 1, "0")])
    func zeros(number: Int, digits: Int, text: String) {
        #expect(decimal(number, digits: digits) == text)
    }
}
