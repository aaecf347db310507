import CLinux
public import SystemPackage

extension Errno {
    /// The symbolic name of the error ("ENOENT"), or its number where the C library knows no name.
    public var name: String {
        skep_linux_error_name(rawValue).map { String(cString: $0) } ?? "errno \(rawValue)"
    }

    /// The error in the C library's words ("No such file or directory").
    public var text: String {
        skep_linux_error_text(rawValue).map { String(cString: $0) } ?? "Unknown error \(rawValue)"
    }
}
