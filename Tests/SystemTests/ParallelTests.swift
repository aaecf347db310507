import CLinux
import Glibc
import Synchronization
import System
import Testing

@Suite struct ParallelTests {
    @Test(
        "the order is the elements', however many there are",
        arguments: [0, 1, 31, 32, 63, 64, 65, 1000, 100_000])
    func order(count: Int) {
        #expect(Parallel.map(Array(0..<count)) { $0 * 2 } == (0..<count).map { $0 * 2 })
    }

    @Test("each element is looked at once")
    func once() {
        let seen = Mutex<[Int]>([])
        _ = Parallel.map(Array(0..<1000)) { element in seen.withLock { $0.append(element) } }
        #expect(seen.withLock { $0.sorted() } == Array(0..<1000))
    }

    @Test("one that takes long keeps but a few others waiting", .enabled(if: skep_linux_processors() > 1))
    func uneven() {
        let others = Mutex(0), meanwhile = Mutex(0)
        _ = Parallel.map(Array(0..<1000)) { element in
            if element > 0 { return others.withLock { $0 += 1 } }
            for _ in 0..<10_000 where others.withLock({ $0 }) < 900 { usleep(1000) }
            meanwhile.withLock { $0 = others.withLock { $0 } }
        }
        #expect(meanwhile.withLock { $0 } >= 900)
    }

    @Test("another thread leaves the caller its processor", .enabled(if: skep_linux_processors() > 1))
    func elsewhere() {
        let caller = UInt(pthread_self()), processors = skep_linux_processors()
        let others = Mutex<Set<CInt>>([])
        _ = Parallel.map(Array(0..<64)) { element in
            if element == 0 { for _ in 0..<10_000 where others.withLock(\.isEmpty) { usleep(1000) } }
            if UInt(pthread_self()) != caller { others.withLock { _ = $0.insert(skep_linux_processors()) } }
        }
        #expect(others.withLock { $0 } == [processors - 1])
    }

    @Test("few are not worth a thread")
    func few() {
        let threads = Mutex<Set<UInt>>([])
        _ = Parallel.map(Array(0..<63)) { element in
            // For long enough that another would have taken the rest.
            if element == 0 { usleep(50_000) }
            threads.withLock { _ = $0.insert(UInt(pthread_self())) }
        }
        #expect(threads.withLock { $0 } == [UInt(pthread_self())])
    }
}
