import System
import Testing

@Suite("What ps prints") struct ProcessTableTests {
    private func table(_ text: String, _ processes: [Int32]) throws(ProcessTable.Problem) -> [String] {
        try ProcessTable(parsing: Array(text.utf8), keeping: processes).lines
    }

    static let full = """
        UID        PID  PPID  C STIME TTY          TIME CMD
        root         1     0  0 10:00 ?        00:00:01 init 12
        root        12     1  0 10:00 ?        00:00:00 sleep 1

        """

    @Test("The header and the rows asked for") func rows() throws {
        let lines = Self.full.split(separator: "\n").map(String.init)
        #expect(try table(Self.full, [12]) == [lines[0], lines[2]])
        #expect(try table(Self.full, [12, 1, 99]) == lines)
        #expect(try table(Self.full, []) == [lines[0]])
        #expect(try table("  PID\n", [1]) == ["  PID"])
        #expect(try table("PID\tCMD\n7\tx", [7]) == ["PID\tCMD", "7\tx"])
    }

    @Test("The column PID, no other that has it in its name") func column() throws {
        #expect(try table("PPID PID\n1 2\n2 1\n", [1]) == ["PPID PID", "2 1"])
    }

    @Test("No column PID", arguments: ["", "\n", "CMD\nx\n", "PPID\n1\n", "pid\n1\n"]) func noColumn(text: String) {
        #expect(throws: ProcessTable.Problem.noColumn) { try table(text, [1]) }
    }

    @Test("Rows that can't be told apart", arguments: ["sleep x 12", "x", "a -", "a 99999999999"])
    func noNumber(row: String) {
        #expect(throws: ProcessTable.Problem.noNumber(row: row)) { try table("CMD PID\na 1\n\(row)\n", [1]) }
    }
}
