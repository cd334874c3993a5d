import Bytes
import TallymanTesting
import Testing
import Zip

@Suite("Hostile ZIP archives") struct ZipHostileTests {
    private static let text = Array("group=org.example\n".utf8)

    private func code(of member: ZipBuilder.Member, maxBytes: Int = 1 << 30) throws -> ZipError.Code? {
        let archive = try ZipArchive(FileBytes(ZipBuilder(members: [member]).build()))
        let entry = try #require(archive.entries.first)
        do {
            _ = try archive.contents(of: entry, maxBytes: maxBytes)
            return nil
        } catch {
            #expect(error.message.contains("victim"))
            return error.code
        }
    }

    @Test("An encrypted entry is refused and named", arguments: [0, 6, 13] as [UInt16])
    func encrypted(bit: UInt16) throws {
        var member = ZipBuilder.Member("victim", Self.text)
        member.flags = 1 << bit
        #expect(try code(of: member) == .encrypted)
    }

    @Test("An unknown compression method is refused")
    func method() throws {
        var member = ZipBuilder.Member("victim", Self.text)
        member.method = 14
        #expect(try code(of: member) == .unsupported)
    }

    @Test("A wrong checksum is refused", arguments: [false, true])
    func checksum(deflate: Bool) throws {
        var member = ZipBuilder.Member("victim", Self.text, deflate: deflate)
        member.crc32 = 1
        #expect(try code(of: member) == .checksum)
    }

    @Test("A stream longer or shorter than declared is refused", arguments: [0, 17, 19, 4000] as [UInt32])
    func size(declared: UInt32) throws {
        var member = ZipBuilder.Member("victim", Self.text, deflate: true)
        member.declaredSize = declared
        #expect(try code(of: member) == .damaged)
    }

    @Test("The caller's limit holds")
    func limit() throws {
        #expect(try code(of: .init("victim", Self.text), maxBytes: Self.text.count) == nil)
        #expect(try code(of: .init("victim", Self.text), maxBytes: Self.text.count - 1) == .limit)
    }

    @Test("A thousand to one is refused before a byte is expanded")
    func ratio() throws {
        var member = ZipBuilder.Member("victim", Array(repeating: 0, count: 20_000), deflate: true)
        member.declaredSize = 500_000_000
        #expect(try code(of: member) == .limit)
    }

    @Test("A true expansion of 150 to one is held to the archive's ratio")
    func trueRatio() throws {
        let zip = ZipBuilder(members: [.init("zeros", Array(repeating: 0, count: 4 << 20), deflate: true)])
        let bytes = FileBytes(zip.build())
        let open = try ZipArchive(bytes)
        #expect(try open.contents(of: #require(open.entries.first), maxBytes: 8 << 20).count == 4 << 20)
        let strict = try ZipArchive(bytes, limits: ZipLimits(maxRatio: 100))
        #expect(throws: ZipError.self) { try strict.contents(of: #require(strict.entries.first), maxBytes: 8 << 20) }
    }

    @Test("Entries that share one compressed kernel are read once")
    func overlap() throws {
        var members = [ZipBuilder.Member("kernel", Self.text)]
        for number in 1..<200 {
            var member = ZipBuilder.Member("copy\(number)", Self.text)
            member.declaredOffset = 0
            members.append(member)
        }
        let archive = try ZipArchive(FileBytes(ZipBuilder(members: members).build()))
        #expect(archive.entries.filter { !$0.isOverlapping }.map(\.name) == ["kernel"])
        let copy = try #require(archive.entries.last)
        do {
            _ = try archive.contents(of: copy, maxBytes: 1000)
            Issue.record("an overlapping entry was expanded")
        } catch {
            #expect(error.code == .overlapping)
        }
    }

    @Test("An offset into the directory or behind it is refused", arguments: [60, 100_000, UInt32.max - 1])
    func offsets(offset: UInt32) throws {
        var member = ZipBuilder.Member("victim", Self.text)
        member.declaredOffset = offset
        #expect(try code(of: member) == .overlapping)
    }

    @Test("More entries than the limit are refused")
    func entries() throws {
        var zip = ZipBuilder(members: (0..<20).map { .init("\($0)", []) })
        zip.declaredEntries = 2
        let bytes = FileBytes(zip.build())
        #expect(throws: ZipError(.limit, "more than 10 entries")) {
            try ZipArchive(bytes, limits: ZipLimits(maxEntries: 10))
        }
    }

    private static let sample = ZipBuilder(members: [
        .init("META-INF/", []), .init("a.txt", text, deflate: true), .init("b.txt", text),
        .init("c.txt", Array(repeating: 7, count: 3000), deflate: true),
    ]).build()

    private func readAll(_ bytes: [UInt8]) {
        let file = FileBytes(bytes)
        _ = ZipArchive.isZip(file)
        do {
            let archive = try ZipArchive(file)
            for entry in archive.entries {
                do {
                    let contents = try archive.contents(of: entry, maxBytes: 1 << 20)
                    #expect(contents.count == entry.size)
                } catch { #expect(!error.message.isEmpty) }
            }
        } catch { #expect(!error.message.isEmpty) }
    }

    @Test("Every truncation is survived")
    func truncation() {
        for length in 0..<Self.sample.count { readAll(Array(Self.sample.prefix(length))) }
    }

    @Test("Every flipped byte is survived", arguments: [0xff, 0x01, 0x80] as [UInt8])
    func flips(mask: UInt8) {
        for index in Self.sample.indices {
            var bytes = Self.sample
            bytes[index] ^= mask
            readAll(bytes)
        }
    }

    @Test("Seeded damage in several places is survived", arguments: 1...8 as ClosedRange<UInt64>)
    func fuzz(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<500 {
            var bytes = Self.sample
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            readAll(bytes)
        }
    }
}
