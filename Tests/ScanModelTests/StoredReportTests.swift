import Foundation
import ScanModel
import TallymanTesting
import Testing

@Suite("Stored layer reports")
struct StoredReportTests {
    private static let texts = [
        "", "a", "libssl3", "1:2.3-4+deb12u1", "é\u{1F600}中", "a\"b\\c/d", "tab\there\nnew\rline\u{8}\u{c}\u{1}", "%41",
        "null",
        "\u{2028}\u{0}", String(repeating: "x", count: 300),
    ]

    private static func text(_ random: inout SeededRandom) -> String { texts[random.below(texts.count)] }

    private static func texts(_ random: inout SeededRandom) -> [String] {
        (0..<random.below(3)).map { _ in text(&random) }
    }

    private static func path(_ random: inout SeededRandom) -> LayerPath {
        LayerPath(clean: (0..<random.below(12)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }

    private static func paths(_ random: inout SeededRandom) -> [LayerPath] {
        (0..<random.below(3)).map { _ in path(&random) }
    }

    private static func package(_ random: inout SeededRandom) -> Package {
        let hash = FileHash(.sha1, bytes: (0..<20).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        return Package(
            type: random.oneIn(2) ? .deb : PackageType(rawValue: text(&random)),
            name: text(&random),
            version: text(&random),
            arch: text(&random),
            source: random.oneIn(2) ? SourcePackage(name: text(&random), version: text(&random)) : nil,
            licenses: texts(&random),
            group: random.oneIn(2) ? text(&random) : nil,
            module: random.oneIn(2) ? text(&random) : nil,
            hashes: random.oneIn(2) ? [hash].compactMap { $0 } : [],
            supplier: random.oneIn(2) ? text(&random) : nil,
            installedBytes: random.oneIn(2) ? Int64(random.below(1 << 50)) : nil
        )
    }

    private static func evidence(_ random: inout SeededRandom) -> Evidence {
        Evidence(
            path: path(&random),
            cataloger: text(&random),
            packages: (0..<random.below(4)).map { _ in CatalogedPackage(package(&random), virtualPath: text(&random)) },
            ownerships: (0..<random.below(3)).map { _ in Ownership(owner: text(&random), paths: paths(&random)) },
            distro: random.oneIn(2)
                ? Distro(
                    id: text(&random),
                    versionID: text(&random),
                    name: text(&random),
                    idLike: texts(&random),
                    codename: random.oneIn(2) ? text(&random) : nil
                ) : nil,
            licenses: random.oneIn(2) ? texts(&random) : nil,
            linkTarget: random.oneIn(2) ? path(&random) : nil
        )
    }

    private static func report(_ random: inout SeededRandom) -> LayerReport {
        LayerReport(
            evidence: (0..<random.below(4)).map { _ in evidence(&random) },
            whiteouts: paths(&random),
            opaqueDirectories: paths(&random),
            gaps: (0..<random.below(3)).map { _ in CoverageGap(path: text(&random), reason: text(&random)) },
            diffID: random.oneIn(2) ? Digest("sha256:" + String(repeating: "0a", count: 32)) : nil,
            entries: random.below(1 << 40),
            expandedBytes: random.oneIn(3) ? .max : Int64(random.below(1 << 50))
        )
    }

    private static func encoded(_ report: LayerReport, _ formatting: JSONEncoder.OutputFormatting = []) throws
        -> [UInt8]
    {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        return [UInt8](try encoder.encode(report))
    }

    private static let asStored: JSONEncoder.OutputFormatting = [.sortedKeys, .withoutEscapingSlashes]

    @Test("what is encoded is read back the same, in any formatting", arguments: 0..<4)
    func roundTrip(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        for _ in 0..<150 {
            let bytes = try Self.encoded(Self.report(&random), Self.asStored)
            #expect(try Self.encoded(LayerReport(stored: bytes), Self.asStored) == bytes)
            let report = try JSONDecoder().decode(LayerReport.self, from: Data(bytes))
            for formatting: JSONEncoder.OutputFormatting in [[], [.prettyPrinted]] {
                let other = try LayerReport(stored: try Self.encoded(report, formatting))
                #expect(try Self.encoded(other, Self.asStored) == bytes)
            }
        }
    }

    @Test("what is changed is read as a decoder for any JSON reads it or refused, and never traps", arguments: 0..<4)
    func changed(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed) &+ 100)
        let alphabet = Array(#"{}[]",:\nullu0d8-1e9. "#.utf8)
        var accepted = 0
        for _ in 0..<400 {
            var bytes = try Self.encoded(Self.report(&random), Self.asStored)
            for _ in 0...random.below(3) {
                let place = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[place] = alphabet[random.below(alphabet.count)]
                case 1: bytes.insert(alphabet[random.below(alphabet.count)], at: place)
                case 2 where bytes.count > 1: bytes.remove(at: place)
                default: bytes.removeSubrange(min(place, bytes.count - 1)..<bytes.count - 1)
                }
            }
            guard let read = try? LayerReport(stored: bytes),
                let report = try? JSONDecoder().decode(LayerReport.self, from: Data(bytes))
            else { continue }
            accepted += 1
            let same = try Self.encoded(report, Self.asStored)
            #expect(try Self.encoded(read, Self.asStored) == same, "\(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(accepted > 20)
    }

    @Test(
        "a report that is none is refused, and says where",
        arguments: [
            "", "{", "[]", "null", #"{"entries":1}"#, "{}x", #"{"diffID":"sha256:1"}"#, #"{"entries":1.5}"#,
            #"{"entries":"1"}"#, #"{"entries":99999999999999999999}"#, #"{"whiteouts":["\ud800"]}"#,
            #"{"whiteouts":["\ud800A"]}"#, #"{"whiteouts":["\uZZZZ"]}"#, #"{"whiteouts":["a]}"#,
        ]
    )
    func refused(text: String) {
        #expect(throws: StoredReportError.self) { try LayerReport(stored: Array(text.utf8)) }
    }

    @Test("escapes of every kind stand for their characters, also those of two halves")
    func escapes() throws {
        let gap = #"{"path":"\ud83d\uDE00\u00e9\/\b\f\n\r\t\"\\","reason":"\u0041"}"#
        let text =
            #"{"evidence":[],"whiteouts":[],"opaqueDirectories":[],"gaps":[\#(gap)],"entries":1,"expandedBytes":2}"#
        let report = try LayerReport(stored: Array(text.utf8))
        #expect(report.gaps == [CoverageGap(path: "\u{1F600}é/\u{8}\u{c}\n\r\t\"\\", reason: "A")])
    }

    @Test("what a later program has added is passed over, however it nests, up to a bound")
    func unknown() throws {
        var random = SeededRandom(seed: 1)
        let bytes = try Self.encoded(Self.report(&random), Self.asStored)
        let added = #"{"later":[1,-2.5e3,{"a":null,"b":[true,false,"x\"y"]},[]],"#
        let extended = Array(added.utf8) + bytes.dropFirst()
        #expect(try Self.encoded(LayerReport(stored: extended), Self.asStored) == bytes)
        let deep = Array((#"{"later":"# + String(repeating: "[", count: 100_000)).utf8)
        #expect(throws: StoredReportError.self) { try LayerReport(stored: deep) }
    }
}
