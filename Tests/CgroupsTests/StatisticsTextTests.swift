@testable import Cgroups
import OCI
import Testing

@Suite("The text of control files") struct StatisticsTextTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(
        "One number",
        arguments: [
            ("5\n", 5), ("5", 5), ("0\n", 0), ("max\n", .max), ("18446744073709551615\n", .max), ("", 0), ("\n", 0),
            ("x\n", 0), ("-1\n", 0), ("18446744073709551616\n", 0),
        ] as [(String, UInt64)])
    func number(text: String, value: UInt64) {
        #expect(StatisticsText.number(bytes(text)) == value)
    }

    @Test("A number below zero") func signedNumber() {
        #expect(StatisticsText.signedNumber(bytes("-1\n")) == -1)
        #expect(StatisticsText.signedNumber(bytes("5")) == 5)
        #expect(StatisticsText.signedNumber([]) == 0)
    }

    @Test("Keys and numbers") func table() {
        let text = "anon 4096\nfile 0\nodd\nthree 1 2\nname x\nbig 18446744073709551615\n"
        #expect(StatisticsText.table(bytes(text)) == ["anon": 4096, "file": 0, "big": .max])
        #expect(StatisticsText.table([]) == [:])
    }

    @Test("A row of numbers") func row() {
        #expect(StatisticsText.row(bytes("10626286 2083826 \n")) == [10_626_286, 2_083_826])
        #expect(StatisticsText.row([]) == [])
    }

    @Test("Columns") func columns() {
        let text = "cpu user system\n0 1 2\n1 3 4\n"
        #expect(StatisticsText.columns(bytes(text)) == ["user": [1, 3], "system": [2, 4]])
        #expect(StatisticsText.columns(bytes("cpu user\n0\n")) == ["user": []])
        #expect(StatisticsText.columns([]) == [:])
    }

    @Test(
        "Lists",
        arguments: [
            ("0-1\n", [0, 1]), ("0\n", [0]), ("0-2,7,9-10", [0, 1, 2, 7, 9, 10]), ("\n", []), ("", []), ("3-1", []),
            ("x", []), ("70000", []),
        ] as [(String, [UInt16])])
    func list(text: String, value: [UInt16]) {
        #expect(StatisticsText.list(bytes(text)) == value)
    }

    @Test("Devices in version 1") func deviceTable() {
        let text = "254:0 Read 10\n254:0 Write 20\n254:0 Total 30\nTotal 30\nx Read 1\n1:2 Read x\n"
        #expect(
            StatisticsText.deviceTable(bytes(text)).map { "\($0.major):\($0.minor) \($0.operation) \($0.value)" }
                == ["254:0 Read 10", "254:0 Write 20", "254:0 Total 30"])
    }

    @Test("Devices in version 2") func ioStat() {
        let text = """
            8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6 cost.vrate=100.00
            8:16 rbytes=7
            (unknown) rbytes=1

            """
        let io = StatisticsText.ioStat(bytes(text))
        #expect(
            io.serviceBytes.map { "\($0.minor) \($0.operation) \($0.value)" }
                == ["0 Read 1", "0 Write 2", "0 Discard 5", "16 Read 7"])
        #expect(io.serviced.map { "\($0.operation) \($0.value)" } == ["Read 3", "Write 4", "Discard 6"])
    }

    @Test("Pressure") func pressure() throws {
        let text = """
            some avg10=1.50 avg60=0.25 avg300=0.00 total=12345
            full avg10=0.10 avg60=0.00 avg300=0.01 total=42

            """
        let pressure = try #require(StatisticsText.pressure(bytes(text)))
        #expect(pressure.some.average10 == 1.5 && pressure.some.average60 == 0.25 && pressure.some.total == 12345)
        #expect(pressure.full.average10 == 0.1 && pressure.full.average300 == 0.01 && pressure.full.total == 42)
        #expect(StatisticsText.pressure(bytes("some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n"))?.full == .init())
        #expect(StatisticsText.pressure([]) == nil)
    }
}
