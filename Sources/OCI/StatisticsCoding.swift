extension Statistics: JSONObjectEncodable {
    /// Writes the data of an event.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("cpu", cpu)
        object.set("cpuset", cpuset)
        object.set("memory", memory)
        object.set("pids", pids)
        object.set("blkio", blockIO)
        object.set("hugetlb", hugepages)
        object.setIfPresent("rdma", rdma)
        object.set("intel_rdt", resourceControl)
        object.set("network_interfaces", networkInterfaces)
    }
}

extension Statistics.Pressure: JSONObjectEncodable {
    /// Writes a `psi`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("some", some)
        object.set("full", full)
    }
}

extension Statistics.Pressure.Shares: JSONObjectEncodable {
    /// Writes a line of a `psi`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("avg10", average10)
        object.set("avg60", average60)
        object.set("avg300", average300)
        object.set("total", total)
    }
}

extension Statistics.CPU: JSONObjectEncodable {
    /// Writes `cpu`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("usage", Usage(cpu: self))
        object.set("throttling", Throttling(cpu: self))
        if burstPeriods != 0 { object.set("burst", Burst(cpu: self)) }
        object.setIfPresent("psi", pressure)
    }

    private struct Burst: JSONObjectEncodable {
        let cpu: Statistics.CPU

        func encode(into object: borrowing JSONObjectBuilder) {
            object.set("periods", cpu.burstPeriods)
            object.set("time", cpu.burstTime)
        }
    }

    private struct Usage: JSONObjectEncodable {
        let cpu: Statistics.CPU

        func encode(into object: borrowing JSONObjectBuilder) {
            object.setIfNonzero("total", cpu.total)
            object.setIfPresent("percpu", cpu.perCPU)
            object.setIfPresent("percpu_kernel", cpu.perCPUKernel)
            object.setIfPresent("percpu_user", cpu.perCPUUser)
            object.set("kernel", cpu.kernel)
            object.set("user", cpu.user)
        }
    }

    private struct Throttling: JSONObjectEncodable {
        let cpu: Statistics.CPU

        func encode(into object: borrowing JSONObjectBuilder) {
            object.setIfNonzero("periods", cpu.periods)
            object.setIfNonzero("throttledPeriods", cpu.throttledPeriods)
            object.setIfNonzero("throttledTime", cpu.throttledTime)
        }
    }
}

extension Statistics.CPUSet: JSONObjectEncodable {
    /// Writes `cpuset`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("cpus", cpus)
        object.set("cpu_exclusive", cpuExclusive)
        object.setIfPresent("mems", mems)
        object.set("mem_hardwall", memHardwall)
        object.set("mem_exclusive", memExclusive)
        object.set("memory_migrate", memoryMigrate)
        object.set("memory_spread_page", memorySpreadPage)
        object.set("memory_spread_slab", memorySpreadSlab)
        object.set("memory_pressure", memoryPressure)
        object.set("sched_load_balance", schedLoadBalance)
        object.set("sched_relax_domain_level", schedRelaxDomainLevel)
    }
}

extension Statistics.Memory: JSONObjectEncodable {
    /// Writes `memory`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfNonzero("cache", cache)
        object.set("usage", usage)
        object.set("swap", swap)
        object.set("kernel", kernel)
        object.set("kernelTCP", kernelTCP)
        object.setIfPresent("raw", raw)
        object.setIfPresent("psi", pressure)
    }
}

extension Statistics.Memory.Use: JSONObjectEncodable {
    /// Writes an entry of `memory`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("limit", limit)
        object.setIfNonzero("usage", usage)
        object.setIfNonzero("max", max)
        object.set("failcnt", failcnt)
    }
}

extension Statistics.Pids: JSONObjectEncodable {
    /// Writes `pids`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfNonzero("current", current)
        object.setIfNonzero("limit", limit)
    }
}

extension Statistics.BlockIO: JSONObjectEncodable {
    /// Writes `blkio`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("ioServiceBytesRecursive", serviceBytes)
        object.setIfPresent("ioServicedRecursive", serviced)
        object.setIfPresent("psi", pressure)
    }
}

extension Statistics.BlockIO.Entry: JSONObjectEncodable {
    /// Writes an entry of `blkio`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfNonzero("major", major)
        object.setIfNonzero("minor", minor)
        object.setIfPresent("op", operation)
        object.setIfNonzero("value", value)
    }
}

extension Statistics.Hugepages: JSONObjectEncodable {
    /// Writes a value of `hugetlb`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfNonzero("usage", usage)
        object.setIfNonzero("max", max)
        object.set("failcnt", failcnt)
    }
}

extension Statistics.Rdma: JSONObjectEncodable {
    /// Writes a value of `rdma`, which runc does not have.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("hcaHandles", hcaHandles)
        object.set("hcaObjects", hcaObjects)
        object.setIfPresent("hcaHandlesLimit", handleLimit)
        object.setIfPresent("hcaObjectsLimit", objectLimit)
    }
}

extension Statistics.ResourceControl: JSONObjectEncodable {
    /// Writes `intel_rdt`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("l3_cache_schema_root", l3CacheSchemaRoot)
        object.setIfPresent("l3_cache_schema", l3CacheSchema)
        object.setIfPresent("mem_bw_schema_root", memoryBandwidthSchemaRoot)
        object.setIfPresent("mem_bw_schema", memoryBandwidthSchema)
        object.setIfPresent("mbm_stats", memoryBandwidth)
        object.setIfPresent("cmt_stats", cacheOccupancy.map(Occupancy.init))
    }

    private struct Occupancy: JSONObjectEncodable {
        let bytes: UInt64

        func encode(into object: borrowing JSONObjectBuilder) {
            object.set("llc_occupancy", bytes)
        }
    }
}

extension Statistics.ResourceControl.Bandwidth: JSONObjectEncodable {
    /// Writes an element of `mbm_stats`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("mbm_total_bytes", total)
        object.set("mbm_local_bytes", local)
    }
}

extension Statistics.NetworkInterface: JSONObjectEncodable {
    /// Writes an element of `network_interfaces`, whose names are those of Go's fields.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("Name", name)
        object.set("RxBytes", received.bytes)
        object.set("RxPackets", received.packets)
        object.set("RxErrors", received.errors)
        object.set("RxDropped", received.dropped)
        object.set("TxBytes", sent.bytes)
        object.set("TxPackets", sent.packets)
        object.set("TxErrors", sent.errors)
        object.set("TxDropped", sent.dropped)
    }
}
