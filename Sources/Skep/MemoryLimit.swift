internal import OCI
internal import System

/// The limit on a container's memory that the OOM killer is let loose by.
struct MemoryLimit: CustomStringConvertible {
    /// The property that sets it.
    let property: String
    private let value: String
    private let bytes: Int64?

    /// The one that counts of those that a configuration sets; nil if it sets none.
    init?(_ resources: Resources?) {
        guard let resources else { return nil }
        if let text = resources.unified["memory.max"], text != "max" {
            self.init("unified.memory.max", Int64(text), text)
        } else if let limit = resources.memory?.limit, limit > 0 {
            self.init("memory.limit", limit)
        } else if let swap = resources.memory?.swap, swap > 0 {
            self.init("memory.swap", swap)
        } else {
            return nil
        }
    }

    private init(_ property: String, _ bytes: Int64?, _ text: String = "") {
        self.property = "linux.resources." + property
        self.bytes = bytes
        value = bytes.map(Quantity.text(bytes:)) ?? text
    }

    /// "linux.resources.memory.limit = 512 KiB".
    var description: String { property + " = " + value }

    /// Whether it may keep a program from coming to run. Of a greater limit it is the program that needs more.
    var mayPreventExec: Bool { bytes.map { $0 <= 8 << 20 } ?? false }
}
