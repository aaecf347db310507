package import Netlink
package import OCI

/// network.json: what a launch is about to change in the host's network, written before it does, so that whatever
/// becomes of it can be undone from this alone.
struct NetworkRecord: Sendable, Equatable {
    /// Devices that moved into the container.
    var devices: [MovedDevice] = []
    /// The host's ends of pairs that were made.
    var pairs: [HostEnd] = []

    /// A device of the host's, as it was there.
    struct MovedDevice: Sendable, Equatable {
        var name: String
        var hardwareAddress: [UInt8]
        var mtu: UInt32
        var isUp: Bool
        /// The addresses that move with it.
        var addresses: [InterfaceAddress]
        /// What it is called in the container.
        var innerName: String
        /// Its index there; nil until it has moved.
        var innerIndex: Int32?
    }

    /// A device of ours on the host. Its MAC address, which is chosen at random, tells it from others of that name.
    struct HostEnd: Sendable, Equatable {
        var name: String
        var hardwareAddress: [UInt8]
    }
}

extension NetworkRecord {
    /// The file's text.
    var document: [UInt8] { Checksum.seal(serialized(.compact)) }
}

extension NetworkRecord: JSONDecodable, JSONObjectEncodable {
    init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        devices = try object.list("devices")
        pairs = try object.list("pairs")
    }

    func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("devices", devices)
        object.setIfPresent("pairs", pairs)
    }
}

extension NetworkRecord.MovedDevice: JSONDecodable, JSONObjectEncodable {
    init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        name = try object.required("name")
        hardwareAddress = try Hex.bytes(object, "address")
        mtu = try object.required("mtu")
        isUp = try object.flag("up")
        addresses = try object.list("addresses")
        innerName = try object.required("inner_name")
        innerIndex = try object.optional("inner_index")
    }

    func encode(into object: borrowing JSONObjectBuilder) {
        object.set("name", name)
        object.set("address", Hex.text(hardwareAddress))
        object.set("mtu", mtu)
        object.setIfTrue("up", isUp)
        object.setIfPresent("addresses", addresses)
        object.set("inner_name", innerName)
        object.setIfPresent("inner_index", innerIndex)
    }
}

extension NetworkRecord.HostEnd: JSONDecodable, JSONObjectEncodable {
    init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        name = try object.required("name")
        hardwareAddress = try Hex.bytes(object, "address")
    }

    func encode(into object: borrowing JSONObjectBuilder) {
        object.set("name", name)
        object.set("address", Hex.text(hardwareAddress))
    }
}

extension InterfaceAddress: JSONDecodable, JSONObjectEncodable {
    package init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        let peer = try Hex.bytes(object, "peer"), broadcast = try Hex.bytes(object, "broadcast")
        let prefixLength: UInt16 = try object.required("prefix_length")
        let scope: UInt16 = try object.value("scope", default: 0)
        self.init(
            local: try Hex.bytes(object, "local"), prefixLength: UInt8(truncatingIfNeeded: prefixLength),
            peer: peer.isEmpty ? nil : peer, broadcast: broadcast.isEmpty ? nil : broadcast,
            scope: UInt8(truncatingIfNeeded: scope), flags: try object.value("flags", default: 0),
            metric: try object.optional("metric"))
    }

    package func encode(into object: borrowing JSONObjectBuilder) {
        object.set("local", Hex.text(local))
        object.set("prefix_length", UInt16(prefixLength))
        if let peer { object.set("peer", Hex.text(peer)) }
        if let broadcast { object.set("broadcast", Hex.text(broadcast)) }
        object.setIfNonzero("scope", UInt16(scope))
        object.setIfNonzero("flags", flags)
        object.setIfPresent("metric", metric)
    }
}

/// Bytes as digits.
enum Hex {
    static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The bytes of a property; none if it is absent, or is no such text.
    static func bytes(_ object: JSONObject, _ name: StaticString) throws(JSONError) -> [UInt8] {
        let digits = Array((try object.text(name) ?? "").utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap { index in
            UInt8(String(decoding: digits[index..<(index + 2)], as: UTF8.self), radix: 16)
        }
    }
}
