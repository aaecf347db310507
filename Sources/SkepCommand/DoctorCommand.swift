internal import OCI
internal import Skep

/// `skep doctor`: tells what this host can and can't do.
enum DoctorCommand {
    static var command: Command {
        Command(
            "doctor", "Tells what this host can and can't do, and what mends it. Status 1 if no container can run.",
            options: [
                Option(
                    "json", help: "print an object with canRun and findings: name, status, summary, remedy, essential")
            ],
            run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let report = HostReport.ofThisHost(
            root: invocation.globals.root ?? StateRoot.place, cgroups: invocation.globals.cgroups)
        if invocation.arguments.has("json") {
            Output.write(report.serialized(.tabs))
        } else {
            Output.write(Array(text(report).utf8))
        }
        return report.canRun ? 0 : 1
    }

    /// A line for each finding, and one for what mends it; several of a kind that are in order share one.
    private static func text(_ report: HostReport) -> String {
        let rows = rows(report.findings)
        let width = rows.map(\.name.utf8.count).max() ?? 0
        var lines = rows.map { row in
            let status = row.status.rawValue
            var line = status + spaces(9 - status.utf8.count) + row.name + spaces(width + 2 - row.name.utf8.count)
            line += row.summary
            if let remedy = row.remedy { line += "\n" + spaces(9 + width + 2) + "-> " + remedy }
            return line
        }
        let hindrances = report.hindrances.map(\.name).joined(separator: ", ")
        lines.append(report.canRun ? "Containers can run here." : "Containers can't run here: \(hindrances).")
        return lines.map { $0 + "\n" }.joined()
    }

    private static func rows(_ findings: [HostFinding]) -> [HostFinding] {
        var rows: [HostFinding] = []
        var group = ""
        for finding in findings {
            let parts = finding.name.split(separator: ".").map(String.init)
            guard parts.count == 2, parts[0] == "namespaces", finding.status == .ok else {
                rows.append(finding)
                continue
            }
            if group == parts[0], let index = rows.firstIndex(where: { $0.name == group }) {
                rows[index].summary += ", " + parts[1]
            } else {
                group = parts[0]
                var row = finding
                row.name = group
                row.summary = parts[1]
                rows.append(row)
            }
        }
        return rows
    }

    private static func spaces(_ count: Int) -> String {
        String(repeating: " ", count: max(count, 0))
    }
}
