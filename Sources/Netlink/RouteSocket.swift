internal import CNetlink
internal import Glibc
package import System
internal import SystemPackage

/// A socket to the kernel's rtnetlink, of one network namespace. One request at a time, and its answer in full.
package final class RouteSocket {
    private let descriptor: Descriptor

    /// Opens a socket of the network namespace that `namespace` is open on; nil is the calling thread's own.
    package init(in namespace: borrowing NetworkNamespace) throws(SystemError) {
        descriptor = try Self.open(namespace.number, namespace.path)
    }

    /// Opens a socket of the calling thread's own network namespace.
    package init() throws(SystemError) {
        descriptor = try Self.open(-1, "NETLINK_ROUTE")
    }

    private static func open(_ namespace: CInt, _ name: String) throws(SystemError) -> Descriptor {
        do {
            return Descriptor(owning: try systemCall { skep_netlink_open(namespace) })
        } catch {
            throw SystemError(namespace < 0 ? "socket" : "setns", name, error)
        }
    }

    /// The device of that name; nil if there is none.
    package func link(named name: String) throws(SystemError) -> Link? {
        try link(.link(named: name), name)
    }

    /// The device of that index; nil if there is none.
    package func link(_ index: Int32) throws(SystemError) -> Link? {
        try link(.link(index), "device \(decimal(index))")
    }

    private func link(_ request: Message, _ name: String) throws(SystemError) -> Link? {
        do {
            return try converse(request, "RTM_GETLINK", name).lazy.compactMap { Link($0) }.first
        } catch {
            if error.errno == .operationNotSupportedByDevice { return nil }
            throw error
        }
    }

    /// All devices of the namespace.
    package func links() throws(SystemError) -> [Link] {
        try converse(.allLinks(), "RTM_GETLINK", "").compactMap { Link($0) }
    }

    /// The addresses of a device.
    package func addresses(of link: Link) throws(SystemError) -> [InterfaceAddress] {
        try converse(.allAddresses(), "RTM_GETADDR", link.name).compactMap { reply in
            guard let (index, address) = InterfaceAddress.read(reply), index == link.index else { return nil }
            return address
        }
    }

    /// Has the kernel do something.
    ///
    /// - Parameters:
    ///   - request: what.
    ///   - operation: what an error calls it.
    ///   - path: what an error says that it was done to.
    /// - Throws: why the kernel did not, with its own words as the hint where it has some.
    package func perform(_ request: Message, _ operation: String, _ path: String) throws(SystemError) {
        _ = try converse(request, operation, path)
    }

    // MARK: The conversation

    /// How often a list is asked for anew that has changed while the kernel told it.
    private static let attempts = 20

    private func converse(
        _ request: Message, _ operation: String, _ path: String
    ) throws(SystemError) -> [Reply] {
        for _ in 1..<Self.attempts {
            let (replies, isTorn) = try ask(request, operation, path)
            if !isTorn { return replies }
        }
        return try ask(request, operation, path).replies
    }

    private func ask(
        _ request: Message, _ operation: String, _ path: String
    ) throws(SystemError) -> (replies: [Reply], isTorn: Bool) {
        try send(request, operation, path)
        var all: [Reply] = []
        while true {
            guard let replies = Reply.split(try receive(operation, path)) else {
                throw SystemError(operation, path, .badMessage)
            }
            for reply in replies {
                if let (error, words) = reply.outcome, error != 0 {
                    throw SystemError(operation, path, Errno(rawValue: error), hint: words)
                }
                all.append(reply)
            }
            guard let last = replies.last else { continue }
            let isMultipart = last.flags & NLM_F_MULTI != 0
            if !isMultipart || last.type == Int(NLMSG_DONE) {
                return (all, all.contains { $0.flags & NLM_F_DUMP_INTR != 0 })
            }
        }
    }

    private func send(_ request: Message, _ operation: String, _ path: String) throws(SystemError) {
        let bytes = request.bytes, number = descriptor.number
        do {
            _ = try systemCall { Glibc.send(number, bytes, bytes.count, 0) }
        } catch {
            throw SystemError(operation, path, error)
        }
    }

    private func receive(_ operation: String, _ path: String) throws(SystemError) -> [UInt8] {
        var outcome = Result<Int, Errno>.success(0)
        let number = descriptor.number
        // More than the kernel puts into one datagram (linux/netlink.h, NLMSG_GOODSIZE).
        let bytes = [UInt8](unsafeUninitializedCapacity: 32 << 10) { buffer, count in
            outcome = Result { () throws(Errno) in
                try systemCall { recv(number, buffer.baseAddress, buffer.count, 0) }
            }
            if case .success(let got) = outcome { count = got }
        }
        if case .failure(let error) = outcome { throw SystemError(operation, path, error) }
        return bytes
    }
}
