internal import System
internal import SystemPackage

/// One value for one control file, and the property that it came from.
struct Setting: Equatable {
    var file: String
    var value: String
    var property: String

    init(_ file: String, _ value: some CustomStringConvertible, _ property: String) {
        self.file = file
        self.value = value.description
        self.property = "linux.resources." + property
    }

    /// Writes the value into the cgroup at `directory`.
    func write(in directory: String) throws(SystemError) {
        do {
            try Files.write(value, to: directory + "/" + file)
        } catch {
            throw error.blaming(property, hint: Self.hint(error, file))
        }
    }

    private static func hint(_ error: SystemError, _ file: String) -> String? {
        switch error.errno {
        case .noSuchFileOrDirectory: "this kernel or this cgroup has no \(file)"
        case .resourceBusy where file.hasPrefix("memory"): "more is in use already than the new limit allows"
        default: nil
        }
    }
}
