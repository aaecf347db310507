import Glibc
internal import Planning
internal import System

/// Files that what hooks print is appended to: the annotations run.oci.hooks.stdout and run.oci.hooks.stderr.
enum HookOutput {
    /// Opens the file of a stream, "stdout" or "stderr".
    static func open(_ path: String, _ stream: String) throws(SystemError) -> Descriptor {
        do {
            return try Descriptor.open(path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)
        } catch {
            throw error.blaming("annotations.run.oci.hooks." + stream)
        }
    }
}

/// The files of a hook that runs beside the runtime; whoever has them for nothing has nil.
struct RedirectedStreams: ~Copyable {
    private var files = DescriptorList()
    /// Descriptors, lent.
    private(set) var output: CInt?
    private(set) var errors: CInt?

    init(_ annotations: [String: String]) throws(SystemError) {
        // Values that mean nothing were refused when the container was made.
        guard let annotations = try? RuntimeAnnotations(annotations) else { return }
        if let path = annotations.hookOutput {
            files.append(try HookOutput.open(path, "stdout"))
            output = files.numbers.last
        }
        if let path = annotations.hookErrors {
            files.append(try HookOutput.open(path, "stderr"))
            errors = files.numbers.last
        }
    }
}
