import Bytes
import Catalogers
import Foundation
import LayerScan
import SBOM
import ScanModel
import TallymanTesting
import Testing

/// A seeded mutator over real evidence: every parser takes whatever it is given, and neither traps, hangs nor hoards.
///
/// `TALLYMAN_FUZZ_SECONDS` says how long each test goes on (`ops/fuzz` sets it); `TALLYMAN_FUZZ_SEED` repeats a run.
@Suite("Parsers under a mutator", .enabled(if: SharedFixtures.catalog != nil, "\(SharedFixtures.missing)"))
struct ParserFuzzTests {
    private static let seconds = Double(ProcessInfo.processInfo.environment["TALLYMAN_FUZZ_SECONDS"] ?? "") ?? 3
    private static let seed = UInt64(ProcessInfo.processInfo.environment["TALLYMAN_FUZZ_SEED"] ?? "") ?? 1
    /// Larger files are cut: most of their formats repeat themselves.
    private static let maxSampleBytes = 256 * 1024
    /// One input may take this long in a debug build; what is over it grows faster than its input.
    private static let maxInputSeconds = 20.0
    private static let maxResidentBytes = 1 << 30

    private struct Sample {
        let path: LayerPath
        let bytes: [UInt8]
        let readers: [any Cataloger]
    }

    private static let samples: [Sample] = {
        guard let folder = SharedFixtures.catalog else { return [] }
        let selection = Catalogers.directorySelection
        var samples: [Sample] = []
        for item in (try? FileManager.default.subpathsOfDirectory(atPath: folder).sorted()) ?? [] {  // absent: none
            guard let root = item.range(of: "/rootfs/"),
                let content = FileManager.default.contents(atPath: "\(folder)/\(item)")
            else { continue }
            let path = LayerPath(String(item[root.upperBound...]))
            let bytes = Array(content.prefix(maxSampleBytes))
            let wanted = selection.catalogers(for: path)
            let isProgram = bytes.withUnsafeBytes { ExecutableMagic.matches($0) }
            let readers = (wanted + (isProgram ? selection.executableCatalogers : [])).map { selection.catalogers[$0] }
            if !readers.isEmpty, !bytes.isEmpty { samples.append(Sample(path: path, bytes: bytes, readers: readers)) }
        }
        return samples
    }()

    /// Flips, cuts, repeats and crosses bytes, and puts in numbers and words that parsers trip over.
    private func mutated(_ bytes: [UInt8], _ other: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        let words: [[UInt8]] = [
            [0], [0xff, 0xff, 0xff, 0xff], [0x7f, 0xff, 0xff, 0xff], [0x80, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0],
            Array("\n\n".utf8), Array("99999999999999999999".utf8), Array("-1".utf8), Array("{[\"".utf8),
            Array("<!DOCTYPE a [<!ENTITY b 'c'>]>".utf8), Array("&a *a".utf8), [0xc3], [0xed, 0xa0, 0x80],
            [UInt8](repeating: UInt8(ascii: "["), count: 2000), [UInt8](repeating: UInt8(ascii: "a"), count: 5000),
        ]
        var copy = bytes
        for _ in 0...random.below(4) where !copy.isEmpty {
            let at = random.below(copy.count)
            switch random.below(7) {
            case 0: copy[at] = UInt8(random.below(256))
            case 1: copy[at] ^= 1 << UInt8(random.below(8))
            case 2: copy.removeSubrange(at..<min(copy.count, at + 1 + random.below(64)))
            case 3: copy = Array(copy[..<at])
            case 4: copy.insert(contentsOf: copy[at..<min(copy.count, at + 1 + random.below(512))], at: at)
            case 5: copy.insert(contentsOf: words[random.below(words.count)], at: at)
            default:
                guard !other.isEmpty else { continue }
                let from = random.below(other.count)
                copy.insert(contentsOf: other[from..<min(other.count, from + 1 + random.below(512))], at: at)
            }
        }
        return copy
    }

    /// Feeds `body` until the time is up, and holds each input's time and the process's memory against their bounds.
    private func fuzz(_ body: (inout SeededRandom) throws -> Void) throws {
        var random = SeededRandom(seed: Self.seed)
        let clock = ContinuousClock()
        let start = clock.now
        var inputs = 0
        while clock.now - start < .seconds(Self.seconds) {
            let before = clock.now
            try body(&random)
            inputs += 1
            #expect(clock.now - before < .seconds(Self.maxInputSeconds), "input \(inputs) of seed \(Self.seed)")
        }
        #expect(inputs > 0)
        #expect(try Self.residentBytes() < Self.maxResidentBytes, "after \(inputs) inputs of seed \(Self.seed)")
    }

    private static func residentBytes() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return (Int(fields.dropFirst().first ?? "") ?? 0) * Int(getpagesize())
    }

    @Test("Catalogers of every kind of evidence")
    func catalogers() throws {
        try #require(!Self.samples.isEmpty)
        try fuzz { random in
            let sample = Self.samples[random.below(Self.samples.count)]
            let other = Self.samples[random.below(Self.samples.count)]
            let bytes = FileBytes(mutated(sample.bytes, other.bytes, &random))
            for reader in sample.readers { _ = reader.catalog(EvidenceFile(path: sample.path, bytes: bytes)) }
        }
    }

    @Test("Layers: archive, compression and the evidence in them")
    func layers() throws {
        try #require(!Self.samples.isEmpty)
        try fuzz { random in
            var tar = TarBuilder()
            for _ in 0..<(1 + random.below(4)) {
                let sample = Self.samples[random.below(Self.samples.count)]
                tar.file(sample.path.text, Array(sample.bytes.prefix(16 * 1024)))
            }
            let plain = tar.archive
            var blob = random.oneIn(2) ? mutated(plain, [], &random) : plain
            if random.oneIn(2) { blob = mutated(GzipBuilder.member(blob), [], &random) }
            do {
                _ = try LayerScanner().scan(ArrayProducer(blob, pieceSize: 1 + random.below(70_000)), expected: nil)
            } catch {
                #expect(error is LayerScanError)
            }
        }
    }

    @Test("Bills of materials in each of their forms")
    func documents() throws {
        let package = Package(
            type: .rpm,
            name: "bind",
            version: "32:9.1-2",
            arch: "x86_64",
            source: SourcePackage(name: "bind", version: "32:9.1-2"),
            licenses: ["MPL-2.0", "odd licence"],
            module: "bind:9:1:c"
        )
        let distro = Distro(id: "rhel", versionID: "8", name: "RHEL 8")
        let bill = BillOfMaterials(
            subject: .init(source: "r.example/a:1"),
            distro: distro,
            components: [
                .init(
                    installed: InstalledPackage(package: package, layer: 0, paths: ["/var/lib/rpm/Packages"]),
                    distro: distro
                )
            ],
            tool: .init(name: "tallyman", version: "1")
        )
        let forms = SBOMFormat.allCases.map { bill.encode(as: $0) }
        try fuzz { random in
            let bytes = mutated(forms[random.below(forms.count)], forms[random.below(forms.count)], &random)
            // What is no document is refused with an error; that nothing worse happens is what is tested.
            _ = try? BillOfMaterials.read(bytes, source: "fuzz")
        }
    }
}
