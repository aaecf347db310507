internal import OCI
internal import System

/// /proc/PID/net/dev: the interfaces of a process's network namespace, and their counters.
enum NetworkDevices {
    /// The interfaces that a process sees; none if it has ended.
    static func read(pid: Int32) -> [Statistics.NetworkInterface] {
        (try? Files.read("/proc/" + decimal(pid) + "/net/dev")).map(parse) ?? []
    }

    /// Parses the file: two lines of header, then "  eth0: " and eight numbers for each direction, of which the first
    /// four are bytes, packets, errors and dropped packets.
    static func parse(_ bytes: [UInt8]) -> [Statistics.NetworkInterface] {
        bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let colon = line.lastIndex(of: UInt8(ascii: ":")) else { return nil }
            let name = line[..<colon].drop { $0 == UInt8(ascii: " ") }
            let numbers = line[(colon + 1)...].split(separator: UInt8(ascii: " ")).compactMap {
                UInt64(String(decoding: $0, as: UTF8.self))
            }
            guard numbers.count >= 12 else { return nil }
            var interface = Statistics.NetworkInterface(name: String(decoding: name, as: UTF8.self))
            interface.received = traffic(numbers[0...])
            interface.sent = traffic(numbers[8...])
            return interface
        }
    }

    private static func traffic(_ numbers: ArraySlice<UInt64>) -> Statistics.NetworkInterface.Traffic {
        var traffic = Statistics.NetworkInterface.Traffic()
        traffic.bytes = numbers[numbers.startIndex]
        traffic.packets = numbers[numbers.startIndex + 1]
        traffic.errors = numbers[numbers.startIndex + 2]
        traffic.dropped = numbers[numbers.startIndex + 3]
        return traffic
    }
}
