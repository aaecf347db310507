package import Glibc

/// The content of a file below `Tests/OCITests/Fixtures`.
package func fixture(_ name: String) throws -> [UInt8] {
    let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    return try contents(ofFile: "/\(tests)/OCITests/Fixtures/\(name)")
}

/// The content of a file.
package func contents(ofFile path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { throw FixtureError(path: path, errno: errno) }
    defer { fclose(file) }
    return contents(of: file)
}

/// The rest of a stream.
package func contents(of file: UnsafeMutablePointer<FILE>) -> [UInt8] {
    var bytes = [UInt8]()
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = fread(&chunk, 1, chunk.count, file)
        if count == 0 { return bytes }
        bytes += chunk[..<count]
    }
}

package struct FixtureError: Error {
    package var path: String
    package var errno: Int32

    package init(path: String, errno: Int32) {
        self.path = path
        self.errno = errno
    }
}
