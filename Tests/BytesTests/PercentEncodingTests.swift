import Bytes
import Testing

@Suite("Percent-encoding")
struct PercentEncodingTests {
    @Test(
        "Escapes are two hexadecimal digits, of any octet",
        arguments: [
            ("", ""), ("plain", "plain"), ("p%40ss", "p@ss"), ("%2f%2F", "//"), ("%25", "%"), ("a+b", "a+b"),
            ("%C3%A9é", "éé"), ("%FF", "\u{FFFD}"),
        ]
    )
    func whole(text: String, expected: String) {
        #expect(PercentEncoding.decode(text) == expected)
        #expect(PercentEncoding.decodeLeniently(text) == expected)
    }

    @Test(
        "A percent sign that begins no escape is refused",
        arguments: ["%", "a%4", "%zz", "%+1", "%-1", "% 1", "%4é"]
    )
    func broken(text: String) {
        #expect(PercentEncoding.decode(text) == nil)
    }

    @Test(
        "A percent sign that begins no escape stays where it need not be one",
        arguments: [
            ("%", "%"), ("a%4", "a%4"), ("%zz", "%zz"), ("%+1", "%+1"), ("%4é", "%4é"), ("%%41", "%A"),
            ("%4%41", "%4A"), ("100%", "100%"),
        ]
    )
    func lenient(text: String, expected: String) {
        #expect(PercentEncoding.decodeLeniently(text) == expected)
    }
}
