import Testing

@testable import Reports

@Suite struct CSVWriterTests {
    @Test(
        "a field that a spreadsheet would compute gets an apostrophe",
        arguments: [
            "=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x",
        ]
    )
    func guardsFormulas(field: String) {
        #expect(CSVWriter.guarded(field) == "'" + field)
    }

    @Test("other fields stay as they are", arguments: ["", "1.2-3", "a=b", "libc6", "'", " =1", "é"])
    func leavesOthers(field: String) {
        #expect(CSVWriter.guarded(field) == field)
    }

    @Test("a formula sign followed by a combining mark is still a formula")
    func guardsCombined() {
        let guarded = CSVWriter.guarded("=\u{301}1")
        #expect(guarded.utf8.first == UInt8(ascii: "'"))
    }

    @Test("commas, quotes and line ends are quoted as RFC 4180 has it")
    func quotes() {
        var writer = CSVWriter(columns: ["a", "b"])
        writer.append(["x,y", "say \"hi\""])
        writer.append(["two\r\nlines", ""])
        #expect(
            String(decoding: writer.take(), as: UTF8.self)
                == "a,b\r\n\"x,y\",\"say \"\"hi\"\"\"\r\n\"two\r\nlines\",\r\n"
        )
    }

    @Test("a quoted formula is guarded inside the quotes")
    func guardsInsideQuotes() {
        var writer = CSVWriter(columns: ["a"])
        _ = writer.take()
        writer.append(["=HYPERLINK(\"http://x\",\"y\")"])
        #expect(String(decoding: writer.take(), as: UTF8.self) == "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"\r\n")
    }

    @Test("what was taken is not handed over again")
    func takesInPieces() {
        var writer = CSVWriter(columns: ["a"])
        #expect(writer.pendingBytes == 3)
        #expect(writer.take() == Array("a\r\n".utf8))
        #expect(writer.take().isEmpty)
        writer.append(["1"])
        #expect(writer.take() == Array("1\r\n".utf8))
    }
}
