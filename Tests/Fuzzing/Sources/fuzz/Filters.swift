@testable internal import OCI
@testable internal import Planning
@testable internal import Skep

/// Filters of system calls, and the files that they are kept in.
enum FilterTarget {
    static func run(_ bytes: [UInt8]) {
        guard let seccomp = try? Seccomp(parsing: bytes) else { return }
        roundTrip(seccomp)
        demand(!FilterKey.bytes(of: seccomp).isEmpty)
        _ = try? SystemCallRules(seccomp, refusesUnknown: true)
        guard let rules = try? SystemCallRules(seccomp) else { return }
        if let program = try? FilterCompiler.compile(rules) { demand(!program.isEmpty) }
    }

    private static let key = Array("the key".utf8)

    /// The first byte says whether the rest is an entry's file or what an entry is made from.
    static func runCache(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let rest = Array(bytes.dropFirst())
        if first & 1 == 0 {
            if let entry = FilterEntryCoding.decode(rest, key: key) {
                demand(FilterEntryCoding.decode(FilterEntryCoding.encode(entry, key: key), key: key) == entry)
            }
            return
        }
        let program = stride(from: 0, to: rest.count - 7, by: 8).map { start in
            rest[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        let entry = FilterCache.Entry(program: program, notes: ["a note"])
        let whole = FilterEntryCoding.encode(entry, key: key)
        demand(FilterEntryCoding.decode(whole, key: key) == entry)
        var changed = whole
        let place = rest.reduce(Int(first)) { ($0 &* 31 &+ Int($1)) & 0xffff } % whole.count
        changed[place] ^= 1 << (first >> 5)
        demand(FilterEntryCoding.decode(changed, key: key) == nil, "byte \(place)")
        demand(FilterEntryCoding.decode(Array(whole[..<place]), key: key) == nil, "cut at \(place)")
    }
}
