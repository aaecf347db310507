import Glibc
internal import CLinux
internal import CPlan
internal import System
internal import SystemPackage

/// The page on which the bootstrap keeps what it is doing, for when it can't say it any more.
struct InitBoard: ~Copyable {
    let descriptor: Descriptor
    private let page: UnsafeMutableRawPointer
    private let size: Int
    private let timed: Int

    /// - Parameters:
    ///   - timed: for how many steps it is to keep when they were begun.
    ///   - awaited: how many steps are to be begun when who waits for that is woken; 0 for none.
    /// - Throws: why there is no memory for it.
    init(timed: Int = 0, awaited: Int = 0) throws(SystemError) {
        var mapping: UnsafeMutableRawPointer?
        let number: CInt
        let size = MemoryLayout<skep_board>.size + timed * MemoryLayout<UInt64>.size
        self.size = size
        self.timed = timed
        do {
            number = try systemCall { skep_linux_shared_memory("skep-board", size, &mapping) }
        } catch {
            throw SystemError("memfd_create", "skep-board", error)
        }
        guard let mapping else { preconditionFailure("skep_linux_shared_memory succeeds with a mapping") }
        descriptor = Descriptor(owning: number)
        page = mapping
        if awaited > 0 { mapping.assumingMemoryBound(to: skep_board.self).pointee.awaited = UInt32(awaited) }
        if timed > 0 { mapping.assumingMemoryBound(to: skep_board.self).pointee.timed = UInt32(timed) }
    }

    deinit {
        munmap(page, size)
    }

    /// What the init had to report last; nil where nothing failed.
    var report: skep_report? {
        let report = page.load(as: skep_board.self).report
        return report.kind == SKEP_REPORT_ERROR.rawValue ? report : nil
    }

    /// The number, in the init, of its filter's listener; nil while there is none.
    var listener: CInt? {
        let listener = page.load(as: skep_board.self).listener
        return listener > 0 ? listener - 1 : nil
    }

    /// The child that goes on in the init's place; nil while there is none.
    var successor: Int32? {
        let successor = page.load(as: skep_board.self).successor
        return successor > 0 ? successor : nil
    }

    /// When the steps were begun, as far as that is known.
    var times: [UInt64] {
        let times = page.advanced(by: MemoryLayout<skep_board>.size).assumingMemoryBound(to: UInt64.self)
        return Array(UnsafeBufferPointer(start: times, count: min(timed, begun)).prefix { $0 > 0 })
    }

    /// The number of steps that were begun.
    var begun: Int { Int(begunWord.pointee) }

    /// Waits until as many steps as are awaited have been begun, or that time is over. False if they were already.
    @discardableResult
    func wait(milliseconds: UInt32) -> Bool {
        let begun = begunWord.pointee
        if begun >= page.load(as: skep_board.self).awaited { return false }
        skep_linux_wait_while(begunWord, begun, milliseconds)
        return true
    }

    private var begunWord: UnsafePointer<UInt32> { UnsafePointer(page.assumingMemoryBound(to: UInt32.self)) }
}
