internal import CLinux
internal import Glibc
internal import System

/// Options and operands, as they were given.
struct Arguments: Sendable {
    private var found: [(name: String, value: String)] = []
    /// What follows the options.
    private(set) var operands: [String] = []

    /// Parses `words` (without the program's or command's name) by a table. `command` is the command's name, for the
    /// message; nil before any command.
    init(_ words: [String], options: [Option], command: String?) throws(Failure) {
        let pointers = ([command ?? "skep"] + words).map { duplicate($0) }
        let table = options.map { option in
            skep_linux_option(
                name: UnsafePointer(duplicate(option.name)),
                letter: CChar(bitPattern: option.letter?.asciiValue ?? 0), takes_value: option.value != nil)
        }
        defer {
            for pointer in pointers { free(pointer) }
            for option in table { free(UnsafeMutablePointer(mutating: option.name)) }
        }
        var problem: UnsafePointer<CChar>?
        var collected = Collected(options: options)
        let first = withUnsafeMutablePointer(to: &collected) { context in
            skep_linux_parse_options(
                Int32(pointers.count), pointers + [nil], table, Int32(table.count), collect, context, &problem)
        }
        if first < 0 {
            let word = problem.map { String(cString: $0) } ?? ""
            let reason =
                first == SKEP_LINUX_OPTION_UNKNOWN.rawValue ? "unknown option \"\(word)\"" : "\(word) needs a value"
            throw .usage(reason, command: command)
        }
        found = collected.found
        operands = Array(words.dropFirst(Int(first) - 1))
    }

    /// The last value given for an option.
    subscript(_ name: String) -> String? {
        found.last { $0.name == name }?.value
    }

    /// All values given for an option, in their order.
    func all(_ name: String) -> [String] {
        found.compactMap { $0.name == name ? $0.value : nil }
    }

    /// Whether an option without a value is given.
    func has(_ name: String) -> Bool {
        found.contains { $0.name == name }
    }

    /// The value of an option that takes a number.
    func number(_ name: String, in range: ClosedRange<Int>) throws(Failure) -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .usage(
                "--\(name) takes a number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\"",
                command: nil)
        }
        return number
    }
}

private struct Collected {
    let options: [Option]
    var found: [(name: String, value: String)] = []
}

private func collect(_ context: UnsafeMutableRawPointer, _ index: Int32, _ value: UnsafePointer<CChar>?) {
    let collected = context.assumingMemoryBound(to: Collected.self)
    let name = collected.pointee.options[Int(index)].name
    collected.pointee.found.append((name, value.map { String(cString: $0) } ?? ""))
}
