import OCI
import Testing

@testable import Planning

@Suite("Time namespaces") struct TimeNamespaceTests {
    private func spec(path: String? = nil, _ offsets: Linux.TimeOffsets?) -> Spec {
        .container { spec in
            spec.linux?.namespaces.append(Namespace(type: .time, path: path))
            spec.linux?.timeOffsets = offsets
        }
    }

    @Test("It is made by way of a mediator, and needs no offsets") func made() throws {
        let plan = try spec(nil).plan()
        #expect(plan.cloneFlags & CloneFlag.time != 0)
        #expect(plan.needsMediator)
        #expect(plan.clocks.isEmpty)
        #expect(plan.userNamespace == nil)
    }

    @Test("Its clocks, as the kernel takes them") func clocks() throws {
        let offsets = Linux.TimeOffsets(
            boottime: Linux.TimeOffset(secs: -3, nanosecs: 999_999_999), monotonic: Linux.TimeOffset(secs: 7))
        let plan = try spec(offsets).plan()
        #expect(plan.clocks.map(\.text) == ["monotonic 7 0", "boottime -3 999999999"])
        #expect(plan.clocks.map(\.origin.description) == ["linux.timeOffsets.monotonic", "linux.timeOffsets.boottime"])
    }

    @Test("Nanoseconds make no second", arguments: [1_000_000_000, UInt32.max]) func nanoseconds(count: UInt32) {
        let offset = Linux.TimeOffset(secs: 0, nanosecs: count)
        let message = "nanosecs: must lie between 0 and 999999999, not \(count)"
        #expect(spec(Linux.TimeOffsets(boottime: offset)).refusal() == "linux.timeOffsets.boottime.\(message)")
        #expect(spec(Linux.TimeOffsets(monotonic: offset)).refusal() == "linux.timeOffsets.monotonic.\(message)")
    }

    @Test("The host's clocks, and those of others, are not the container's to set") func others() {
        let offsets = Linux.TimeOffsets(monotonic: Linux.TimeOffset(secs: 1))
        #expect(
            Spec.container { $0.linux?.timeOffsets = offsets }.refusal()
                == "linux.timeOffsets: would change the host's clocks; "
                + "add a namespace of type \"time\" to linux.namespaces")
        #expect(
            spec(path: "/ns/time", offsets).refusal()
                == "linux.timeOffsets: a time namespace that is joined keeps the clocks that it has")
    }

    @Test("No offsets at all are none") func empty() {
        #expect(Spec.container { $0.linux?.timeOffsets = Linux.TimeOffsets() }.refusal() == nil)
        #expect(spec(path: "/ns/time", Linux.TimeOffsets()).refusal() == nil)
    }

    @Test("One that is joined needs a mediator, too") func joined() throws {
        let plan = try spec(path: "/ns/time", nil).plan()
        #expect(plan.cloneFlags & CloneFlag.time == 0)
        #expect(plan.needsMediator)
        #expect(plan.joinedNamespaces.map(\.path) == ["/ns/time"])
    }

    @Test("exec joins it with the others") func exec() throws {
        let plan = try Planner.planJoining(spec(nil), process: Process(args: ["a"], cwd: "/"))
        guard case .joinProcess(_, let kinds, _)? = plan.steps.first?.action else {
            Issue.record("it begins otherwise")
            return
        }
        #expect(kinds & CloneFlag.time != 0)
        #expect(!plan.needsMediator)
    }
}
