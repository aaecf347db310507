import Glibc
import Synchronization

/// Work that goes on beside a test: on a thread of its own, since the tests' own threads may all be waiting for it.
final class Background<Value: Sendable>: Sendable {
    private let thread: pthread_t
    private let outcome: Outcome

    private final class Outcome: Sendable {
        let work: @Sendable () -> Value
        let value = Mutex<Value?>(nil)

        init(_ work: @escaping @Sendable () -> Value) {
            self.work = work
        }

        func run() {
            let result = work()
            value.withLock { $0 = result }
        }
    }

    init(_ work: @escaping @Sendable () -> Value) {
        let outcome = Outcome(work)
        self.outcome = outcome
        // The thread is type-erased by what it is given.
        let box = Unmanaged.passRetained(Runnable(run: { outcome.run() }))
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

    /// Waits for the work's end.
    func value() -> Value {
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
