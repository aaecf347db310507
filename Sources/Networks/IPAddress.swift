internal import Glibc

/// An IPv4 or IPv6 address.
package struct IPAddress: Sendable, Hashable {
    /// In network order: 4 or 16.
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads an address as it is written. Nil for what is none.
    package init?(_ text: String) {
        let isIPv4 = !text.utf8.contains(UInt8(ascii: ":"))
        let bytes = [UInt8](unsafeUninitializedCapacity: isIPv4 ? 4 : 16) { buffer, count in
            let isValid = inet_pton(isIPv4 ? AF_INET : AF_INET6, text, buffer.baseAddress) == 1
            count = isValid ? buffer.count : 0
        }
        if bytes.isEmpty { return nil }
        self.bytes = bytes
    }

    package var isIPv4: Bool { bytes.count == 4 }

    /// Whether it stands for many machines, or for none.
    var isNobodys: Bool {
        bytes.allSatisfy { $0 == 0 } || (isIPv4 ? bytes[0] >= 224 : bytes[0] == 0xff)
    }

    /// Whether it means something on one link only: fe80::/10.
    var isLinkLocal: Bool {
        !isIPv4 && bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80
    }
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        let capacity = Int(INET6_ADDRSTRLEN)
        return String(unsafeUninitializedCapacity: capacity) { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                guard inet_ntop(isIPv4 ? AF_INET : AF_INET6, bytes, text.baseAddress, socklen_t(capacity)) != nil,
                    let start = text.baseAddress
                else { return 0 }
                return strlen(start)
            }
        }
    }
}

/// An address and how many of its bits are the network's: "10.0.0.2/24".
package struct IPPrefix: Sendable, Hashable {
    package var address: IPAddress
    package var length: Int

    /// What is wrong with a text, as the end of a sentence that begins with it.
    struct Problem: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    /// Reads what is written as ADDRESS/LENGTH.
    init(_ text: String) throws(Problem) {
        guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else {
            throw IPAddress(text) == nil ? Problem("is no address") : Problem("lacks a prefix length")
        }
        guard let address = IPAddress(String(text[..<slash])) else { throw Problem("is no address") }
        let longest = address.bytes.count * 8
        let digits = text[text.utf8.index(after: slash)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(digits), length <= longest else {
            throw Problem("has no prefix length from 0 to \(longest)")
        }
        self.init(address: address, length: length)
    }

    init(address: IPAddress, length: Int) {
        self.address = address
        self.length = length
    }

    /// The network: the address without the bits that are not its network's.
    package var network: IPAddress {
        IPAddress(bytes: address.bytes.indices.map { address.bytes[$0] & mask($0) })
    }

    /// The address that reaches everybody in an IPv4 network; nil where there is none.
    package var broadcast: IPAddress? {
        guard address.isIPv4, length < 31 else { return nil }
        return IPAddress(bytes: address.bytes.indices.map { address.bytes[$0] | ~mask($0) })
    }

    func contains(_ other: IPAddress) -> Bool {
        other.bytes.count == address.bytes.count && IPPrefix(address: other, length: length).network == network
    }

    /// The network's bits in the byte of that index.
    private func mask(_ index: Int) -> UInt8 {
        let bits = min(max(length - index * 8, 0), 8)
        return bits == 0 ? 0 : UInt8.max << UInt8(8 - bits)
    }
}

extension IPPrefix: CustomStringConvertible {
    package var description: String { "\(address)/\(length)" }
}
