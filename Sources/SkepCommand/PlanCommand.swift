internal import OCI
internal import Skep

/// `skep plan`: prints what a bundle would do, without doing it.
enum PlanCommand {
    static var command: Command {
        Command(
            "plan", "Prints the steps that a bundle would take, each with the property it comes from.",
            options: [
                Option("bundle", "b", value: "DIR", help: "the bundle (default: the working directory)"),
                Option("config", "f", value: "FILE", help: "the configuration (default: the bundle's config.json)"),
                Option("json", help: "print JSON"),
                NetworkArgument.option,
            ],
            run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let bundle = try Bundle(invocation)
        let network = try NetworkArgument.read(invocation.arguments)
        let preview = try failing { () throws(ContainerError) in
            try PlanPreview(bundle.spec, bundle: bundle.path, network: network, cgroups: invocation.globals.cgroups)
        }
        for warning in preview.warnings { invocation.globals.log.write("warning", warning) }
        if invocation.arguments.has("json") {
            Output.write(preview.steps.map(StepDocument.init).serialized(.tabs))
            return 0
        }
        for (index, step) in preview.steps.enumerated() {
            let number = String(index + 1)
            print(
                String(repeating: " ", count: max(3 - number.count, 0)) + number + "  " + pad(step.name, 14)
                    + pad(step.detail, 58) + step.origin)
        }
        return 0
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 2))
    }
}

/// A step as `--json` prints it.
private struct StepDocument: JSONObjectEncodable {
    let step: PlanPreview.Step

    func encode(into object: borrowing JSONObjectBuilder) {
        object.set("step", step.name)
        object.set("detail", step.detail)
        object.set("property", step.origin)
    }
}
