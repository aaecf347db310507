internal import Glibc
internal import OCI
internal import Skep
internal import System

/// `skep list`: the containers in --root.
enum ListCommand {
    static var command: Command {
        Command(
            "list", "Lists the containers in --root.",
            options: [
                Option("format", "f", value: "table|json", help: "how to print them (default: table)"),
                Option("quiet", "q", help: "print only the ids"),
            ],
            run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let format = invocation.arguments["format"] ?? "table"
        guard format == "table" || format == "json" else {
            throw .usage("--format takes table or json, not \"\(format)\"", command: "list")
        }
        let factory = try invocation.factory()
        let log = invocation.globals.log
        func warn(_ id: String, _ error: ContainerError) { log.write("warning", "\(error)") }
        if invocation.arguments.has("quiet") {
            for id in try failing({ () throws(ContainerError) in try factory.containerIDs(unreadable: warn) }) {
                print(id)
            }
            return 0
        }
        let summaries = try failing { () throws(ContainerError) in try factory.summaries(unreadable: warn) }
        if format == "json" {
            let owners = Owners()
            let states = summaries.map { summary in
                var state = summary.document
                state.owner = owners.name(of: summary.ownerUID)
                return state
            }
            Output.write(states.serialized(.compact) + [UInt8(ascii: "\n")])
        } else {
            printTable(summaries)
        }
        return 0
    }

    private static func printTable(_ summaries: [ContainerSummary]) {
        let owners = Owners()
        var rows = [["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]]
        for summary in summaries {
            rows.append([
                summary.id, String(summary.pid), summary.document.status.rawValue, summary.bundle, summary.created,
                owners.name(of: summary.ownerUID),
            ])
        }
        Table.print(rows)
    }
}

/// Columns as runc's: at least 12 wide, 3 apart.
enum Table {
    static func print(_ rows: [[String]]) {
        let columns = rows.first?.count ?? 0
        let widths = (0..<columns).map { column in
            max((rows.map { $0[column].count }.max() ?? 0) + 3, 12)
        }
        for row in rows {
            let cells = row.enumerated().map { column, cell in
                column == columns - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            Swift.print(cells.joined())
        }
    }
}

/// Names of users, by the host's /etc/passwd. No other source: a static program can't ask NSS.
struct Owners {
    private let names: [UInt32: String]

    init() {
        var names: [UInt32: String] = [:]
        for line in ((try? Files.read("/etc/passwd")) ?? []).split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard fields.count >= 3, let uid = UInt32(String(decoding: fields[2], as: UTF8.self)) else { continue }
            if names[uid] == nil { names[uid] = String(decoding: fields[0], as: UTF8.self) }
        }
        self.names = names
    }

    /// The user's name, or "#" and the number where there is none.
    func name(of uid: UInt32) -> String {
        names[uid] ?? "#\(uid)"
    }
}
