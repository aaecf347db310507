import Glibc
import SystemPackage

/// Leaves an error for the calling thread, as a system call would.
func setErrno(_ error: Errno) {
    errno = error.rawValue
}
