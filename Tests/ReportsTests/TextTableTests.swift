import ScanModel
import Testing

@testable import Reports

@Suite struct TextTableTests {
    @Test(
        "width counts columns, not characters",
        arguments: [
            ("abc", 3), ("漢字", 4), ("한글", 4), ("ｶﾅ", 2), ("カナ", 4), ("e\u{301}", 1), ("👩‍👩‍👧", 2), ("❤️", 2), ("…", 1),
            ("", 0), ("a\u{200B}b", 2), ("🇨🇭", 2),
        ]
    )
    func width(text: String, columns: Int) {
        #expect(DisplayWidth.columns(text) == columns)
    }

    @Test(
        "cut text ends in an ellipsis and keeps within its width",
        arguments: [
            ("abcdef", 4, "abc…"), ("漢字漢字", 5, "漢字…"), ("漢字漢字", 4, "漢…"), ("abc", 3, "abc"), ("abc", 1, "…"),
            ("abc", 0, ""), ("漢", 1, "…"),
        ]
    )
    func truncate(text: String, width: Int, expected: String) {
        #expect(DisplayWidth.truncate(text, to: width) == expected)
    }

    @Test("columns align under wide characters, and no line ends in a space")
    func aligns() {
        var table = TextTable([.init("NAME"), .init("COUNT", .right), .init("NOTE")])
        table.append(["漢字", .init(1_234), "x"])
        table.append(["abc", .init(5), ""])
        #expect(
            table.render() == """
                NAME  COUNT  NOTE
                漢字  1,234  x
                abc       5

                """
        )
    }

    @Test("colour is written only where asked for")
    func colour() {
        var table = TextTable([.init("S")])
        table.append([.init(Severity.critical)])
        #expect(!table.render().contains("\u{1B}"))
        #expect(table.render(TextAppearance(colour: true)).contains("\u{1B}[1;31mcritical\u{1B}[0m"))
    }

    @Test("shrinking columns give way to the terminal's width", arguments: [20, 30, 40, 60, 79])
    func fits(width: Int) {
        var table = TextTable([.init("ID"), .init("IMAGE", shrinks: true), .init("PACKAGE", shrinks: true)])
        table.append(["CVE-2025-1", "registry.example.com/team/service:1.2.3", "漢字漢字漢字漢字漢字漢字"])
        for line in table.render(TextAppearance(width: width)).split(separator: "\n") {
            #expect(DisplayWidth.columns(line) <= width)
        }
        if width >= 40 { #expect(table.render(TextAppearance(width: width)).contains("CVE-2025-1")) }
    }

    @Test("a cell cannot steer the terminal or break its line")
    func controls() {
        var table = TextTable([.init("A")])
        table.append(["\u{1B}]0;title\u{7}\u{202E}x\ny"])
        #expect(table.render() == "A\n\u{FFFD}]0;title\u{FFFD}\u{FFFD}x y\n")
    }

    @Test("cells beyond the last column are dropped and missing ones are empty")
    func raggedRows() {
        var table = TextTable([.init("A"), .init("B")])
        table.append(["1", "2", "3"])
        table.append(["1"])
        table.append([])
        #expect(table.render() == "A  B\n1  2\n1\n\n")
    }

    @Test("tiny widths and no columns do not trap", arguments: [-5, 0, 1, 3])
    func tiny(width: Int) {
        var table = TextTable([.init("A", shrinks: true), .init("B", .right)])
        table.append(["long text here", "12"])
        _ = table.render(TextAppearance(width: width))
        #expect(TextTable([]).render(TextAppearance(width: width)) == "\n")
    }
}
