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

    /// The huge page sizes that the cgroup counts: `suffix` ends the name of the file that tells a size's use.
    func hugepageSizes(suffix: String) -> [String] {
        var sizes: [String] = []
        for name in (try? Files.list(path)) ?? [] {
            guard let rest = name.after("hugetlb."), rest.hasSuffix(suffix) else { continue }
            let size = rest.dropLast(suffix.count)
            if !size.contains(".") { sizes.append(String(size)) }
        }
        return sizes
    }
}
