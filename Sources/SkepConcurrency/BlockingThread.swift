internal import Glibc

/// Threads for what blocks, so that it blocks nobody else.
enum BlockingThread {
    /// Runs `body` on a thread of its own.
    static func run(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Body(body))
        var thread = pthread_t()
        let error = pthread_create(&thread, nil, runBody, box.toOpaque())
        guard error != 0 else {
            pthread_detach(thread)
            return
        }
        // No thread to be had: then this one waits.
        box.takeRetainedValue().run()
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    private static let runBody: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { pointer in
        if let pointer { Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run() }
        return nil
    }
}
