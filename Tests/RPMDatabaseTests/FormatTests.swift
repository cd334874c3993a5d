import Bytes
import TallymanTesting
import Testing

@testable import RPMDatabase

/// Rules which hold for each of the formats.
@Suite("rpm database formats")
struct FormatTests {
    enum Format: String, CaseIterable, CustomTestStringConvertible {
        case sqlite
        case ndb
        case berkeleyLittleEndian
        case berkeleyBigEndian

        var testDescription: String { rawValue }

        func database(_ blobs: [[UInt8]]) throws -> [UInt8] {
            switch self {
            case .sqlite: try SQLiteBuilder.database(blobs, pageBytes: 512)
            case .ndb: NDBBuilder.database(blobs)
            case .berkeleyLittleEndian: BerkeleyHashBuilder().database(blobs)
            case .berkeleyBigEndian: BerkeleyHashBuilder(bigEndian: true).database(blobs)
            }
        }
    }

    /// Headers small and large: the second one takes several pages.
    static func sampleBlobs() -> [[UInt8]] {
        ["zsh", "bash", "gpg-pubkey", "perl"].enumerated().map { index, name in
            var header = HeaderBuilder(name: name, version: "\(index).0")
            header.add(.license, String(repeating: "MIT ", count: 150 * index))
            return header.bytes()
        }
    }

    @Test("packages come in a fixed order and keys are left out", arguments: Format.allCases)
    func order(format: Format) throws {
        let file = FileBytes(try format.database(Self.sampleBlobs()))
        let contents = try RPMDatabase.read(file)
        #expect(contents.packages.map(\.name) == ["bash", "perl", "zsh"])
        #expect(contents.packages.map(\.version) == ["1.0", "3.0", "0.0"])
        #expect(contents.packages.last?.license == "")
        #expect(contents.packages[1].license?.utf8.count == 1800)
        #expect(contents.problems == [])
    }

    @Test("an empty database has no packages and no problems", arguments: Format.allCases)
    func empty(format: Format) throws {
        let contents = try RPMDatabase.read(FileBytes(try format.database([])))
        #expect(contents == RPMDatabaseContents(packages: [], problems: []))
    }

    @Test("a damaged record costs that record", arguments: Format.allCases)
    func damagedRecord(format: Format) throws {
        var blobs = Self.sampleBlobs()
        blobs[1] = [0, 0, 0, 9, 0, 0, 0, 0]
        let contents = try RPMDatabase.read(FileBytes(try format.database(blobs)))
        #expect(contents.packages.map(\.name) == ["perl", "zsh"])
        #expect(contents.problems == ["Record 2 is left out: the header claims 152 bytes and has 8."])
    }

    @Test("limits on records, problems and size are kept", arguments: Format.allCases)
    func limits(format: Format) throws {
        let file = FileBytes(try format.database(Self.sampleBlobs()))
        let few = try RPMDatabase.read(file, limits: .init(maxRecords: 2))
        #expect(few.packages.map(\.name) == ["bash", "zsh"])
        #expect(few.problems == ["Only 2 records are read."])
        let silent = try RPMDatabase.read(file, limits: .init(maxRecords: 2, maxProblems: 0))
        #expect(silent.problems == ["1 further problems are not described."])
        let tooLarge = #expect(throws: RPMDatabaseError.self) {
            try RPMDatabase.read(file, limits: .init(maxDatabaseBytes: file.count - 1))
        }
        #expect(tooLarge?.code == .tooLarge)
        #expect(try RPMDatabase.read(file, limits: .init(maxHeaderDataBytes: 5)).packages.isEmpty)
    }

    @Test("a file cut at any place is read or refused, and records found are whole", arguments: Format.allCases)
    func truncated(format: Format) throws {
        let bytes = try format.database(Self.sampleBlobs())
        let whole = try RPMDatabase.read(FileBytes(bytes)).packages
        for length in stride(from: 0, to: bytes.count, by: 97) {
            guard let contents = readable(Array(bytes[..<length])) else { continue }
            #expect(contents.packages.allSatisfy(whole.contains))
            #expect(contents.packages == whole || !contents.problems.isEmpty, "cut at \(length)")
        }
    }

    @Test("changed bytes are read or refused without a trap", arguments: Format.allCases)
    func changedBytes(format: Format) throws {
        let bytes = try format.database(Self.sampleBlobs())
        var random = SeededRandom(seed: 0x5EED)
        for round in 0..<1000 {
            var changed = bytes
            // Half of the rounds aim at the structures in front.
            let range = round.isMultiple(of: 2) ? 0..<min(1024, bytes.count) : 0..<bytes.count
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                changed[Int.random(in: range, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if let contents = readable(changed) { #expect(contents.packages.count <= 64) }
        }
    }

    @Test(
        "other files are no databases",
        arguments: ["", "RpmQ", "SQLite format 2\0", "PK\u{3}\u{4}", String(repeating: "\0", count: 600)]
    )
    func otherFiles(text: String) {
        let file = FileBytes(Array(text.utf8))
        let error = #expect(throws: RPMDatabaseError.self) { try RPMDatabase.read(file) }
        #expect(error?.code == .notADatabase)
    }

    private func readable(_ bytes: [UInt8]) -> RPMDatabaseContents? {
        // A refusal is one of the two permitted outcomes here.
        try? RPMDatabase.read(
            FileBytes(bytes),
            limits: .init(maxDatabaseBytes: 1 << 24, maxSQLiteInstructions: 100_000)
        )
    }
}
