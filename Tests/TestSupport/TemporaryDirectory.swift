internal import Glibc
internal import System

/// A directory that goes, with all that is in it, when the test ends.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() {
        var template = Array("/tmp/skep-tests-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { preconditionFailure("mkdtemp: errno \(errno)") }
        path = String(cString: made)
    }

    deinit {
        Self.remove(path)
    }

    private static func remove(_ path: String) {
        for name in (try? Files.list(path)) ?? [] {
            let child = path + "/" + name
            if (try? Files.kind(of: child)) == .directory {
                remove(child)
            } else {
                unlink(child)
            }
        }
        rmdir(path)
    }

    /// Makes a directory below this one, with files in it.
    @discardableResult
    package func add(_ name: String, _ files: [String: String] = [:]) throws -> String {
        let directory = path + "/" + name
        try Files.makeDirectories(directory, mode: 0o755)
        for (file, content) in files {
            try Descriptor.open(directory + "/" + file, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
                .write(Array(content.utf8), path: file)
        }
        return directory
    }

    package func content(_ name: String) throws -> String {
        String(decoding: try Files.read(path + "/" + name), as: UTF8.self)
    }
}
