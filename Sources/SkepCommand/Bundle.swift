internal import OCI
internal import Skep
internal import System
internal import SystemPackage

/// A bundle: a directory with a config.json.
struct Bundle {
    /// The directory, as an absolute path.
    let path: String
    let spec: Spec
    /// config.json as it is kept in the state directory: all that it says, tab-indented.
    let document: [UInt8]

    /// Reads the bundle that --bundle names; by default the working directory.
    init(_ invocation: Invocation) throws(Failure) {
        let phase = invocation.globals.trace?.trace.begin("config.json")
        defer { phase?.end() }
        path = Paths.absolute(invocation.arguments["bundle"] ?? ".")
        let file = invocation.arguments["config"].map(Paths.absolute) ?? path + "/config.json"
        (spec, document) = try Self.read(file, invocation.globals.log)
        if invocation.globals.log.isDebugging {
            for finding in ConfigurationReport.unknownProperties(of: document) {
                invocation.globals.log.write("debug", "\(finding)")
            }
        }
    }

    /// The content of a config.json.
    static func readDocument(_ file: String) throws(Failure) -> [UInt8] {
        do {
            return try Files.read(file, limit: JSONDocument.maximumSize)
        } catch {
            let hint: String? =
                switch error.errno {
                case .noSuchFileOrDirectory: "a bundle is a directory with a config.json; \"skep spec\" writes one"
                case .fileTooLarge: "a document may have \(JSONDocument.maximumSize) bytes"
                default: nil
                }
            throw .container(
                ContainerError(
                    .configInvalid, "bundle", operation: error.operation, path: file, errno: error.errno, hint: hint))
        }
    }

    private static func read(_ file: String, _ log: Log) throws(Failure) -> (Spec, [UInt8]) {
        let bytes = try readDocument(file)
        do {
            let document = try JSONDocument(parsing: bytes)
            if log.isDebugging {
                for name in Spec.foreignSections(of: document) {
                    log.write("debug", "\(name) is ignored: it is for another platform")
                }
            }
            // A long document stays as it is: indented, a hostile one could become 30 times as long.
            return (try document.decode(), bytes.count > 1 << 20 ? bytes : document.serialized(.tabs))
        } catch {
            // Wrong JSON is a place in the file, a wrong value is a property of the configuration.
            if case .syntax = error.kind { throw .container(ContainerError(error, path: file)) }
            throw .container(
                ContainerError(
                    .configInvalid, error.path.isEmpty ? file : error.path, error.reason, hint: error.hint))
        }
    }
}
