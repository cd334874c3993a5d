import Bytes
import Crypto
import Foundation
import ScanModel
import TallymanTesting
import Testing

@testable import LayerScan

private func facts(
    _ tar: TarBuilder,
    _ plan: CollectionPlan,
    pieces: Int = 64 * 1024,
    limits: LayerScanLimits = LayerScanLimits()
) throws -> (layer: AnalysedLayer, facts: LayerFacts) {
    let scanner = LayerScanner(limits: limits, collection: try FileCollection(plan))
    let layer = try scanner.scan(ArrayProducer(tar.archive, pieceSize: pieces), expected: nil)
    return (layer, try #require(layer.facts))
}

private func attributes(_ path: String, _ found: (layer: AnalysedLayer, facts: LayerFacts)) -> FileAttributes? {
    found.layer.paths.entry(at: LayerPath(path)).map { found.facts.attributes[$0.place] }
}

private func sha256(_ path: String, _ found: (layer: AnalysedLayer, facts: LayerFacts)) -> [UInt8]? {
    found.layer.paths.entry(at: LayerPath(path)).flatMap { found.facts.digests[$0.place]?.sha256 }
}

private func digest(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

/// A layer with files of every sort, evidence and none.
private var sample: TarBuilder {
    var tar = TarBuilder()
    tar.directory("etc")
    tar.file("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n")
    tar.file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
    tar.file("usr/bin/empty", "")
    tar.entry(Array("usr/bin/su".utf8), .file, content: [1, 2, 3], mode: 0o4755, userID: 10, groupID: 20)
    tar.symlink("usr/bin/sh", to: "/bin/dash")
    tar.hardlink("usr/bin/su2", to: "usr/bin/su")
    tar.file("opt/app/settings.ini", "a = 1\r\npassword = x\r\nb\n")
    tar.gnuSparseFile("opt/sparse", realSize: 10_000, pieces: [(512, [7, 8]), (9_998, [9, 9])])
    return tar
}

@Suite("What is collected of a layer's files")
struct FileCollectionTests {
    @Test("Mode, owner, size and target of each entry are kept")
    func metadata() throws {
        let found = try facts(sample, CollectionPlan(parts: [.files]))
        #expect(found.facts.attributes.count == found.layer.paths.count)
        #expect(
            attributes("usr/bin/su", found)
                == FileAttributes(mode: 0o4755, userID: 10, groupID: 20, size: 3)
        )
        #expect(attributes("usr/bin/sh", found)?.linkTarget == Array("/bin/dash".utf8))
        #expect(attributes("opt/sparse", found)?.size == 10_000)
        let linked = attributes("usr/bin/su2", found)
        #expect(linked?.mode == 0o4755 && linked?.size == 3 && linked?.linkTarget == Array("usr/bin/su".utf8))
        #expect(found.facts.digests.count == 0 && found.facts.found.isEmpty)
    }

    @Test("Of an entry that comes twice the last one counts")
    func twice() throws {
        var tar = TarBuilder()
        tar.file("etc/passwd", "a:x:0:0::/:/bin/sh\n", mode: 0o600)
        tar.file("etc/passwd", "b:x:0:0::/:/bin/sh\n", mode: 0o644)
        tar.file("etc/shadow", "password = y")
        tar.symlink("etc/shadow", to: "x")
        let plan = CollectionPlan(
            parts: [.files, .digests, .passwd, .content],
            contentPatterns: [NamedPattern("P=password")]
        )
        let found = try facts(tar, plan)
        #expect(attributes("etc/passwd", found)?.mode == 0o644)
        #expect(found.facts.found.map(\.path.text) == ["etc/passwd"])
        #expect(found.facts.found.first?.findings.content == Data("b:x:0:0::/:/bin/sh\n".utf8))
        #expect(sha256("etc/shadow", found) == nil)
    }

    @Test("Digests are those of the whole content, however the bytes come", arguments: [1, 2, 3, 1000, 65536])
    func digests(pieces: Int) throws {
        var limits = LayerScanLimits()
        limits.memoryBytes = 16
        let found = try facts(sample, CollectionPlan(parts: [.digests]), pieces: pieces, limits: limits)
        #expect(sha256("usr/bin/empty", found) == digest([]))
        #expect(sha256("usr/bin/su", found) == digest([1, 2, 3]))
        #expect(sha256("usr/bin/su2", found) == digest([1, 2, 3]))
        #expect(sha256("etc/os-release", found) == digest(Array("ID=debian\nVERSION_ID=\"12\"\n".utf8)))
        var sparse = [UInt8](repeating: 0, count: 10_000)
        sparse.replaceSubrange(512..<514, with: [7, 8])
        sparse.replaceSubrange(9_998..<10_000, with: [9, 9])
        #expect(sha256("opt/sparse", found) == digest(sparse))
        #expect(found.facts.attributes.isEmpty)
    }

    @Test("A sparse file that claims a terabyte of zeros is a gap")
    func sparse() throws {
        var tar = TarBuilder()
        tar.gnuSparseFile("huge", realSize: 1 << 32, pieces: [(0, [1])])
        let found = try facts(tar, CollectionPlan(parts: [.digests]))
        #expect(sha256("huge", found) == nil)
        #expect(found.layer.report.gaps.map(\.path) == ["huge"])
    }

    @Test("Files are retrieved by path and by pattern, and large ones are gaps")
    func retrieval() throws {
        var tar = sample
        tar.file("opt/app/large.ini", [UInt8](repeating: 65, count: (1 << 20) + 1))
        let plan = CollectionPlan(parts: [.retrieve], retrievedPaths: ["/opt/app/*.ini", "/usr/*", "etc/none"])
        let found = try facts(tar, plan)
        #expect(found.facts.found.map(\.path.text) == ["etc/passwd", "opt/app/settings.ini"])
        #expect(found.layer.report.gaps.map(\.path) == ["opt/app/large.ini"])
    }

    @Test("Lines that match from their start are found", arguments: [1, 2, 3, 7, 65536])
    func contentSearch(pieces: Int) throws {
        var tar = sample
        tar.file("bin/program", [0x7f, 0, 10] + Array("password".utf8))
        tar.file("last", "x\npass\u{e9}")
        tar.file("long", [UInt8](repeating: 65, count: 70_000) + Array("\npassword".utf8))
        let plan = CollectionPlan(
            parts: [.content],
            contentPatterns: ["SECRET=pass(word|é)", "x=word", ".*A$"].map { NamedPattern($0) }
        )
        let found = try facts(tar, plan, pieces: pieces)
        let lines = Dictionary(
            uniqueKeysWithValues: found.facts.found.map { file in
                (file.path.text, file.findings.contentMatches.map { "\($0.pattern.text) \($0.lines)" })
            }
        )
        #expect(
            lines == [
                "opt/app/settings.ini": ["SECRET=pass(word|é) [2]"], "last": ["SECRET=pass(word|é) [2]"],
                "long": ["SECRET=pass(word|é) [2]", ".*A$ [1]"],
            ]
        )
        #expect(found.layer.report.gaps.map(\.path) == ["long"])
    }

    @Test("An expression that takes too long is a gap, and the layer ends")
    func costly() throws {
        var tar = TarBuilder()
        for index in 0..<40 { tar.file("f\(index)", [UInt8](repeating: 97, count: 20_000)) }
        let search = try ContentSearchAnalyzer([NamedPattern("A=(a|b)*c")], budget: 2_000)
        let scanner = LayerScanner(collection: FileCollection(parts: [.content], analyzers: [search]))
        let layer = try scanner.scan(ArrayProducer(tar.archive), expected: nil)
        #expect(layer.report.gaps.contains { $0.reason.contains("takes too long") })
    }

    @Test("What nobody asked for is not collected")
    func nothing() throws {
        #expect(try LayerScanner().scan(ArrayProducer(sample.archive), expected: nil).facts == nil)
        #expect(try FileCollection(CollectionPlan(parts: [.content])).parts.isEmpty)
        #expect(throws: (any Error).self) {
            try FileCollection(CollectionPlan(parts: [.content], contentPatterns: [NamedPattern("A=(")]))
        }
    }

    @Test("An analyzer sees each file whole and once, and its error ends the layer")
    func analyzer() throws {
        let seen = Seen()
        let collection = FileCollection(parts: [.files], analyzers: [seen])
        let scanner = LayerScanner(collection: collection)
        _ = try scanner.scan(ArrayProducer(sample.archive, pieceSize: 100), expected: nil)
        #expect(seen.files["opt/app/settings.ini"] == Array("a = 1\r\npassword = x\r\nb\n".utf8))
        #expect(seen.files["usr/bin/su"] == [1, 2, 3])
        #expect(seen.files.count == 5)
        #expect(throws: Seen.Refusal.self) {
            var tar = TarBuilder()
            tar.file("refused", "x")
            _ = try scanner.scan(ArrayProducer(tar.archive), expected: nil)
        }
    }

    @Test("Hard links keep no second copy of a content, nor of a package database")
    func linkedContent() throws {
        var tar = TarBuilder()
        tar.file("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n")
        for number in 0..<50 { tar.hardlink("etc/copy\(number)", to: "etc/passwd") }
        let found = try facts(tar, CollectionPlan(parts: [.files, .passwd]))
        #expect(found.facts.found.map(\.path.text) == ["etc/passwd"])
    }

    @Test("What is found in a layer is bounded as a whole, and what is dropped is told")
    func bounded() throws {
        let collection = try FileCollection(CollectionPlan(parts: [.files, .passwd]))
        let collector = FileCollector(collection, costs: nil, maxKept: 1000)
        let listed = PackagedFiles(owner: "p", files: [PackagedFile(path: LayerPath("a"))])
        let problems = (0..<10).map { collector.add([listed], at: LayerPath("db\($0)")) }
        #expect(problems.prefix(3).allSatisfy { $0 == nil } && problems[9] != nil)
        #expect(collector.facts(PathTable([:])).found.count == problems.count { $0 == nil })
        var tar = TarBuilder()
        tar.symlink("long", to: String(repeating: "a", count: 5000))
        let found = try facts(tar, CollectionPlan(parts: [.files]))
        #expect(attributes("long", found)?.linkTarget == [] && found.layer.report.gaps.map(\.path) == ["long"])
    }

    @Test("Problems beyond those that are listed are counted")
    func manyProblems() throws {
        var tar = TarBuilder()
        for number in 0..<30 { tar.hardlink("l\(number)", to: "../out") }
        var limits = LayerScanLimits()
        limits.maxGaps = 10
        let gaps = try facts(tar, CollectionPlan(parts: [.files]), limits: limits).layer.report.gaps
        #expect(gaps.count == 11 && gaps.contains { $0.reason == "20 more gaps are not listed" })
    }

    @Test("Damaged archives are read to where they break, with everything collected")
    func damaged() throws {
        let plan = CollectionPlan(
            parts: Set(CollectedPart.allCases),
            retrievedPaths: ["/opt/*"],
            contentPatterns: [NamedPattern("p")]
        )
        let scanner = LayerScanner(collection: try FileCollection(plan))
        var random = SeededRandom(seed: 7)
        for _ in 0..<300 {
            var bytes = sample.archive
            for _ in 0..<random.below(8) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
            bytes.removeLast(random.below(bytes.count))
            // What cannot be read is an error, never a trap.
            guard let layer = try? scanner.scan(ArrayProducer(bytes, pieceSize: 1 + random.below(999)), expected: nil)
            else { continue }
            #expect(layer.facts?.attributes.count == layer.paths.count)
        }
    }
}

/// Keeps what it is shown.
private final class Seen: FileAnalyzer, @unchecked Sendable {  // Rule: one scan at a time uses it.
    struct Refusal: Error {}

    let name = "seen"
    var files: [String: [UInt8]] = [:]

    func makeReading() -> any FileReading { Reading(self) }

    private final class Reading: FileReading {
        let seen: Seen
        var path = ""
        var bytes: [UInt8] = []

        init(_ seen: Seen) { self.seen = seen }

        func begins(_ file: ExaminedFile) -> Bool {
            path = file.path.text
            bytes = []
            return path != "etc/passwd"
        }

        func consume(_ more: UnsafeRawBufferPointer) throws {
            if path == "refused" { throw Refusal() }
            bytes += more
        }

        func finish(into _: inout FileResult) { seen.files[path] = bytes }
    }
}
