import OCI
import TestSupport
import Testing

@Suite("Syntax") struct SyntaxTests {
    private func parse(_ bytes: [UInt8]) -> String {
        do {
            return String(decoding: try JSONDocument(parsing: bytes).serialized(.compact), as: UTF8.self)
        } catch {
            return error.description
        }
    }

    @Test(
        "Errors say where and what",
        arguments: [
            ("", "line 1, column 1: the document is empty"),
            (" \n\t\r\n", "line 1, column 1: the document is empty"),
            ("{", "line 1, column 2: unexpected end of the document"),
            (#"{"a":"#, "line 1, column 6: unexpected end of the document"),
            (#"{"a":"x"#, "line 1, column 8: unexpected end of the document"),
            ("{\n  \"a\": [1,\n", "line 3, column 1: unexpected end of the document"),
            ("{\n  \"a\": 1,\n  \"b\": @\n}", "line 3, column 8: unexpected character '@'"),
            ("{]", "line 1, column 2: unexpected character ']', expected a property name in double quotes"),
            ("{a:1}", "line 1, column 2: unexpected character 'a', expected a property name in double quotes"),
            (
                #"{"a":1,}"#,
                "line 1, column 8: unexpected character '}', expected a property name in double quotes"
            ),
            ("[1,]", "line 1, column 4: unexpected character ']'"),
            ("[1 2]", "line 1, column 4: unexpected character '2', expected ',' or ']'"),
            (#"{"a" 1}"#, "line 1, column 6: unexpected character '1', expected ':'"),
            (#"{"a":1 "b":2}"#, "line 1, column 8: unexpected character '\"', expected ',' or '}'"),
            (#"{"é":é}"#, "line 1, column 6: unexpected character 'é'"),
            (#"["😀" 😀]"#, "line 1, column 6: unexpected character '😀', expected ',' or ']'"),
            ("{} x", "line 1, column 4: unexpected character 'x'"),
            ("{}\n{}", "line 2, column 1: unexpected character '{'"),
            ("{}\u{0}", "line 1, column 3: unexpected character 0x00"),
            ("[\"a\u{0}b\"]", "line 1, column 4: unexpected character 0x00 in a string"),
            ("// no\n{}", "line 1, column 1: unexpected character '/'"),
            ("{'a':1}", "line 1, column 2: unexpected character ''', expected a property name in double quotes"),
            ("\u{FEFF}{}", "line 1, column 1: unexpected byte order mark"),
            ("[True]", "line 1, column 2: expected 'true' or 'false'"),
            ("[nul]", "line 1, column 5: expected 'null'"),
            ("nul", "line 1, column 4: unexpected end of the document"),
            ("[01]", "line 1, column 3: malformed number"),
            ("[0x10]", "line 1, column 3: malformed number"),
            ("[+1]", "line 1, column 2: unexpected character '+'"),
            (#"["\x"]"#, "line 1, column 4: unexpected character 'x' in a string"),
            (#"["\u00g0"]"#, "line 1, column 7: unexpected character 'g' in a string"),
        ])
    func message(json: String, message: String) {
        #expect(parse(Array(json.utf8)) == message)
    }

    /// What surrounds something in a string: strings are read by eight bytes at a time.
    private static let surroundings: [(start: String, end: String)] = (0...17).flatMap { before in
        (0...9).map { (String(repeating: "a", count: before), String(repeating: "z", count: $0)) }
    }

    @Test(
        "Escapes and characters of several bytes are read wherever they are in a string",
        arguments: [
            ("\\n", "\\n"), ("\\u0041", "A"), ("\\\"", "\\\""), ("\\\\", "\\\\"), ("é", "é"), ("😀", "😀"),
            ("\u{7F}", "\u{7F}"), (" !#[]~", " !#[]~"), ("\\té\\u00e9", "\\téé"),
        ])
    func strings(special: String, written: String) {
        for (start, end) in Self.surroundings {
            #expect(parse(Array("[\"\(start)\(special)\(end)\"]".utf8)) == "[\"\(start)\(written)\(end)\"]")
        }
    }

    @Test("Control characters are refused wherever they are in a string", arguments: [0x00, 0x01, 0x0A, 0x1F])
    func controls(code: UInt8) {
        for (start, end) in Self.surroundings {
            let text = parse(Array("[\"\(start)".utf8) + [code] + Array("\(end)\"]".utf8))
            #expect(text.hasPrefix("line 1, column \(start.count + 3): unexpected character 0x"))
        }
    }

    @Test("White space counts for nothing, however much there is") func whiteSpace() {
        for space in [" ", "\n", "\t", "\r", "\n    "] {
            for count in 0...19 {
                let gap = String(repeating: space, count: count)
                #expect(
                    parse(Array("\(gap){\(gap)\"a\"\(gap):\(gap)[\(gap)1\(gap)]\(gap)}\(gap)".utf8)) == #"{"a":[1]}"#)
                #expect(parse(Array((gap + "@").utf8)).hasSuffix("unexpected character '@'"))
            }
        }
    }

    @Test(
        "What other readers put up with is refused",
        arguments: [
            ("['a']", "line 1, column 2: unexpected character '''"),
            ("[/* no */]", "line 1, column 2: unexpected character '/'"),
            ("[NaN]", "line 1, column 2: expected 'null'"), ("[nan]", "line 1, column 3: expected 'null'"),
            ("[TRUE]", "line 1, column 2: expected 'true' or 'false'"),
            ("[falsy]", "line 1, column 6: expected 'true' or 'false'"),
            ("[Infinity]", "line 1, column 2: unexpected character 'I'"),
            ("[-Infinity]", "line 1, column 3: malformed number"), ("[-]", "line 1, column 3: malformed number"),
            ("[1.]", "line 1, column 4: malformed number"), ("[.5]", "line 1, column 2: unexpected character '.'"),
            ("[-01]", "line 1, column 4: malformed number"), ("[00]", "line 1, column 3: malformed number"),
            ("[1e]", "line 1, column 4: malformed number"), ("[1e+]", "line 1, column 5: malformed number"),
            ("[1.5.5]", "line 1, column 5: malformed number"), ("[1-2]", "line 1, column 3: malformed number"),
            ("[\"a\nb\"]", "line 1, column 4: unexpected character 0x0a in a string"),
            ("{\"a\tb\":1}", "line 1, column 4: unexpected character 0x09 in a string"),
            (#"["\'"]"#, "line 1, column 4: unexpected character ''' in a string"),
            ("[1\u{B}]", "line 1, column 3: unexpected character 0x0b, expected ',' or ']'"),
            ("[\u{A0}1]", "line 1, column 2: unexpected character '\u{A0}'"),
            ("[\u{FFFD}]", "line 1, column 2: unexpected character '\u{FFFD}'"),
        ])
    func strict(json: String, message: String) {
        #expect(parse(Array(json.utf8)) == message)
    }

    @Test(
        "Bytes that are no UTF-8 are refused",
        arguments: [
            ([0x5B, 0x22, 0xFF, 0x22, 0x5D], "line 1, column 3: invalid UTF-8"),
            ([0x5B, 0x0A, 0x22, 0xE2, 0x82, 0x22, 0x5D], "line 2, column 2: invalid UTF-8"),
            ([0xE2], "line 1, column 1: invalid UTF-8"),
            // Overlong, a surrogate, above U+10FFFF, a continuation alone.
            ([0x22, 0xC0, 0x80, 0x22], "line 1, column 2: invalid UTF-8"),
            ([0x22, 0xE0, 0x9F, 0xBF, 0x22], "line 1, column 2: invalid UTF-8"),
            ([0x22, 0xF0, 0x8F, 0xBF, 0xBF, 0x22], "line 1, column 2: invalid UTF-8"),
            ([0x22, 0xED, 0xA0, 0x80, 0x22], "line 1, column 2: invalid UTF-8"),
            ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], "line 1, column 2: invalid UTF-8"),
            ([0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], "line 1, column 2: invalid UTF-8"),
            ([0x22, 0x61, 0x80, 0x22], "line 1, column 3: invalid UTF-8"),
        ] as [([UInt8], String)])
    func invalidUTF8(bytes: [UInt8], message: String) {
        #expect(parse(bytes) == message)
    }

    @Test(
        "Integers that do not fit in 64 bits are refused",
        arguments: [
            ("[18446744073709551616]", 2), ("[-9223372036854775809]", 2), ("[1, 99999999999999999999]", 5),
            ("[100000000000000000000000000000000000000000]", 2), ("99999999999999999999", 1),
            (#"["\"1", -99999999999999999999]"#, 9), (#"["99999999999999999999",99999999999999999999]"#, 25),
        ])
    func overflow(json: String, column: Int) {
        #expect(parse(Array(json.utf8)) == "line 1, column \(column): the number does not fit in 64 bits")
    }

    @Test(
        "Long numbers that fit, and digits that are no integer, are kept",
        arguments: [
            "[18446744073709551615]", "[-9223372036854775808]", "[9223372036854775808]", "[1,18446744073709551615,2]",
            #"["99999999999999999999"]"#, #"["\"99999999999999999999"]"#, #"{"99999999999999999999":1}"#,
            "[99999999999999999999.5]", "[0.99999999999999999999]", "[99999999999999999999e1]",
            "[1e00000000000000000000001]", "[-1.5e-00000000000000000000001]",
        ])
    func longNumbers(json: String) {
        #expect(parse(Array(json.utf8)) == json)
    }

    @Test(
        "Good documents are kept",
        arguments: [
            "{}", "[]", "null", "true", "12", "-1.5", #""x""#, "[1.50,1e3]", #"{"a/b":"c/d"}"#,
            #"["\"\\\b\f\n\r\t\u0001"]"#, #"{"a":{"b":[{}]}}"#,
        ])
    func kept(json: String) {
        #expect(parse(Array(json.utf8)) == json)
        #expect(parse(Array(" \n\(json)\t\r\n".utf8)) == json)
    }

    @Test("Characters of every length are kept, plain and escaped") func characters() throws {
        let text = "a\u{7F}\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}"
        #expect(try [String](parsing: "[\"\(text)\"]") == [text])
        let escaped = #"["a\u007f\u0080\u07ff\u0800\ud7ff\uE000\uFFFF\uD800\uDC00\udbff\udfff"]"#
        #expect(try [String](parsing: escaped) == [text])
        #expect(try [String: Int](parsing: #"{"\u0061\"b":1}"#) == ["a\"b": 1])
        #expect(throws: JSONError(.containsNUL, path: "[0]")) { try [String](parsing: #"["a\u0000"]"#) }
        #expect(throws: JSONError(.containsNUL, path: "a")) { try [String: Int](parsing: #"{"a\u0000":1}"#) }
    }

    @Test("Of properties that occur twice the last one counts") func twice() throws {
        #expect(try Root(parsing: #"{"path":"a","path":"b"}"#) == Root(path: "b"))
        #expect(throws: JSONError(.missing, path: "path")) { try Root(parsing: #"{"path":"a","path":null}"#) }
    }

    @Test("Lone surrogates become the replacement character") func surrogates() throws {
        #expect(try [String](parsing: #"["\ud800","\udc00x"]"#) == ["\u{FFFD}", "\u{FFFD}x"])
    }

    @Test("The styles") func styles() throws {
        let value = Spec(ociVersion: "1", root: Root(path: "/r"), linux: Linux(netDevices: ["e": Linux.NetDevice()]))
        let lines = """
            {
            >"ociVersion": "1",
            >"root": {
            >>"path": "/r"
            >},
            >"linux": {
            >>"netDevices": {
            >>>"e": {}
            >>}
            >}
            }

            """
        func indented(_ unit: String) -> String {
            String(lines.flatMap { $0 == ">" ? unit : String($0) })
        }
        #expect(String(decoding: value.serialized(.tabs), as: UTF8.self) == indented("\t"))
        #expect(String(decoding: value.serialized(.spaces), as: UTF8.self) == indented("  "))
        #expect(text(value) == #"{"ociVersion":"1","root":{"path":"/r"},"linux":{"netDevices":{"e":{}}}}"#)
        #expect(text([String]()) == "[]")
        #expect(text(["x": 1.5, "a": -0.25]) == #"{"a":-0.25,"x":1.5}"#)
    }

    @Test("A buffer is read like an array") func buffers() throws {
        let bytes = try fixture("full.json")
        let spec = try bytes.withUnsafeBufferPointer { try Spec(parsing: UnsafeRawBufferPointer($0)) }
        #expect(spec == .full)
        #expect(throws: JSONError(.syntax(line: 1, column: 1, reason: "the document is empty"))) {
            try Spec(parsing: UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    @Test("Any type can be read from a node") func nodes() throws {
        let document = try JSONDocument(parsing: #"{"a":[1,2.5,"x",true,null],"b":18446744073709551615}"#)
        try document.withRoot { (root) throws(JSONError) in
            let object = try root.object()
            #expect(object["a"]?.type == .array)
            #expect(object["none"] == nil)
            #expect(
                try object["a"]?.array { (node) throws(JSONError) in node.type } == [
                    .integer, .number, .string, .boolean, .null,
                ])
            #expect(try object.required("b") as UInt64 == .max)
            #expect(try object["b"]?.double() == 18_446_744_073_709_551_616)
        }
    }
}

@Suite("Limits", .serialized) struct LimitTests {
    private func kind(_ bytes: [UInt8]) -> JSONError.Kind? {
        do {
            _ = try JSONDocument(parsing: bytes)
            return nil
        } catch {
            return error.kind
        }
    }

    @Test("Documents above 8 MiB are refused unread") func tooLarge() {
        let size = 100 << 20
        var string = [UInt8](repeating: UInt8(ascii: "x"), count: size)
        string[0] = UInt8(ascii: "\"")
        string[size - 1] = UInt8(ascii: "\"")
        #expect(kind(string) == .tooLarge(bytes: size))
        #expect(
            JSONError(.tooLarge(bytes: size)).description
                == "the document has 104857600 bytes, more than the 8388608 allowed")
        #expect(kind([UInt8](repeating: UInt8(ascii: "["), count: size)) == .tooLarge(bytes: size))
        #expect(kind([UInt8](repeating: UInt8(ascii: " "), count: JSONDocument.maximumSize + 1)) != nil)
    }

    @Test("A string of 8 MiB is read") func longString() throws {
        let value = String(repeating: "x", count: JSONDocument.maximumSize - 4)
        #expect(try [String](parsing: "[\"\(value)\"]") == [value])
    }

    @Test("An array of 4 million elements is read") func longArray() throws {
        var bytes = [UInt8](repeating: UInt8(ascii: "1"), count: JSONDocument.maximumSize - 1)
        for index in bytes.indices where index % 2 == 0 { bytes[index] = UInt8(ascii: ",") }
        bytes[0] = UInt8(ascii: "[")
        bytes[bytes.count - 1] = UInt8(ascii: "]")
        #expect(try [UInt16](parsing: bytes).count == JSONDocument.maximumSize / 2 - 1)
    }

    @Test("Many strings of long digits are read in time") func digits() throws {
        let strings = Array(repeating: "99999999999999999999", count: 300_000)
        #expect(try [String](parsing: text(strings)) == strings)
    }

    @Test("64 levels are read, and 10,000 refused", arguments: [("[", "]"), (#"{"a":"#, "}")])
    func depth(open: String, close: String) {
        func nested(_ count: Int) -> [UInt8] {
            Array((String(repeating: open, count: count) + "1" + String(repeating: close, count: count)).utf8)
        }
        #expect(kind(nested(64)) == nil)
        let column = 64 * open.utf8.count + 2
        for count in [66, 10_000, 1_000_000] {
            guard case .syntax(line: 1, let found, "nested more than 64 levels deep") = kind(nested(count)) else {
                Issue.record("\(count) levels")
                continue
            }
            #expect(found < column + 2 * open.utf8.count)
        }
    }
}
