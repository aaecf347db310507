internal import CLinux
internal import Glibc
internal import Synchronization

/// Work on many things at once, by threads that end with it.
public enum Parallel {
    /// So many are done faster than a thread is made for them.
    private static let leastShare = 32
    private static let mostThreads = 8

    /// What `transform` makes of each element, in the elements' order.
    ///
    /// Each thread takes some at a time, as one may begin late or be slower. Where no thread is to be had, the caller's
    /// does it all.
    public static func map<Element: Sendable, Value: Sendable>(
        _ elements: [Element], _ transform: @escaping @Sendable (Element) -> Value
    ) -> [Value] {
        let count = min(elements.count / leastShare, mostThreads, processors)
        if count < 2 { return elements.map(transform) }
        let parts = Parts<Value>()
        let work = Work {
            while let start = parts.take(of: elements.count) {
                parts.add(elements[start..<min(start + portion, elements.count)].map(transform), at: start)
            }
        }
        // Behind its maker a thread can wait for milliseconds: a virtual machine's kernel does not take a processor for
        // idle that its host has asleep.
        let own = skep_linux_processor()
        let threads = (1..<count).map { _ in start(work, off: own) }
        work.run()
        for thread in threads {
            if let thread { pthread_join(thread, nil) }
        }
        return parts.inOrder
    }

    /// So many a thread takes at a time.
    private static let portion = 8

    /// What has been taken, and what has come of it.
    private final class Parts<Value: Sendable>: Sendable {
        private let state = Mutex((next: 0, done: [(start: Int, values: [Value])]()))

        /// Where the next portion starts; nil if all are taken.
        func take(of count: Int) -> Int? {
            state.withLock { state in
                if state.next >= count { return nil }
                defer { state.next += portion }
                return state.next
            }
        }

        func add(_ values: [Value], at start: Int) {
            state.withLock { $0.done.append((start, values)) }
        }

        var inOrder: [Value] {
            state.withLock { $0.done.sorted { $0.start < $1.start }.flatMap(\.values) }
        }
    }

    private final class Work: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// A thread that is kept off a processor. Nil if there can be none.
    private static func start(_ work: Work, off processor: CInt) -> pthread_t? {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(work)
        let error = skep_linux_thread_off(
            processor, &thread,
            { argument in
                if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, argument.toOpaque())
        if error == 0 { return thread }
        argument.release()
        return nil
    }

    /// How many the calling thread may run on.
    private static var processors: Int { max(Int(skep_linux_processors()), 1) }
}
