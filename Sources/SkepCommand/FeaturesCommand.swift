internal import OCI
internal import Skep

/// `skep features`: prints what this build can do (features.md).
enum FeaturesCommand {
    static var command: Command {
        Command("features", "Prints what Skep can do as JSON.", run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        Output.write(Features.current.serialized(.spaces))
        return 0
    }
}
