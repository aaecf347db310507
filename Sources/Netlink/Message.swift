internal import CNetlink

/// A request to the kernel's rtnetlink, as it is built: a header, the fixed part that its type has, attributes.
package struct Message: Sendable, Equatable {
    /// The whole message, its length in place.
    package private(set) var bytes: [UInt8] = []

    /// A message without anything in it yet.
    ///
    /// - Parameters:
    ///   - type: RTM_NEWLINK and the like.
    ///   - flags: NLM_F_ flags; that it is a request goes without saying.
    package init(_ type: Int, _ flags: Int32 = NLM_F_ACK) {
        append(
            nlmsghdr(
                nlmsg_len: 0, nlmsg_type: UInt16(type), nlmsg_flags: UInt16(NLM_F_REQUEST | flags), nlmsg_seq: 1,
                nlmsg_pid: 0))
    }

    /// Appends a fixed part.
    mutating func append<Layout: BitwiseCopyable>(_ layout: Layout) {
        withUnsafeBytes(of: layout) { bytes += $0 }
        finish()
    }

    /// Appends an attribute.
    mutating func append(_ type: Int, _ value: [UInt8]) {
        appendHeader(type, length: value.count)
        bytes += value
        finish()
    }

    /// Appends a text with the NUL at its end.
    mutating func append(_ type: Int, _ text: String) {
        append(type, Array(text.utf8) + [0])
    }

    /// Appends a number as the machine has it.
    mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Int, _ number: Number) {
        append(type, withUnsafeBytes(of: number) { Array($0) })
    }

    /// Appends an attribute that is made of others.
    mutating func nest(_ type: Int, _ fill: (inout Message) -> Void) {
        let start = bytes.count
        appendHeader(type, length: 0)
        fill(&self)
        put(UInt16(bytes.count - start), at: start)
        finish()
    }

    private mutating func appendHeader(_ type: Int, length: Int) {
        let header = rtattr(
            rta_len: UInt16(MemoryLayout<rtattr>.size + length), rta_type: UInt16(type))
        withUnsafeBytes(of: header) { bytes += $0 }
    }

    /// Fills up to the alignment that all parts have, and puts the length into the header.
    private mutating func finish() {
        while bytes.count % alignment != 0 { bytes.append(0) }
        put(UInt32(bytes.count), at: 0)
    }

    private mutating func put<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
        withUnsafeBytes(of: number) { source in
            for (index, byte) in source.enumerated() { bytes[offset + index] = byte }
        }
    }
}

/// What headers and attributes are aligned to.
let alignment = Int(NLMSG_ALIGNTO)
