internal import Glibc

/// What libFuzzer calls. The program is every target, by the name that it is called by.
enum Fuzz {
    static let targets: [(name: String, run: @Sendable ([UInt8]) -> Void)] = [
        ("config", ConfigurationTarget.run), ("state", StateTarget.run), ("resources", ResourcesTarget.run),
        ("networks", NetworksTarget.run), ("seccomp", FilterTarget.run), ("cache", FilterTarget.runCache),
        ("properties", TextTarget.runProperties), ("words", TextTarget.runWords), ("kernel", TextTarget.runKernel),
        ("dbus", MessageTarget.runBus), ("netlink", MessageTarget.runNetlink),
    ]

    nonisolated(unsafe) static var run: ([UInt8]) -> Void = { _ in }
}

/// Ends the program if a property does not hold; also where optimisation takes assertions away.
func demand(_ condition: Bool, _ what: @autoclosure () -> String = "", line: UInt = #line, file: StaticString = #file) {
    if !condition { fatalError(what(), file: file, line: line) }
}

@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<CInt>,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
    let path = words.pointee[0].map { String(cString: $0) } ?? ""
    guard let target = Fuzz.targets.first(where: { path.hasSuffix("/" + $0.name) }) else {
        for target in Fuzz.targets { print(target.name) }
        exit(count.pointee == 1 ? 0 : 2)
    }
    Fuzz.run = target.run
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    Fuzz.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
