public import Skep

extension Container {
    /// Waits until the container's init has ended, without blocking a thread of the concurrency runtime's.
    ///
    /// - Returns: how it ended; nil where this process is not its parent, since only a parent is told.
    public func wait() async throws(ContainerError) -> ExitStatus? {
        let outcome = await withCheckedContinuation { continuation in
            BlockingThread.run {
                continuation.resume(returning: Result { () throws(ContainerError) in try self.wait() })
            }
        }
        return try outcome.get()
    }
}
