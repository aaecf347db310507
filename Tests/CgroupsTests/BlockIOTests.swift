@testable import Cgroups
import OCI
import Testing

@Suite("Block devices") struct BlockIOTests {
    static let full = Resources(
        blockIO: .init(
            weight: 10, leafWeight: 20,
            weightDevice: [.init(major: 8, minor: 0, weight: 1000, leafWeight: 30), .init(major: 8, minor: 1)],
            throttleReadBpsDevice: [.init(major: 8, minor: 0, rate: 1)],
            throttleWriteBpsDevice: [.init(major: 8, minor: 0, rate: 0)],
            throttleReadIOPSDevice: [.init(major: 8, minor: 0, rate: 3)],
            throttleWriteIOPSDevice: [.init(major: 8, minor: 16, rate: .max)]))

    @Test("Version 1, with BFQ's files") func legacy() {
        #expect(
            lines(BlockIO.legacy(Self.full) { _ in false }) == [
                "blkio.bfq.weight=10", "blkio.leaf_weight=20", "blkio.bfq.weight_device=8:0 1000",
                "blkio.leaf_weight_device=8:0 30", "blkio.throttle.read_bps_device=8:0 1",
                "blkio.throttle.write_bps_device=8:0 0", "blkio.throttle.read_iops_device=8:0 3",
                "blkio.throttle.write_iops_device=8:16 18446744073709551615",
            ])
    }

    @Test("Version 1, with the files of older schedulers") func older() {
        let files = lines(BlockIO.legacy(Self.full) { $0 == "blkio.weight" || $0 == "blkio.weight_device" })
        #expect(files.contains("blkio.weight=10") && files.contains("blkio.weight_device=8:0 1000"))
    }

    @Test("Version 2, with BFQ's weights") func unified() {
        #expect(
            lines(BlockIO.unified(Self.full) { $0 == "io.bfq.weight" }) == [
                "io.bfq.weight=default 10", "io.bfq.weight=8:0 1000", "io.max=8:0 rbps=1", "io.max=8:0 wbps=max",
                "io.max=8:0 riops=3", "io.max=8:16 wiops=18446744073709551615",
            ])
    }

    @Test(
        "Version 2, with io.weight's own range",
        arguments: [(10, 1), (11, 11), (100, 910), (500, 4950), (1000, 10_000)])
    func costWeight(weight: UInt16, expected: UInt16) {
        #expect(
            lines(BlockIO.unified(Resources(blockIO: .init(weight: weight))) { _ in false })
                == ["io.weight=default \(expected)"])
    }

    @Test("0 and nothing say nothing") func nothing() {
        for blockIO in [nil, .init(), .init(weight: 0, leafWeight: 0)] as [Resources.BlockIO?] {
            #expect(BlockIO.legacy(Resources(blockIO: blockIO)) { _ in true }.isEmpty)
            #expect(BlockIO.unified(Resources(blockIO: blockIO)) { _ in true }.isEmpty)
        }
    }
}
