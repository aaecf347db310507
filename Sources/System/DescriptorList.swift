import Glibc

/// Several file descriptors and their one owner, which closes them all.
public struct DescriptorList: ~Copyable, Sendable {
    /// The numbers, lent: they must not outlive the owner.
    public private(set) var numbers: [CInt] = []

    public init() {}

    deinit {
        for number in numbers { _ = Glibc.close(number) }
    }

    /// Takes over one more descriptor.
    public mutating func append(_ descriptor: consuming Descriptor) {
        numbers.append(descriptor.release())
    }
}
