/// One option of a command: the table from which options are parsed, and help, completions and manual pages made.
struct Option: Sendable {
    /// The long name, without dashes.
    let name: String
    /// The short form.
    let letter: Character?
    /// What its value is called in the help; nil for an option without one. The name says what can stand for it:
    /// "table|json" one of these words, DIR a directory, FILE a file; `ValueKind` has them all.
    let value: String?
    /// What it does, and its default.
    let help: String

    /// The option that every command has.
    static var help: Option { Option("help", "h", help: "print this help") }

    init(_ name: String, _ letter: Character? = nil, value: String? = nil, help: String) {
        self.name = name
        self.letter = letter
        self.value = value
        self.help = help
    }
}

/// A command of the program.
struct Command: Sendable {
    let name: String
    /// Its operands in the help ("CONTAINER [SIGNAL]"), named as values are.
    let operands: String
    /// How many operands it takes.
    let operandCount: ClosedRange<Int>
    let summary: String
    let options: [Option]
    /// Runs it; the program's exit status.
    let run: @Sendable (Invocation) throws(Failure) -> Int32

    init(
        _ name: String, operands: String = "", count: ClosedRange<Int> = 0...0, _ summary: String,
        options: [Option] = [], run: @escaping @Sendable (Invocation) throws(Failure) -> Int32
    ) {
        self.name = name
        self.operands = operands
        self.operandCount = count
        self.summary = summary
        self.options = options
        self.run = run
    }
}
