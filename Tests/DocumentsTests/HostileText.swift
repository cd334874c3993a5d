import TallymanTesting

/// Text that people put into packages to see what a report does with it.
enum HostileText {
    static let samples = [
        "\u{0}\u{1}\u{8}\u{B}\u{1F}\u{7F}\u{85}", "\u{FFFE}\u{FFFF}\u{FEFF}", "a\"b'c`d<e>f&g\\h", "]]>",
        "<![CDATA[x]]>",
        "</failure><testcase name=\"clean\"/>", "&#0;&lol9;", "[click](https://evil.example)", "../../etc/passwd",
        "//evil.example/x", "https://evil.example/x", "C:\\windows", "a:b", "\u{1B}[2J\u{1B}]0;title\u{7}",
        "\u{202E}txt.exe",
        "\u{2028}\u{2029}\r\n\t", "=cmd|'/C calc'!A0", "e\u{301}\u{301}\u{301}",
        "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}",
        String(repeating: "a", count: 100_000), "a" + String(repeating: "\u{301}", count: 50_000),
        // What is left of a lone surrogate and of bytes that are no UTF-8 once they are text.
        String(decoding: [0xD800, 0x41, 0xDFFF] as [UInt16], as: UTF16.self),
        String(decoding: [0xED, 0xA0, 0x80, 0xFF, 0x41] as [UInt8], as: UTF8.self), "", " ", ".", "..",
    ]

    /// Some of the samples and of their scalars, in any order.
    static func random(_ random: inout SeededRandom) -> String {
        var out = String.UnicodeScalarView()
        for _ in 0..<(1 + random.below(4)) {
            let sample = samples[random.below(samples.count)]
            for scalar in sample.unicodeScalars.prefix(40) where !random.oneIn(3) { out.append(scalar) }
        }
        return String(out)
    }
}
