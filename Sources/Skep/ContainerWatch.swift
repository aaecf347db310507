internal import Cgroups
internal import Glibc
package import System
internal import SystemPackage

/// What happens to a container, as it happens.
package struct ContainerWatch: ~Copyable {
    /// Something that happened.
    package enum Event: Sendable, Equatable {
        /// The kernel's OOM killer has struck.
        case outOfMemory
        /// The init has ended: nothing more will happen.
        case ended
        /// Nothing, until the deadline.
        case deadline
    }

    private let initProcess: ProcessHandle
    private var memory: OutOfMemoryWatch?
    /// What has happened and was not told yet.
    private var strikes = 0
    private var hasEnded = false

    /// `memory` is nil where the kernel does not tell.
    init(_ initProcess: consuming ProcessHandle, _ memory: consuming OutOfMemoryWatch?) {
        self.initProcess = initProcess
        self.memory = memory
    }

    /// Waits for the next event.
    package mutating func next(until deadline: Deadline) throws(ContainerError) -> Event {
        while true {
            if strikes > 0 {
                strikes -= 1
                return .outOfMemory
            }
            if hasEnded { return .ended }
            if try !wait(until: deadline) && deadline.rest == 0 { return .deadline }
        }
    }

    /// Waits until there is something to tell. An end by the OOM killer is told as both.
    private mutating func wait(until deadline: Deadline) throws(ContainerError) -> Bool {
        var waiting = [pollfd(fd: initProcess.number, events: Int16(POLLIN), revents: 0)]
        if let added = Self.entry(memory) { waiting.append(added) }
        do {
            let count = nfds_t(waiting.count)
            let ready = try systemCall { poll(&waiting, count, deadline.rest) }
            if ready == 0 { return false }
        } catch {
            throw ContainerError(SystemError("poll", "process \(initProcess.pid)", error))
        }
        strikes = memory?.strikes() ?? 0
        hasEnded = waiting[0].revents != 0
        return true
    }

    private static func entry(_ watch: borrowing OutOfMemoryWatch?) -> pollfd? {
        switch watch {
        case .some(let watch): pollfd(fd: watch.number, events: watch.events, revents: 0)
        case .none: nil
        }
    }
}
