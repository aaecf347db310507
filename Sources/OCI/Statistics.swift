/// What a container uses at one moment: the data of an event of `runc events`, with its keys.
///
/// A number that the host's cgroups do not have is 0, a list is empty.
public struct Statistics: Sendable, Equatable {
    /// Processor time.
    public var cpu = CPU()
    /// Placement on processors and memory nodes.
    public var cpuset = CPUSet()
    /// Memory.
    public var memory = Memory()
    /// Tasks.
    public var pids = Pids()
    /// Block devices.
    public var blockIO = BlockIO()
    /// Huge pages, by page size as cgroup files name it ("2MB").
    public var hugepages: [String: Hugepages] = [:]
    /// RDMA, by device: what is used and what may be; empty where none is.
    public var rdma: [String: Rdma] = [:]
    /// Shares of the L3 cache and of memory bandwidth, where the container has a resctrl group.
    public var resourceControl = ResourceControl()
    /// The network interfaces that the container's init sees.
    public var networkInterfaces: [NetworkInterface] = []

    /// Nothing used.
    public init() {}
}

extension Statistics {
    /// Pressure stall information: how much of the time tasks waited (kernel documentation, accounting/psi).
    public struct Pressure: Sendable, Equatable {
        /// When some task waited.
        public var some = Shares()
        /// When all tasks waited at once.
        public var full = Shares()

        /// No pressure.
        public init() {}

        /// Shares of time.
        public struct Shares: Sendable, Equatable {
            /// Of the last 10 seconds, in percent.
            public var average10: Double = 0
            /// Of the last 60 seconds, in percent.
            public var average60: Double = 0
            /// Of the last 300 seconds, in percent.
            public var average300: Double = 0
            /// In all, microseconds.
            public var total: UInt64 = 0

            /// None.
            public init() {}
        }
    }

    /// Processor time, in nanoseconds.
    public struct CPU: Sendable, Equatable {
        /// Used in all.
        public var total: UInt64 = 0
        /// Used on each processor; cgroup v1 only.
        public var perCPU: [UInt64] = []
        /// Of it in the kernel, on each processor; cgroup v1 only.
        public var perCPUKernel: [UInt64] = []
        /// Of it in user mode, on each processor; cgroup v1 only.
        public var perCPUUser: [UInt64] = []
        /// Used in the kernel.
        public var kernel: UInt64 = 0
        /// Used in user mode.
        public var user: UInt64 = 0
        /// How many periods of the quota there were.
        public var periods: UInt64 = 0
        /// In how many of them the quota was used up.
        public var throttledPeriods: UInt64 = 0
        /// How long tasks waited for the next period then.
        public var throttledTime: UInt64 = 0
        /// In how many periods more than the quota was used (linux.resources.cpu.burst).
        public var burstPeriods: UInt64 = 0
        /// How much more that was.
        public var burstTime: UInt64 = 0
        /// Waiting for processors, where the kernel tells.
        public var pressure: Pressure?

        /// None used.
        public init() {}
    }

    /// The cpuset controller: cpuset(7). All but the lists is of cgroup v1 only.
    public struct CPUSet: Sendable, Equatable {
        /// The processors to run on.
        public var cpus: [UInt16] = []
        /// 1 if no other cpuset has them.
        public var cpuExclusive: UInt64 = 0
        /// The memory nodes to allocate from.
        public var mems: [UInt16] = []
        /// 1 if the kernel, too, takes the container's memory from these nodes.
        public var memHardwall: UInt64 = 0
        /// 1 if no other cpuset has the nodes.
        public var memExclusive: UInt64 = 0
        /// 1 if memory moves when the nodes change.
        public var memoryMigrate: UInt64 = 0
        /// 1 if file caches are spread over the nodes.
        public var memorySpreadPage: UInt64 = 0
        /// 1 if the kernel's caches are spread over the nodes.
        public var memorySpreadSlab: UInt64 = 0
        /// How often memory had to be freed lately.
        public var memoryPressure: UInt64 = 0
        /// 1 if the load is balanced between the processors.
        public var schedLoadBalance: UInt64 = 0
        /// How far the scheduler looks for work, -1 to 5.
        public var schedRelaxDomainLevel: Int64 = 0

        /// Nothing known.
        public init() {}
    }

    /// Memory, in bytes.
    public struct Memory: Sendable, Equatable {
        /// Of it file cache.
        public var cache: UInt64 = 0
        /// Memory.
        public var usage = Use()
        /// Memory and swap together.
        public var swap = Use()
        /// The kernel's memory; with cgroup v2 what is used of it alone.
        public var kernel = Use()
        /// The kernel's TCP buffers; cgroup v1 only.
        public var kernelTCP = Use()
        /// memory.stat, by its keys.
        public var raw: [String: UInt64] = [:]
        /// Waiting for memory, where the kernel tells.
        public var pressure: Pressure?

        /// None used.
        public init() {}

        /// The use of one kind of memory.
        public struct Use: Sendable, Equatable {
            /// The limit; `UInt64.max`, or in cgroup v1 nearly `Int64.max`, is none.
            public var limit: UInt64 = 0
            /// What is used.
            public var usage: UInt64 = 0
            /// The most that was ever used.
            public var max: UInt64 = 0
            /// How often the limit was reached; cgroup v1 only.
            public var failcnt: UInt64 = 0

            /// None.
            public init() {}
        }
    }

    /// Tasks: processes and threads.
    public struct Pids: Sendable, Equatable {
        /// How many there are.
        public var current: UInt64 = 0
        /// How many there may be; 0 is no limit.
        public var limit: UInt64 = 0

        /// None.
        public init() {}
    }

    /// Block devices.
    public struct BlockIO: Sendable, Equatable {
        /// Bytes transferred.
        public var serviceBytes: [Entry] = []
        /// Operations.
        public var serviced: [Entry] = []
        /// Waiting for block devices, where the kernel tells.
        public var pressure: Pressure?

        /// None used.
        public init() {}

        /// A number of one device.
        public struct Entry: Sendable, Equatable {
            /// The device's major number.
            public var major: UInt64
            /// The device's minor number.
            public var minor: UInt64
            /// What was done: "Read", "Write", "Discard"; with cgroup v1 also "Sync", "Async" and "Total".
            public var operation: String
            /// How much of it.
            public var value: UInt64

            /// A number.
            public init(major: UInt64, minor: UInt64, operation: String, value: UInt64) {
                self.major = major
                self.minor = minor
                self.operation = operation
                self.value = value
            }
        }
    }

    /// Huge pages of one size, in bytes: reserved ones, where the kernel counts those, else those in use.
    public struct Hugepages: Sendable, Equatable {
        /// What is used.
        public var usage: UInt64 = 0
        /// The most that was ever used; cgroup v1 only.
        public var max: UInt64 = 0
        /// How often the limit was reached.
        public var failcnt: UInt64 = 0

        /// None used.
        public init() {}
    }

    /// One RDMA device.
    public struct Rdma: Sendable, Equatable {
        /// HCA handles in use.
        public var hcaHandles: UInt64 = 0
        /// HCA objects in use.
        public var hcaObjects: UInt64 = 0
        /// The most HCA handles; nil is no limit.
        public var handleLimit: UInt64?
        /// The most HCA objects; nil is no limit.
        public var objectLimit: UInt64?

        /// None used.
        public init() {}
    }

    /// Lines of resctrl's schemata.
    public struct ResourceControl: Sendable, Equatable {
        /// The L3 cache, of the default group.
        public var l3CacheSchemaRoot = ""
        /// The L3 cache, of the container's group.
        public var l3CacheSchema = ""
        /// Memory bandwidth, of the default group.
        public var memoryBandwidthSchemaRoot = ""
        /// Memory bandwidth, of the container's group.
        public var memoryBandwidthSchema = ""
        /// Bytes of each L3 cache in use.
        public var cacheOccupancy: [UInt64] = []
        /// Bytes moved, for each L3 cache.
        public var memoryBandwidth: [Bandwidth] = []

        /// Bytes that went between a cache and memory.
        public struct Bandwidth: Sendable, Equatable {
            /// All of them.
            public var total: UInt64
            /// Those of the memory beside the cache.
            public var local: UInt64

            /// Some bytes.
            public init(total: UInt64, local: UInt64) {
                self.total = total
                self.local = local
            }
        }

        /// No group.
        public init() {}
    }

    /// A network interface: /proc/PID/net/dev.
    public struct NetworkInterface: Sendable, Equatable {
        /// Its name in the container.
        public var name: String
        /// What was received.
        public var received = Traffic()
        /// What was sent.
        public var sent = Traffic()

        /// An interface without traffic.
        public init(name: String) {
            self.name = name
        }

        /// Traffic in one direction.
        public struct Traffic: Sendable, Equatable {
            /// Bytes.
            public var bytes: UInt64 = 0
            /// Packets.
            public var packets: UInt64 = 0
            /// Packets with errors.
            public var errors: UInt64 = 0
            /// Packets that were dropped.
            public var dropped: UInt64 = 0

            /// None.
            public init() {}
        }
    }
}
