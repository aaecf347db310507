internal import Planning
internal import System

extension CapabilitySet {
    /// The runtime's own set of that name in /proc/self/status ("CapPrm"); nil if it can't be read.
    static func own(_ name: String) -> CapabilitySet? {
        guard let status = try? Files.read("/proc/self/status") else { return nil }
        for line in String(decoding: status, as: UTF8.self).split(separator: "\n") where line.hasPrefix(name + ":") {
            return UInt64(line.drop { $0 != "\t" }.dropFirst(), radix: 16).map(CapabilitySet.init(rawValue:))
        }
        return nil
    }
}
