internal import System
internal import SystemPackage

/// One value for one control file, and the property that it came from.
struct Setting: Equatable {
    var file: String
    var value: String
    var property: String
    /// What of the file it sets.
    var extent: Extent
    /// The file that goes back to its default when this one is written.
    var resets: String?
    /// Whether a cgroup without the file is as the value says: no swap is none used, and none limited.
    var isMootWithoutFile: Bool

    /// How much of a file a value stands for: what has to be kept to put it back.
    enum Extent: Equatable {
        /// All of it.
        case whole
        /// The line that begins with `key`; `absent` is written where there was none.
        case line(key: String, absent: String)
        /// The number behind `key`, which is written without the key.
        case number(key: String)
    }

    init(
        _ file: String, _ value: some CustomStringConvertible, _ property: String, _ extent: Extent = .whole,
        resets: String? = nil, isMootWithoutFile: Bool = false
    ) {
        self.file = file
        self.value = value.description
        self.property = "linux.resources." + property
        self.extent = extent
        self.resets = resets
        self.isMootWithoutFile = isMootWithoutFile
    }

    /// Writes the value into the cgroup at `directory`.
    func write(in directory: String) throws(SystemError) {
        do {
            try Files.write(value, to: directory + "/" + file)
        } catch {
            throw error.blaming(property, hint: hint(error.errno, in: directory))
        }
    }

    /// The setting that puts things back to how they are now.
    func inverse(in directory: String) throws(SystemError) -> Setting {
        let content: String
        do {
            content = try Files.readLine(directory + "/" + file)
        } catch {
            throw error.blaming(property, hint: hint(error.errno, in: directory))
        }
        var inverse = self
        inverse.value = extent.part(of: content)
        return inverse
    }

    /// Whether writing it may end processes: version 2 takes a limit which is exceeded already, and kills.
    var canKill: Bool { file == "memory.max" }

    /// Whether both set the same.
    func isAbout(_ other: Setting) -> Bool {
        file == other.file && extent == other.extent
    }
}

extension [Setting] {
    /// Without those that a cgroup which lacks their files fulfils anyway.
    func needed(in directory: String) -> [Setting] {
        filter { !$0.isMootWithoutFile || Files.exists(directory + "/" + $0.file) }
    }
}

extension Setting.Extent {
    /// What has to be written to a file to get its part back that `content` has now.
    fileprivate func part(of content: String) -> String {
        switch self {
        // Writing nothing at all does nothing; a cpuset is emptied by an empty line.
        case .whole: return content.isEmpty ? "\n" : content
        case .line(let key, let absent): return Self.line(key, of: content) ?? absent
        case .number(let key):
            return Self.line(key, of: content)?.after(key + " ") ?? ""
        }
    }

    private static func line(_ key: String, of content: String) -> String? {
        for line in content.utf8.split(separator: UInt8(ascii: "\n")) where line.starts(with: (key + " ").utf8) {
            return String(decoding: line, as: UTF8.self)
        }
        return nil
    }
}
