import Glibc
public import SystemPackage

/// Makes a system call that reports failure as -1 and errno. `retrying` repeats it when a signal interrupts it; not
/// for close, whose descriptor is gone either way.
///
/// errno is read before anything else can touch it.
@inlinable
package func systemCall<Value: SignedInteger>(
    retrying: Bool = true, _ call: () -> Value
) throws(Errno) -> Value {
    while true {
        let result = call()
        if result != -1 { return result }
        let error = currentErrno()
        if error == .interrupted && retrying { continue }
        throw error
    }
}

/// The same with a path or a text, which is lent as a C string: where a String is handed to C, it is copied first.
@inlinable
package func systemCall<Value: SignedInteger>(
    _ text: String, _ call: (UnsafePointer<CChar>) -> Value
) throws(Errno) -> Value {
    try systemCall { text.withCString { call($0) } }
}

/// The calling thread's errno.
@usableFromInline
package func currentErrno() -> Errno {
    Errno(rawValue: Glibc.errno)
}
