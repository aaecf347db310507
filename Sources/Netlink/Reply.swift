internal import CNetlink

/// A message of the kernel's: its type, and what follows its header.
package struct Reply: Sendable {
    package var type: Int
    package var flags: Int32
    package var payload: ArraySlice<UInt8>

    /// Splits what one recv(2) gave into messages. Nil for what is no whole number of them.
    package static func split(_ bytes: [UInt8]) -> [Reply]? {
        var replies: [Reply] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let header = rest.layout(nlmsghdr.self) else { return nil }
            let length = Int(header.nlmsg_len)
            guard length >= MemoryLayout<nlmsghdr>.size, length <= rest.count else { return nil }
            replies.append(
                Reply(
                    type: Int(header.nlmsg_type), flags: Int32(header.nlmsg_flags),
                    payload: rest.prefix(length).dropFirst(MemoryLayout<nlmsghdr>.size)))
            rest = rest.dropFirst(aligned(length))
        }
        return replies
    }

    /// What the kernel made of a request, or of a list: 0 or an errno, and its own words, if it has any. Nil for another
    /// message.
    package var outcome: (error: Int32, words: String?)? {
        guard type == Int(NLMSG_ERROR) || type == Int(NLMSG_DONE), let code = payload.layout(Int32.self) else {
            return nil
        }
        guard type == Int(NLMSG_ERROR), flags & NLM_F_ACK_TLVS != 0 else { return (0 &- code, nil) }
        // Behind the code, the header of the request.
        let attributes = Attributes(payload.dropFirst(MemoryLayout<Int32>.size + MemoryLayout<nlmsghdr>.size))
        return (0 &- code, attributes?.text(Int(NLMSGERR_ATTR_MSG.rawValue)))
    }
}

/// A message's attributes, or those that an attribute is made of.
package struct Attributes: Sendable {
    private var values: [(type: Int, value: ArraySlice<UInt8>)] = []

    /// Nil for what is no whole number of attributes.
    package init?(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while rest.count >= MemoryLayout<rtattr>.size {
            guard let header = rest.layout(rtattr.self) else { return nil }
            let length = Int(header.rta_len)
            guard length >= MemoryLayout<rtattr>.size, length <= rest.count else { return nil }
            values.append(
                (
                    Int(Int32(header.rta_type) & Self.typeMask),
                    rest.prefix(length).dropFirst(MemoryLayout<rtattr>.size)
                ))
            rest = rest.dropFirst(aligned(length))
        }
    }

    /// Without NLA_F_NESTED and NLA_F_NET_BYTEORDER.
    private static let typeMask: Int32 = 0x3fff

    /// An attribute's bytes; nil if it is not there.
    package func bytes(_ type: Int) -> [UInt8]? {
        values.first { $0.type == type }.map { Array($0.value) }
    }

    /// An attribute that is a number.
    package func number(_ type: Int) -> UInt32? {
        values.first { $0.type == type }?.value.layout(UInt32.self)
    }

    /// An attribute that is a text, up to its NUL.
    package func text(_ type: Int) -> String? {
        bytes(type).map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// An attribute that is made of others.
    package func nested(_ type: Int) -> Attributes? {
        values.first { $0.type == type }.flatMap { Attributes($0.value) }
    }
}

private func aligned(_ length: Int) -> Int {
    (length + alignment - 1) / alignment * alignment
}

extension ArraySlice<UInt8> {
    /// The C structure that the bytes begin with; nil if there are too few.
    func layout<Layout: BitwiseCopyable>(_ type: Layout.Type) -> Layout? {
        guard count >= MemoryLayout<Layout>.size else { return nil }
        return withUnsafeBytes { $0.loadUnaligned(as: Layout.self) }
    }
}
