package import DBus

/// A property of a unit, as systemd's D-Bus interface takes it (org.freedesktop.systemd1(5)).
package struct UnitProperty: Sendable, Equatable {
    package var name: String
    package var value: Value

    package init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }

    /// All of them, each once: of those of one name, the last.
    package static func merged(_ lists: [UnitProperty]...) -> [UnitProperty] {
        var result: [UnitProperty] = []
        for property in lists.joined() {
            if let index = result.firstIndex(where: { $0.name == property.name }) {
                result[index] = property
            } else {
                result.append(property)
            }
        }
        return result
    }

    /// A list of them as an argument of a call.
    static func list(_ properties: [UnitProperty]) -> Value {
        .array(element: "(sv)", properties.map { .structure([.string($0.name), .variant($0.value)]) })
    }
}
