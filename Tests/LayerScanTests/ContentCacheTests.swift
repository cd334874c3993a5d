import Bytes
import Catalogers
import ScanModel
import Synchronization
import TallymanTesting
import Testing

@testable import LayerScan

@Suite("Results kept by content")
struct ContentCacheTests {
    /// Counts how often it reads; says the file's name and size.
    private final class CountingCataloger: Cataloger {
        let name = "counting"
        let version = 1
        let maxFileBytes = EvidenceBound.binary
        let isCostly = true
        let selectors: [PathSelector] = [.suffix(".big")]
        let reads = Mutex(0)

        func catalog(_ file: EvidenceFile) -> CatalogedFile {
            reads.withLock { $0 += 1 }
            var found = CatalogedFile()
            let name = String(decoding: file.path.name, as: UTF8.self)
            found.packages = [CatalogedPackage(Package(type: .java, name: name, version: "\(file.bytes.count)"))]
            if name.hasPrefix("damaged") { found.problems = ["\(file.path.text): damaged"] }
            return found
        }
    }

    private let cataloger = CountingCataloger()
    private var reads: Int { cataloger.reads.withLock { $0 } }

    private func layer(_ files: [(String, [UInt8])]) -> [UInt8] {
        var tar = TarBuilder()
        for file in files { tar.file(file.0, file.1) }
        return tar.archive
    }

    private func scan(_ scanner: LayerScanner, _ files: [(String, [UInt8])]) throws -> LayerReport {
        try scanner.scan(ArrayProducer(layer(files)), expected: nil).report
    }

    private let content = [UInt8](repeating: 7, count: 100_000)

    @Test("The same file in another layer is not read again, and says the same there")
    func otherLayer() throws {
        let scanner = LayerScanner(selection: EvidenceSelection([cataloger]))
        let first = try scan(scanner, [("opt/a.big", content)])
        let second = try scan(scanner, [("srv/a.big", content), ("etc/x", [1])])
        #expect(reads == 1)
        #expect(second.evidence.map(\.path) == [LayerPath("srv/a.big")])
        #expect(second.evidence.map(\.packages) == first.evidence.map(\.packages))
    }

    @Test("Another content, another name or a small file is read; so is one with problems, which name its place")
    func differences() throws {
        let scanner = LayerScanner(selection: EvidenceSelection([cataloger]))
        let files: [(String, [UInt8])] = [
            ("a.big", content), ("b.big", content), ("x/a.big", content + [1]), ("small.big", [1]),
            ("y/small.big", [1]), ("damaged.big", content), ("z/damaged.big", content),
        ]
        let report = try scan(scanner, files)
        #expect(reads == files.count)
        #expect(report.gaps.map(\.reason) == ["damaged.big: damaged", "z/damaged.big: damaged"])
    }

    @Test("Paths that packages own weigh, too")
    func ownedPaths() {
        let cache = ContentCache(maxPackages: 1000)
        func key(_ number: UInt8) -> ContentCache.Key { .init(cataloger: "x", digest: [number], name: []) }
        var result = CatalogedFile()
        result.packages = [CatalogedPackage(Package(type: .rpm, name: "a", version: "1"))]
        // 180,000 bytes: of three, two are more than one generation holds, and the first goes with the next.
        let folder = String(repeating: "d", count: 1800)
        result.ownerships = [Ownership(owner: "a", paths: (0..<100).map { LayerPath("\(folder)\($0)") })]
        for number in 0..<3 { cache.keep(result, for: key(UInt8(number))) }
        #expect(cache.result(for: key(0)) == nil)
        #expect(cache.result(for: key(2)) != nil)
        result.ownerships[0].paths += result.ownerships[0].paths
        cache.keep(result, for: key(9))
        #expect(cache.result(for: key(9)) == nil)
    }

    @Test("What has been asked for lately stays when the bound is reached")
    func bound() throws {
        let cache = ContentCache(maxPackages: 4)
        let scanner = LayerScanner(selection: EvidenceSelection([cataloger]), cache: cache)
        for number in 0..<20 {
            _ = try scan(scanner, [("often.big", content), ("\(number).big", content)])
        }
        #expect(reads == 21)
        _ = try scan(scanner, [("0.big", content)])
        #expect(reads == 22)
    }
}
