internal import OCI
internal import System
internal import SystemPackage

/// The files of one cgroup, read for what they tell: one that is not there tells nothing, as where a controller is
/// missing or the kernel was built without.
struct ControlFiles {
    let path: String

    func read(_ name: String) throws(SystemError) -> [UInt8] {
        do {
            return try Files.read(path + "/" + name)
        } catch {
            switch error.errno {
            case .noSuchFileOrDirectory, .operationNotSupportedByDevice, .notSupported: return []
            default: throw error
            }
        }
    }

    func number(_ name: String) throws(SystemError) -> UInt64 {
        StatisticsText.number(try read(name))
    }

    func table(_ name: String) throws(SystemError) -> [String: UInt64] {
        StatisticsText.table(try read(name))
    }

    func pressure(_ name: String) throws(SystemError) -> Statistics.Pressure? {
        StatisticsText.pressure(try read(name + ".pressure"))
    }

    /// The huge page sizes that the cgroup counts, each with how the names of its files begin: of what is reserved,
    /// where the kernel counts that, else of what is in use. `suffix` ends the name of the file that tells it.
    func hugepages(suffix: String) -> [String: String] {
        var prefixes: [String: String] = [:]
        for name in (try? Files.list(path)) ?? [] {
            guard let rest = name.after("hugetlb."), rest.hasSuffix(suffix) else { continue }
            let parts = rest.dropLast(suffix.count).split(separator: ".")
            guard let size = parts.first.map(String.init) else { continue }
            if parts.count == 1 && prefixes[size] == nil { prefixes[size] = "hugetlb." + size }
            if parts.count == 2 && parts[1] == "rsvd" { prefixes[size] = "hugetlb." + size + ".rsvd" }
        }
        return prefixes
    }
}
