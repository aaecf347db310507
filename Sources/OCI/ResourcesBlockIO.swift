extension Resources {
    /// Weights and limits of block devices (config-linux.md, Block IO).
    public struct BlockIO: Sendable, Equatable {
        /// The weight on all devices without one of their own, 10 to 1000.
        public var weight: UInt16?
        /// The weight against the cgroup's children, 10 to 1000; cgroup v1 only.
        public var leafWeight: UInt16?
        /// Weights per device.
        public var weightDevice: [WeightDevice]
        /// The most bytes read per second, per device.
        public var throttleReadBpsDevice: [ThrottleDevice]
        /// The most bytes written per second, per device.
        public var throttleWriteBpsDevice: [ThrottleDevice]
        /// The most read operations per second, per device.
        public var throttleReadIOPSDevice: [ThrottleDevice]
        /// The most write operations per second, per device.
        public var throttleWriteIOPSDevice: [ThrottleDevice]

        /// Weights and limits; what is left out stays as it is.
        public init(
            weight: UInt16? = nil, leafWeight: UInt16? = nil, weightDevice: [WeightDevice] = [],
            throttleReadBpsDevice: [ThrottleDevice] = [], throttleWriteBpsDevice: [ThrottleDevice] = [],
            throttleReadIOPSDevice: [ThrottleDevice] = [], throttleWriteIOPSDevice: [ThrottleDevice] = []
        ) {
            self.weight = weight
            self.leafWeight = leafWeight
            self.weightDevice = weightDevice
            self.throttleReadBpsDevice = throttleReadBpsDevice
            self.throttleWriteBpsDevice = throttleWriteBpsDevice
            self.throttleReadIOPSDevice = throttleReadIOPSDevice
            self.throttleWriteIOPSDevice = throttleWriteIOPSDevice
        }
    }

    /// The weight of one block device (config-linux.md, Block IO); at least one weight is to be set.
    public struct WeightDevice: Sendable, Equatable {
        /// The device's major number.
        public var major: Int64
        /// The device's minor number.
        public var minor: Int64
        /// The weight, 10 to 1000.
        public var weight: UInt16?
        /// The weight against the cgroup's children, 10 to 1000; cgroup v1 only.
        public var leafWeight: UInt16?

        /// A weight.
        public init(major: Int64, minor: Int64, weight: UInt16? = nil, leafWeight: UInt16? = nil) {
            self.major = major
            self.minor = minor
            self.weight = weight
            self.leafWeight = leafWeight
        }
    }

    /// The limit of one block device (config-linux.md, Block IO).
    public struct ThrottleDevice: Sendable, Equatable {
        /// The device's major number.
        public var major: Int64
        /// The device's minor number.
        public var minor: Int64
        /// Bytes or operations per second; 0 means no limit.
        public var rate: UInt64

        /// A limit.
        public init(major: Int64, minor: Int64, rate: UInt64) {
            self.major = major
            self.minor = minor
            self.rate = rate
        }
    }
}

extension Resources.BlockIO: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux.resources.blockIO`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        weight = try object.optional("weight")
        leafWeight = try object.optional("leafWeight")
        weightDevice = try object.list("weightDevice")
        throttleReadBpsDevice = try object.list("throttleReadBpsDevice")
        throttleWriteBpsDevice = try object.list("throttleWriteBpsDevice")
        throttleReadIOPSDevice = try object.list("throttleReadIOPSDevice")
        throttleWriteIOPSDevice = try object.list("throttleWriteIOPSDevice")
    }

    /// Writes `linux.resources.blockIO`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("weight", weight)
        object.setIfPresent("leafWeight", leafWeight)
        object.setIfPresent("weightDevice", weightDevice)
        object.setIfPresent("throttleReadBpsDevice", throttleReadBpsDevice)
        object.setIfPresent("throttleWriteBpsDevice", throttleWriteBpsDevice)
        object.setIfPresent("throttleReadIOPSDevice", throttleReadIOPSDevice)
        object.setIfPresent("throttleWriteIOPSDevice", throttleWriteIOPSDevice)
    }
}

extension Resources.WeightDevice: JSONDecodable, JSONObjectEncodable {
    /// Reads an element of `weightDevice`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        major = try object.required("major")
        minor = try object.required("minor")
        weight = try object.optional("weight")
        leafWeight = try object.optional("leafWeight")
    }

    /// Writes an element of `weightDevice`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("major", major)
        object.set("minor", minor)
        object.setIfPresent("weight", weight)
        object.setIfPresent("leafWeight", leafWeight)
    }
}

extension Resources.ThrottleDevice: JSONDecodable, JSONObjectEncodable {
    /// Reads an element of one of the `throttle…Device` lists.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        major = try object.required("major")
        minor = try object.required("minor")
        rate = try object.required("rate")
    }

    /// Writes an element of one of the `throttle…Device` lists.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("major", major)
        object.set("minor", minor)
        object.set("rate", rate)
    }
}
