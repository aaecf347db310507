internal import Glibc
internal import OCI
internal import Skep
internal import System

/// --trace's file: opened before anything is done, written once all is done.
final class TraceFile: Sendable {
    let trace = Trace("skep")
    private let path: String
    private let file: Descriptor

    init(_ path: String) throws(Failure) {
        self.path = path
        file = try failing("--trace") { () throws(SystemError) in
            try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
        }
    }

    /// Runs a command as a phase of its own, and writes the file, whatever came of it.
    func run(_ name: String, _ command: () throws(Failure) -> Int32) throws(Failure) -> Int32 {
        let phase = trace.begin(name)
        do {
            let status = try command()
            phase.end()
            try write(error: nil)
            return status
        } catch {
            phase.end()
            // What the command failed for is what is to be told.
            try? write(error: error.message)
            throw error
        }
    }

    private func write(error: String?) throws(Failure) {
        let bytes = trace.document(error: error).serialized(.compact)
        try failing("--trace") { () throws(SystemError) in try file.write(bytes, path: path) }
    }
}
