import TOML
import Testing

/// Cases follow the examples of the specification (TOML 1.1) where no other origin is named.
@Suite("TOML documents")
struct TOMLTests {
    private func parse(_ text: String) throws -> TOMLTable { try TOMLDocument.parse(Array(text.utf8)) }

    @Test("A lock file's arrays of tables keep their order and their own sub-tables")
    func arraysOfTables() throws {
        let root = try parse(
            """
            version = 1
            [[package]]
            name = "a"
            [package.source]
            url = "x"
            [[package]]
            name = "b" # comment
            [[package.files]]
            hash = "h1"
            [[package.files]]
            hash = "h2"
            [metadata]
            lock-version = "2.0"
            """
        )
        let packages = root["package"]?.tables ?? []
        #expect(packages.map { $0["name"]?.string } == ["a", "b"])
        #expect(packages.first?["source"]?["url"]?.string == "x")
        #expect(packages.last?["source"] == nil)
        #expect(packages.last?["files"]?.tables.map { $0["hash"]?.string } == ["h1", "h2"])
        #expect(root.keys == ["version", "package", "metadata"])
        #expect(root["version"]?.integer == 1)
    }

    @Test(
        "Every kind of string",
        arguments: [
            (#""a\tb\"\\\u00e9\U0001F600""#, "a\tb\"\\é😀"), (#"'C:\n'"#, #"C:\n"#), (#""""#, ""), ("''", ""),
            ("\"\"\"\nline\r\ntwo\"\"\"", "line\r\ntwo"), ("\"\"\"a \\\n   \n  b\"\"\"", "a b"),
            ("\"\"\"\"\"two quotes\"\"\"\"\"", "\"\"two quotes\"\""),
            ("'''\nraw \\ ''here'''''", "raw \\ ''here''"), (#""\x41\e""#, "A\u{1b}"),
        ]
    )
    func strings(source: String, text: String) throws {
        #expect(try parse("k = \(source)")["k"] == .string(text))
    }

    @Test(
        "Every kind of plain value",
        arguments: [
            ("true", TOMLValue.boolean(true)), ("+99", .integer(99)), ("-0", .integer(0)), ("1_000", .integer(1000)),
            ("0xDEAD_beef", .integer(0xDEAD_BEEF)), ("0o755", .integer(0o755)), ("0b1101", .integer(0b1101)),
            ("-9223372036854775808", .integer(.min)), ("6.626e-34", .float(6.626e-34)), ("5e+22", .float(5e22)),
            ("-inf", .float(-.infinity)), ("9_224.5", .float(9224.5)),
            ("1979-05-27T07:32:00Z", .date("1979-05-27T07:32:00Z")),
            ("1979-05-27 07:32:00.999-07:00", .date("1979-05-27 07:32:00.999-07:00")),
            ("1979-05-27", .date("1979-05-27")),
            ("07:32:00", .date("07:32:00")),
            ("[1, [2, 'a'],\n # c\n]", .array([.integer(1), .array([.integer(2), .string("a")])])),
        ]
    )
    func scalars(source: String, value: TOMLValue) throws {
        #expect(try parse("k = \(source)")["k"] == value)
    }

    @Test("Dotted keys, quoted keys and inline tables name the same tables")
    func dottedKeys() throws {
        let dotted = try parse("a . 'b.c' . d = 1\na.'b.c'.e = 2")
        let inline = try parse("a = { 'b.c' = { d = 1, e = 2 } }")
        let mixed = try parse("[a]\n'b.c' = { d = 1, e = 2 }")
        #expect(dotted == inline)
        #expect(inline == mixed)
    }

    @Test(
        "What defines a thing twice, or adds to what is closed, is refused",
        arguments: [
            "a = 1\na = 2", "[a]\n[a]", "a.b = 1\n[a]", "[a.b]\nx = 1\n[a]\nb.y = 2", "a = {}\na.b = 1",
            "a = {}\n[a.b]",
            "a = []\n[[a]]", "[[a]]\n[a]", "[a]\n[[a]]", "a = { b = 1, b = 2 }", "a = 1\n[a.b]",
            "a = { b = {}, b.c = 1 }",
        ]
    )
    func duplicates(text: String) {
        #expect(throws: TOMLError.self) { try parse(text) }
    }

    @Test(
        "What is not TOML is refused",
        arguments: [
            "a", "a =", "= 1", "a = 1 b = 2", "a = \"x", "a = 'x\n'", "a = \"\"\"x", #"a = "\q""#, #"a = "\ud800""#,
            "a = 01", "a = 1__0", "a = 1_", "a = 0x", "a = 1.", "a = .1", "a = 1e", "a = 9223372036854775808",
            "a = +0x1",
            "a = 2021-02-29", "a = 24:00:00", "a = 2021-01-01T", "a = [1", "a = [1 2]", "a = {b}", "[a", "[a]]", "[[a]",
            "[]", "a. = 1", "a = tru", "a = \"\u{1}\"", "# \u{0}", "a = 1\rb = 2", "a = nan1",
        ]
    )
    func malformed(text: String) {
        #expect(throws: TOMLError.self) { try parse(text) }
    }

    @Test("An error tells its line")
    func lines() {
        let error = #expect(throws: TOMLError.self) { try parse("a = 1\n\nb = ?\n") }
        #expect(error.map { "\($0)" } == "line 3: expected a value")
    }

    @Test("A damaged table costs itself and not the tables around it")
    func recovery() {
        let text = "[[p]]\nname = 'a'\n[[p]]\nname = \nversion = 'x'\n[[p]]\nname = 'c'\n"
        let document = TOMLDocument.recover(Array(text.utf8))
        #expect(document.root["p"]?.tables.map { $0["name"]?.string } == ["a", nil, "c"])
        #expect(document.problems.map(\.line) == [4])
    }
}
