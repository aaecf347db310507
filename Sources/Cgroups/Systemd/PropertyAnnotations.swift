internal import DBus
internal import System

extension UnitProperties {
    /// What annotations that tell of a unit's property begin with; crun and runc have them too.
    package static let annotationPrefix = "org.systemd.property."

    /// The properties that annotations ask for: "org.systemd.property.NAME", with the value in GVariant's text format.
    /// The name of a time may end in Sec, as unit files have it: its value is in seconds then.
    ///
    /// - Parameter annotations: the configuration's, whatever they are about.
    /// - Returns: the properties, in the order of their names.
    /// - Throws: `ManagerRefusal` for one that is no property.
    package static func annotations(_ annotations: [String: String]) throws(ManagerRefusal) -> [UnitProperty] {
        var properties: [UnitProperty] = []
        for (annotation, text) in annotations {
            guard let name = annotation.after(annotationPrefix) else { continue }
            let origin = "annotations." + annotation
            if name.utf8.count < 3 || !name.utf8.allSatisfy(isLetter) {
                throw ManagerRefusal(origin, "\"\(name)\" is no name of a property")
            }
            do {
                let value = try VariantText.value(text)
                properties.append(try property(name, value))
            } catch {
                throw ManagerRefusal(
                    origin, "\(text): \(error.reason)",
                    hint: "values are written as in GVariant's text format: 'text', true, uint64 5, ['a', 'b']")
            }
        }
        return properties.sorted { $0.name < $1.name }
    }

    private static func property(_ name: String, _ value: Value) throws(VariantText.Failure) -> UnitProperty {
        guard let stem = stem(ofSeconds: name) else { return UnitProperty(name, value) }
        guard let microseconds = microseconds(value) else {
            throw VariantText.Failure(reason: "is no number of seconds")
        }
        return UnitProperty(stem + "USec", .uint64(microseconds))
    }

    /// "TimeoutStop" of "TimeoutStopSec"; nil for a name that does not end like this, and for one in "USec".
    private static func stem(ofSeconds name: String) -> String? {
        let suffix = "Sec".utf8
        let stem = name.utf8.dropLast(suffix.count)
        guard name.utf8.suffix(suffix.count).elementsEqual(suffix), let last = stem.last,
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= last
        else { return nil }
        return String(decoding: Array(stem), as: UTF8.self)
    }

    private static func microseconds(_ value: Value) -> UInt64? {
        if case .double(let number) = value { return UInt64(exactly: (number * 1_000_000).rounded()) }
        let seconds: UInt64? =
            switch value {
            case .byte(let number): UInt64(number)
            case .int16(let number): UInt64(exactly: number)
            case .uint16(let number): UInt64(number)
            case .int32(let number): UInt64(exactly: number)
            case .uint32(let number): UInt64(number)
            case .int64(let number): UInt64(exactly: number)
            case .uint64(let number): number
            default: nil
            }
        guard let seconds else { return nil }
        let (product, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000)
        return isTooLarge ? nil : product
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
    }
}
