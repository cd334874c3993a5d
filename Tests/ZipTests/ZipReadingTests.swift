import Bytes
import Testing
import Zip

@Suite("Reading ZIP archives") struct ZipReadingTests {
    private static let text = Array("Manifest-Version: 1.0\r\n".utf8)
    private static let lines = Array(repeating: text, count: 200).flatMap { $0 }

    private func everyMember() -> ZipBuilder {
        var zip64 = ZipBuilder.Member("zip64.txt", Self.text, deflate: true)
        zip64.isZip64 = true
        return ZipBuilder(members: [
            .init("META-INF/", []),
            .init("META-INF/MANIFEST.MF", Self.text),
            .init("lines.txt", Self.lines, deflate: true),
            .init("empty.txt", [], deflate: true),
            zip64,
        ])
    }

    private func checkEveryMember(_ bytes: [UInt8]) throws {
        let archive = try ZipArchive(FileBytes(bytes))
        #expect(archive.problems.isEmpty)
        #expect(
            archive.entries.map(\.name) == [
                "META-INF/", "META-INF/MANIFEST.MF", "lines.txt", "empty.txt", "zip64.txt",
            ]
        )
        #expect(archive.entries.map(\.isDirectory) == [true, false, false, false, false])
        let contents = try archive.entries.map { try archive.contents(of: $0, maxBytes: 1 << 20) }
        let isRestored = contents == [[], Self.text, Self.lines, [], Self.text]
        #expect(isRestored)
    }

    @Test("Stored, deflated and ZIP64 entries are read in the order of the directory")
    func plain() throws { try checkEveryMember(everyMember().build()) }

    @Test("A ZIP64 end record is followed")
    func zip64EndRecord() throws {
        var zip = everyMember()
        zip.usesZip64EndRecord = true
        try checkEveryMember(zip.build())
    }

    @Test("An archive behind a launcher script is found", arguments: [false, true], [false, true])
    func prefix(countsPrefix: Bool, zip64: Bool) throws {
        var zip = everyMember()
        zip.prefix = Array("#!/bin/sh\nexec java -jar \"$0\" \"$@\"\n".utf8)
        zip.countsPrefix = countsPrefix
        zip.usesZip64EndRecord = zip64
        #expect(ZipArchive.isZip(FileBytes(zip.build())))
        try checkEveryMember(zip.build())
    }

    @Test("A comment that contains an end record signature does not mislead")
    func comment() throws {
        var zip = everyMember()
        zip.comment = Array("PK\u{5}\u{6}".utf8) + Array(repeating: 0, count: 40)
        try checkEveryMember(zip.build())
    }

    @Test("Names that are not UTF-8 are decoded with replacement characters")
    func names() throws {
        var member = ZipBuilder.Member("", Self.text)
        member.name = [0x61, 0xff, 0x62]
        let archive = try ZipArchive(FileBytes(ZipBuilder(members: [member]).build()))
        #expect(archive.entries.map(\.name) == ["a\u{fffd}b"])
    }

    @Test("The empty archive has no entries")
    func empty() throws {
        let bytes = FileBytes(ZipBuilder().build())
        #expect(ZipArchive.isZip(bytes))
        #expect(try ZipArchive(bytes).entries.isEmpty)
    }

    @Test("Other files are not archives", arguments: [0, 2, 22, 100_000])
    func others(size: Int) {
        let bytes = Array(repeating: UInt8(ascii: "P"), count: size)
        #expect(!ZipArchive.isZip(FileBytes(bytes)))
        #expect(throws: ZipError.self) { try ZipArchive(FileBytes(bytes)) }
    }

    @Test("A wrong entry count is a problem, not a failure")
    func count() throws {
        var zip = everyMember()
        zip.declaredEntries = 7
        let archive = try ZipArchive(FileBytes(zip.build()))
        #expect(archive.entries.count == 5)
        #expect(archive.problems == ["central directory ends after 5 of 7 entries"])
    }
}
