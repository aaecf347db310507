import DBus

/// Messages of every kind, with values of every type.
enum Samples {
    static let values: [Value] = [
        .byte(7), .boolean(true), .int16(-2), .uint16(65_535), .int32(-3), .uint32(4_000_000_000), .int64(.min),
        .uint64(.max), .double(-0.5), .string("ä€"), .string(""), .objectPath("/"), .objectPath("/a/b_1"),
        .signature("a(sv)"), .signature(""), .array(element: "u", [.uint32(1), .uint32(2)]), .array(element: "t", []),
        .structure([.byte(1), .uint64(2), .string("x")]),
        .array(element: "{sv}", [.dictionaryEntry(.string("k"), .variant(.array(element: "y", [.byte(1)])))]),
        .variant(.variant(.structure([.boolean(false)]))),
        .array(element: "a(sa(sv))", [.array(element: "(sa(sv))", [])]),
    ]

    static let call = Message(
        .call, serial: 9, destination: "org.freedesktop.systemd1", path: "/org/freedesktop/systemd1",
        interface: "org.freedesktop.systemd1.Manager", member: "StartTransientUnit", body: values)

    static let messages = [
        call, Message(.call, serial: 1, isUnanswered: true, path: "/", member: "Ping"),
        Message(.reply, serial: 2, replySerial: 9, sender: ":1.1", body: [.objectPath("/job/1")]),
        Message(.error, serial: 3, replySerial: 9, errorName: "a.b.C", body: [.string("text")]),
        Message(.signal, serial: .max, path: "/a", interface: "a.b", member: "JobRemoved", body: [.uint32(1)]),
    ]
}
