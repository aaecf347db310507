internal import CLinux
internal import Glibc
internal import Synchronization

/// Work on many things at once, by threads that end with it.
public enum Parallel {
    /// So many are done faster than a thread is made for them.
    private static let leastShare = 64
    private static let mostThreads = 8

    /// What `transform` makes of each element, in the elements' order.
    ///
    /// Each thread takes a part of its own, as long as others. Where no thread is to be had, the caller's does it all.
    public static func map<Element: Sendable, Value: Sendable>(
        _ elements: [Element], _ transform: @escaping @Sendable (Element) -> Value
    ) -> [Value] {
        let count = min(elements.count / leastShare, mostThreads, processors)
        if count < 2 { return elements.map(transform) }
        let values = (0..<count).map { _ in Slot<[Value]>([]) }
        let parts = values.enumerated().map { number, slot in
            let share = elements[elements.count * number / count..<elements.count * (number + 1) / count]
            return Work { slot.value.withLock { $0 = share.map(transform) } }
        }
        let threads = parts.dropFirst().map { start($0) }
        parts[0].run()
        for (thread, part) in zip(threads, parts.dropFirst()) {
            if let thread { pthread_join(thread, nil) } else { part.run() }
        }
        return values.flatMap { $0.value.withLock { $0 } }
    }

    private final class Slot<Value: Sendable>: Sendable {
        let value: Mutex<Value>

        init(_ value: Value) { self.value = Mutex(value) }
    }

    private final class Work: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Nil if there can be no thread.
    private static func start(_ work: Work) -> pthread_t? {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(work)
        let error = pthread_create(
            &thread, nil,
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
