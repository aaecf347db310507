import Glibc
internal import CLinux
internal import CPlan
internal import System
internal import SystemPackage

/// The page on which the bootstrap keeps what it is doing, for when it can't say it any more.
struct InitBoard: ~Copyable {
    let descriptor: Descriptor
    private let page: UnsafeMutableRawPointer

    init() throws(SystemError) {
        var mapping: UnsafeMutableRawPointer?
        let number: CInt
        do {
            number = try systemCall { skep_linux_shared_page("skep-board", &mapping) }
        } catch {
            throw SystemError("memfd_create", "skep-board", error)
        }
        guard let mapping else { preconditionFailure("skep_linux_shared_page succeeds with a mapping") }
        descriptor = Descriptor(owning: number)
        page = mapping
    }

    deinit {
        munmap(page, Int(sysconf(Int32(_SC_PAGESIZE))))
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

    /// The number of steps that were begun.
    var begun: Int {
        Int(page.load(as: skep_board.self).begun)
    }
}
