import Bytes
import Testing

@testable import RPMDatabase

@Suite("Berkeley DB hash files")
struct BerkeleyHashTests {
    private static let pageBytes = BerkeleyHashBuilder.pageBytes

    private static func names(_ bytes: [UInt8]) throws -> (names: [String], problems: [String]) {
        let contents = try RPMDatabase.read(FileBytes(bytes))
        return (contents.packages.map(\.name), contents.problems)
    }

    @Test("a small header may lie on the hash page itself")
    func onPage() throws {
        let bytes = BerkeleyHashBuilder().database([HeaderBuilder(name: "tiny").bytes()], onPage: true)
        #expect(try Self.names(bytes) == (["tiny"], []))
    }

    @Test("versions 8 to 10 are known", arguments: [(7, false), (8, true), (9, true), (10, true), (11, false)])
    func versions(version: UInt32, isKnown: Bool) throws {
        let file = FileBytes(BerkeleyHashBuilder(version: version).database(FormatTests.sampleBlobs()))
        if isKnown {
            #expect(try RPMDatabase.read(file).packages.count == 3)
        } else {
            let error = #expect(throws: RPMDatabaseError.self) { try RPMDatabase.read(file) }
            #expect(error?.code == .unsupported)
        }
    }

    @Test("an encrypted file is refused as such")
    func encrypted() {
        var bytes = BerkeleyHashBuilder().database([])
        bytes[24] = 1
        let error = #expect(throws: RPMDatabaseError.self) { try RPMDatabase.read(FileBytes(bytes)) }
        #expect(error?.code == .unsupported)
    }

    @Test("an impossible page size is refused", arguments: [0, 1, 256, 513, 131_072, 0xFFFF_FFFF] as [UInt32])
    func pageSizes(size: UInt32) {
        var bytes = BerkeleyHashBuilder().database([])
        bytes.put(size.littleEndianBytes, at: 20)
        let error = #expect(throws: RPMDatabaseError.self) { try RPMDatabase.read(FileBytes(bytes)) }
        #expect(error?.code == .damaged)
    }

    @Test("a chain of overflow pages which leads back to itself ends", arguments: [2, 3, 4])
    func cyclicChain(target: UInt32) throws {
        // The first record has page 2, the second one pages 3 and up.
        var blobs = FormatTests.sampleBlobs()
        blobs.removeSubrange(1...2)
        var bytes = BerkeleyHashBuilder().database(blobs)
        bytes.put(target.littleEndianBytes, at: 4 * Self.pageBytes + 16)
        let (names, problems) = try Self.names(bytes)
        #expect(names == ["zsh"])
        #expect(problems == ["Record 2 is left out: overflow page \(target) is used twice."])
    }

    @Test("a cycle of empty overflow pages ends")
    func emptyCycle() throws {
        var bytes = BerkeleyHashBuilder().database([FormatTests.sampleBlobs()[1]])
        bytes.put(UInt32(2).littleEndianBytes + UInt16(1).littleEndianBytes, at: 2 * Self.pageBytes + 16)
        bytes.put(UInt16(0).littleEndianBytes, at: 2 * Self.pageBytes + 22)
        #expect(try Self.names(bytes) == ([], ["Record 1 is left out: overflow page 2 is used twice."]))
    }

    @Test("a chain which ends early, leaves the file or meets a page of another kind costs its record")
    func brokenChains() throws {
        let bytes = BerkeleyHashBuilder().database(Array(FormatTests.sampleBlobs().prefix(2)))
        for next in [0, 1, 0xFFFF_FFFF] as [UInt32] {
            var changed = bytes
            changed.put(next.littleEndianBytes, at: 3 * Self.pageBytes + 16)
            let (names, problems) = try Self.names(changed)
            #expect(names == ["zsh"])
            #expect(problems.count == 1)
        }
    }

    @Test("two records with one chain do not both count")
    func sharedChain() throws {
        let blob = FormatTests.sampleBlobs()[1]
        var bytes = BerkeleyHashBuilder().database([blob, blob])
        let items = Self.pageBytes * 2 - 5 - 5 - 5 - 12 - 5 - 12
        bytes.put(UInt32(2).littleEndianBytes, at: items + 4)
        #expect(try Self.names(bytes) == (["bash"], ["Record 2 is left out: overflow page 2 is used twice."]))
    }

    @Test("an item above any header's size is refused before it is read")
    func oversizedItem() throws {
        var bytes = BerkeleyHashBuilder().database([FormatTests.sampleBlobs()[1]])
        bytes.put(UInt32.max.littleEndianBytes, at: Self.pageBytes * 2 - 5 - 5 - 5 - 12 + 8)
        #expect(try Self.names(bytes) == ([], ["Record 1 is left out: it claims 4294967295 bytes."]))
    }
}
