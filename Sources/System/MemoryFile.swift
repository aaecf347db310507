internal import CLinux
internal import Glibc
internal import SystemPackage

extension Descriptor {
    /// A file in memory that nothing else has a name for.
    ///
    /// - Parameters:
    ///   - name: what /proc/PID/fd shows.
    ///   - bytes: its content; reading begins at its start.
    /// - Returns: the file, readable and writable.
    /// - Throws: what memfd_create(2) or write(2) failed with.
    public static func memoryFile(_ name: String, _ bytes: [UInt8] = []) throws(SystemError) -> Descriptor {
        let number: CInt
        do {
            number = try systemCall { skep_linux_memory_file(name) }
        } catch {
            throw SystemError("memfd_create", name, error)
        }
        let file = Descriptor(owning: number)
        if !bytes.isEmpty {
            try file.write(bytes, path: name)
            lseek(number, 0, SEEK_SET)
        }
        return file
    }

    /// The last bytes of a file, at most `count`.
    public borrowing func tail(_ count: Int) -> [UInt8] {
        let size = Int(lseek(number, 0, SEEK_END))
        let wanted = min(max(size, 0), count)
        return [UInt8](unsafeUninitializedCapacity: wanted) { buffer, initialized in
            initialized = max(pread(number, buffer.baseAddress, wanted, off_t(size - wanted)), 0)
        }
    }

    /// A stream socket connected to the one at `path`.
    public static func connected(to path: String) throws(SystemError) -> Descriptor {
        do {
            return Descriptor(owning: try systemCall { skep_linux_connect(path) })
        } catch {
            throw SystemError("connect", path, error)
        }
    }
}
