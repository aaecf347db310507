internal import Networks
internal import OCI
internal import Skep
internal import System

/// `--network`: a document of networks to be made (docs/network.md).
enum NetworkArgument {
    static let option = Option(
        "network", value: "FILE", help: "make the networks that FILE describes (docs/network.md)")

    /// Reads the document; nil where none is named.
    static func read(_ arguments: Arguments) throws(Failure) -> NetworkConfiguration? {
        guard let file = arguments["network"] else { return nil }
        let bytes = try failing("--network") { () throws(SystemError) in
            try Files.read(file, limit: JSONDocument.maximumSize)
        }
        do {
            return try NetworkConfiguration(parsing: bytes)
        } catch {
            let path = error.path.isEmpty ? file : file + ": " + error.path
            throw .container(ContainerError(.configInvalid, path, error.reason))
        }
    }
}
