internal import OCI
internal import Skep
internal import System

/// `skep check`: tells everything that is wrong with a configuration.
enum CheckCommand {
    static var command: Command {
        Command(
            "check", "Names every problem of a config.json, and what this host can't give it. Status 1 for errors.",
            options: [
                Option("bundle", "b", value: "DIR", help: "the bundle (default: the working directory)"),
                Option("config", value: "FILE", help: "the configuration (default: the bundle's config.json)"),
                Option("json", help: "print an array of objects with severity, property, problem and suggestion"),
            ],
            run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let bundle = Paths.absolute(invocation.arguments["bundle"] ?? ".")
        let file = invocation.arguments["config"].map(Paths.absolute) ?? bundle + "/config.json"
        let report = ConfigurationReport(
            document: try Bundle.readDocument(file), bundle: bundle, file: file, cgroups: invocation.globals.cgroups)
        if invocation.arguments.has("json") {
            Output.write(report.findings.serialized(.tabs))
        } else {
            Output.write(Array(report.findings.map { "\($0)\n" }.joined().utf8))
        }
        return report.hasErrors ? 1 : 0
    }
}
