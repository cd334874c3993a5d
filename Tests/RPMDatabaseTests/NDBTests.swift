import Bytes
import Testing

@testable import RPMDatabase

@Suite("ndb files")
struct NDBTests {
    private static func read(_ bytes: [UInt8]) throws -> (names: [String], problems: [String]) {
        let contents = try RPMDatabase.read(FileBytes(bytes))
        return (contents.packages.map(\.name), contents.problems)
    }

    @Test("the checksum is that of RFC 1950", arguments: [("", 1), ("Wikipedia", 0x11E6_0398)] as [(String, UInt32)])
    func checksum(text: String, expected: UInt32) {
        #expect(Adler32.checksum(of: Array(text.utf8)) == expected)
    }

    @Test("long input does not overflow the checksum")
    func longChecksum() {
        // From zlib's adler32 over a million bytes of 0xFF.
        #expect(Adler32.checksum(of: Array(repeating: 0xFF, count: 1_000_000)) == 0x3843e1be)
    }

    @Test("another version is refused")
    func version() {
        var bytes = NDBBuilder.database([])
        bytes[4] = 1
        let error = #expect(throws: RPMDatabaseError.self) { try RPMDatabase.read(FileBytes(bytes)) }
        #expect(error?.code == .unsupported)
    }

    @Test(
        "damage to head, content, padding or tail costs that record",
        arguments: [0, 4, 12, 40, -1, -6, -10] as [Int]
    )
    func damagedBlob(offset: Int) throws {
        let blobs = Array(FormatTests.sampleBlobs().prefix(2))
        var bytes = NDBBuilder.database(blobs)
        bytes[offset < 0 ? bytes.count + offset : 4096 + offset] ^= 0x40
        let (names, problems) = try Self.read(bytes)
        #expect(names == (offset < 0 ? ["zsh"] : ["bash"]))
        #expect(problems.count == 1)
    }

    @Test("a slot which names a record for the second time, or no slot at all, is a problem")
    func damagedSlots() throws {
        let bytes = NDBBuilder.database(Array(FormatTests.sampleBlobs().prefix(2)))
        var repeated = bytes
        repeated.put(UInt32(1).littleEndianBytes, at: 3 * 16 + 4)
        #expect(try Self.read(repeated) == (["zsh"], ["Record 1 is left out: another slot has the same number."]))
        var broken = bytes
        broken[3 * 16] = 0
        #expect(try Self.read(broken) == (["zsh"], ["Slot 3 is damaged."]))
    }

    @Test("a slot with an enormous size costs no other record")
    func enormousSlot() throws {
        var bytes = NDBBuilder.database(Array(FormatTests.sampleBlobs().prefix(2)))
        bytes.put(UInt32.max.littleEndianBytes + UInt32.max.littleEndianBytes, at: 2 * 16 + 8)
        #expect(try Self.read(bytes) == (["bash"], ["Record 1 is left out: it lies outside the file."]))
    }

    @Test("more slot pages than the file has end with the file")
    func manySlotPages() throws {
        var bytes = NDBBuilder.database([HeaderBuilder(name: "demo").bytes()])
        bytes.put(UInt32.max.littleEndianBytes, at: 12)
        let (names, problems) = try Self.read(bytes)
        #expect(names == ["demo"])
        #expect(problems.last?.hasPrefix("The file ends within its slots") == true)
    }
}
