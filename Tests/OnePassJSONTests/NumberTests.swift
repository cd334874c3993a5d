import OnePassJSON
import Testing

@Suite("JSON numbers")
struct NumberTests {
    private static func read(_ text: String) throws -> (integer: Int?, double: Double?) {
        try Array(text.utf8).withUnsafeBytes { bytes in
            var cursor = JSONCursor(bytes, strings: .exact, maxDepth: 1)
            let number = try cursor.number()
            try cursor.end()
            return (number.integer, number.double)
        }
    }

    @Test(
        "numbers of RFC 8259, section 6, are read",
        arguments: [
            ("0", 0, 0), ("-0", 0, -0.0), (" 12 ", 12, 12), ("-7", -7, -7),
            ("9223372036854775807", Int.max, 9.223372036854775807e18),
            ("9223372036854775808", nil, 9.223372036854775808e18),
            ("1.5", nil, 1.5), ("-0.25", nil, -0.25), ("1e3", nil, 1000), ("1E+3", nil, 1000), ("2.5e-1", nil, 0.25),
            ("1e999", nil, nil), ("1e-999", nil, 0),
        ] as [(String, Int?, Double?)]
    )
    func read(text: String, integer: Int?, double: Double?) throws {
        let number = try Self.read(text)
        #expect(number.integer == integer)
        #expect(number.double == double)
    }

    @Test(
        "what other languages take for numbers is refused",
        arguments: [
            "", "-", "+1", "01", "-01", ".5", "1.", "1.e3", "1e", "1e+", "--1", "1-2", "0x10", "1_000", "NaN",
            "Infinity",
            String(repeating: "1", count: 65),
        ]
    )
    func refused(text: String) {
        #expect(throws: JSONError.self) { try Self.read(text) }
    }
}
