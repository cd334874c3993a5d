import Foundation
import ScanModel
import TallymanTesting
import Testing

@Suite("The tables of a layer's files")
struct FileTableTests {
    private static func attributes(_ random: inout SeededRandom) -> FileAttributes {
        FileAttributes(
            mode: UInt16(random.below(0o10000)),
            userID: UInt32(random.below(70_000)),
            groupID: random.below(9) == 0 ? .max : 0,
            size: random.below(9) == 0 ? Int64.max : Int64(random.below(1 << 30)),
            linkTarget: (0..<random.below(9)).map { _ in UInt8(random.below(256)) }
        )
    }

    @Test("Attributes and digests are read as they were written")
    func roundTrip() throws {
        var random = SeededRandom(seed: 1)
        let entries = (0..<500).map { _ in Self.attributes(&random) }
        let table = FileAttributeTable(entries)
        #expect(Array(try #require(FileAttributeTable(serialized: table.serialized))) == entries)
        #expect(FileAttributeTable(serialized: FileAttributeTable([]).serialized)?.isEmpty == true)
        let digest = [UInt8](repeating: 5, count: 32)
        let known = [
            0: FileDigests(sha256: digest),
            7: FileDigests(sha256: digest, sha1: Array(digest.prefix(20)), md5: Array(digest.prefix(16))),
            900: FileDigests(sha256: digest),
        ]
        let built = FileDigestTable(known)
        for table in [built, try #require(FileDigestTable(serialized: built.serialized))] {
            #expect(table.count == known.count)
            for place in 0...901 { #expect(table[place] == known[place]) }
        }
    }

    @Test("Damaged tables are refused or read, and nothing traps")
    func damaged() {
        var random = SeededRandom(seed: 2)
        let attributes = FileAttributeTable((0..<50).map { _ in Self.attributes(&random) }).serialized
        let digests = FileDigestTable([3: FileDigests(sha256: [UInt8](repeating: 1, count: 32))]).serialized
        for _ in 0..<3000 {
            for whole in [attributes, digests] {
                var bytes = whole
                for _ in 0...random.below(4) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
                bytes.removeLast(random.below(bytes.count))
                _ = FileAttributeTable(serialized: bytes)
                _ = FileDigestTable(serialized: bytes)
            }
        }
    }

    @Test(
        "A packaged file is one text",
        arguments: [
            PackagedFile(path: LayerPath("etc/x|y")),
            PackagedFile(path: LayerPath(clean: [0xff, 0x25]), isConfiguration: true),
            PackagedFile(
                path: LayerPath("usr/bin/su"),
                mode: 0o104755,
                size: 12,
                digest: FileHash(.md5, hex: String(repeating: "a", count: 32))
            ),
        ]
    )
    func packagedFile(file: PackagedFile) throws {
        let data = try JSONEncoder().encode([file])
        #expect(try JSONDecoder().decode([PackagedFile].self, from: data) == [file])
    }

    @Test("Patterns of paths stop at slashes")
    func patterns() {
        #expect(PathPattern("/etc/passwd").path == LayerPath("etc/passwd"))
        let pattern = PathPattern("/etc/*/conf*.ini")
        #expect(pattern.path == nil)
        for (path, isMatch) in [
            ("etc/a/conf.ini", true), ("etc/a/conf-b.ini", true), ("etc/a/b/conf.ini", false), ("etc/conf.ini", false),
            ("etc/a/conf/b.ini", false), ("etc/a/conf.in", false),
        ] {
            #expect(pattern.matches(LayerPath(path)) == isMatch, "\(path)")
        }
        #expect(PathPattern("*").matches(LayerPath("x")) && !PathPattern("*").matches(LayerPath("x/y")))
        #expect(PathPattern("a*ba").matches(LayerPath("aba")) && !PathPattern("a*aba").matches(LayerPath("aba")))
    }

    @Test("Plans that collect the same have the same version")
    func versions() {
        #expect(CollectionPlan.nothing.versionSuffix.isEmpty)
        var plan = CollectionPlan.standard
        let standard = plan.versionSuffix
        plan.contentPatterns = [NamedPattern("A=b")]
        #expect(plan.versionSuffix == standard)
        plan.parts.insert(.content)
        #expect(plan.versionSuffix != standard)
        #expect(NamedPattern("A=b=c") == NamedPattern(name: "A", pattern: "b=c"))
        #expect(NamedPattern("(a=b)") == NamedPattern(name: nil, pattern: "(a=b)"))
    }
}
