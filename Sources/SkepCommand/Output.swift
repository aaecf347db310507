internal import Glibc

/// Standard output and error.
enum Output {
    /// Writes all of `bytes`, as far as the reader takes them.
    static func write(_ bytes: [UInt8], to descriptor: CInt = STDOUT_FILENO) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let wrote = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if wrote < 0 && errno != EINTR { return }
            rest = rest.dropFirst(max(wrote, 0))
        }
    }
}
