public import Skep

extension RunningProcess {
    /// Waits for the process's end, without blocking a thread of the concurrency runtime's.
    ///
    /// - Returns: how it ended; nil where this program is not its parent, since only a parent is told.
    public func wait() async throws(ContainerError) -> ExitStatus? {
        try await blocking { () throws(ContainerError) in try self.wait() }
    }
}

extension Container {
    /// Waits until the container's init has ended, without blocking a thread of the concurrency runtime's.
    ///
    /// - Returns: how it ended; nil where this program is not its parent, since only a parent is told.
    public func wait() async throws(ContainerError) -> ExitStatus? {
        try await blocking { () throws(ContainerError) in try self.wait() }
    }
}

private func blocking(
    _ body: @escaping @Sendable () throws(ContainerError) -> ExitStatus?
) async throws(ContainerError) -> ExitStatus? {
    let outcome = await withCheckedContinuation { continuation in
        BlockingThread.run { continuation.resume(returning: Result(catching: body)) }
    }
    return try outcome.get()
}
