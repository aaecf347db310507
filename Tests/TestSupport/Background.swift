internal import Glibc
internal import Synchronization

/// Work that goes on beside a test: on a thread of its own, since the tests' own threads may all be waiting for it.
package final class Background<Value: Sendable>: Sendable {
    private let thread: pthread_t
    private let outcome = Outcome()

    private final class Outcome: Sendable {
        let value = Mutex<Value?>(nil)
    }

    package init(_ work: @escaping @Sendable () -> Value) {
        let outcome = outcome
        // The thread is type-erased by what it is given.
        let box = Unmanaged.passRetained(
            Runnable {
                let result = work()
                outcome.value.withLock { $0 = result }
            })
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { box in
                guard let box else { return nil }
                Unmanaged<Runnable>.fromOpaque(box).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        precondition(result == 0, "pthread_create: \(result)")
        self.thread = thread
    }

    /// Waits for the work's end. To be called once.
    package func value() -> Value {
        pthread_join(thread, nil)
        guard let value = outcome.value.withLock({ $0 }) else { preconditionFailure("the thread has ended") }
        return value
    }
}

/// Something to run, for a C callback.
private final class Runnable: Sendable {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}
