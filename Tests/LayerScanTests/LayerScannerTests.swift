import Bytes
import Codecs
import Crypto
import Foundation
import LayerScan
import ScanModel
import TallymanTesting
import Testing

private func digest(_ bytes: [UInt8]) -> ScanModel.Digest { ScanModel.Digest(sha256: SHA256.hash(data: bytes)) }

private func scan(
    _ blob: [UInt8],
    expected: ScanModel.Digest? = nil,
    pieces: Int = 64 * 1024,
    limits: LayerScanLimits = LayerScanLimits()
) throws -> AnalysedLayer {
    try LayerScanner(limits: limits).scan(ArrayProducer(blob, pieceSize: pieces), expected: expected)
}

private func json(_ layer: AnalysedLayer) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try encoder.encode(layer.report)
}

private func names(_ layer: AnalysedLayer) -> [String] {
    layer.report.evidence.flatMap(\.packages).map { "\($0.package.name) \($0.package.version)" }.sorted()
}

private func manifest(_ name: String, _ version: String = "1") -> String {
    #"{"name":"\#(name)","version":"\#(version)"}"#
}

/// A layer with several kinds of evidence, a whiteout and an opaque directory.
private var sampleTar: [UInt8] {
    var tar = TarBuilder()
    tar.directory("etc")
    tar.file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
    tar.file(
        "var/lib/dpkg/status",
        "Package: bash\nStatus: install ok installed\nVersion: 5.2-1\nArchitecture: amd64\n\n"
    )
    tar.file("usr/lib/node_modules/x/package.json", manifest("x"))
    tar.file("usr/lib/python3/site-packages/y-2.dist-info/METADATA", "Name: y\nVersion: 2\n\nText\n")
    tar.file("opt/.wh.old", "")
    tar.file("srv/.wh..wh..opq", "")
    tar.file("srv/.wh..wh.plnk", "")
    return tar.archive
}

/// A tar with a package, as `xz` and `bzip2` compress it.
private let rareForms: [(name: String, text: String)] = [
    (
        "xz",
        """
        /Td6WFoAAAFpIt42AgAhAQwAAACPmEGc4Af/AHRdADqcyosJgMEx0U8DQoeXpBEPbROL85UuplE9BoNxkVlmp36ZlFkvnJfGzvG6ticYAtpk43BO
        B45p5wWM+C4ndhIeN5du0LTs6BRdHY/vQFpG/IvDuCmitYKOC0wP5ClfvKuG4XcZmqVTVDuU/rzgskBwFfjgAAmycQ4AAYwBgBAAAIU8OGY+MA2L
        AgAAAAABWVo=
        """
    ),
    (
        "bzip2",
        """
        QlpoOTFBWSZTWWhguAwAAEhbgcqAUAX/EgAA/r/fSgCACAggAHURTJppoDQBpoAaaepoDRRoGj1AAQYAGhgvwzAYoEAmsz4lhgeIAwD6qi/snUk7
        kf6DilASGHgWV4FRmLhfatJUIAiSdstFm4gLWu8ORTBd2cZQsNROuRT7dIxZEFTd9oF+NXEXou5IpwoSDQwXAYA=
        """
    ),
]

@Suite("The analysis of one layer")
struct LayerScannerTests {
    @Test("A hard link to a lower layer's file that is not read under its own name is a gap")
    func linkToOddName() throws {
        var tar = TarBuilder()
        tar.hardlink("app/log4j-core.jar", to: "store/abc")
        tar.hardlink("app/other.jar", to: "store/other.jar")
        let gaps = try scan(tar.archive).report.gaps
        #expect(gaps.map(\.path) == ["app/log4j-core.jar"])
        #expect(gaps.first?.reason.contains("store/abc") == true)
    }

    @Test("Content that comes first under another name is read under those of its hard links, by a second pass")
    func linkedNames() throws {
        func layer(_ names: [String], _ content: String, _ rest: (inout TarBuilder) -> Void = { _ in }) -> [UInt8] {
            var tar = TarBuilder()
            tar.file(names[0], content)
            for name in names.dropFirst() { tar.hardlink(name, to: names[0]) }
            rest(&tar)
            return tar.archive
        }
        func found(_ tar: [UInt8]) throws -> AnalysedLayer {
            try LayerScanner().scan(again: { ArrayProducer(tar, pieceSize: 700) }, expected: digest(tar))
        }
        let store = "pnpm/store/v10/files/1f/abc"
        let names = [store, "app/node_modules/lodash/package.json", "srv/node_modules/lodash/package.json"]
        let pnpm = layer(names, manifest("lodash", "4.17.21"))
        #expect(try scan(pnpm).report.gaps.count == 2, "one pass says what it could not see")
        let twice = try found(pnpm)
        #expect(twice.report.gaps == [])
        #expect(twice.report.evidence.map(\.path.text).sorted() == names.dropFirst().sorted())
        #expect(twice.report.evidence.flatMap(\.packages).map(\.package.version) == ["4.17.21", "4.17.21"])

        // Whichever name comes first, the evidence is the same.
        let two = Array(names.dropFirst())
        let direct = try found(layer([two[1], two[0], store], manifest("lodash", "4.17.21")))
        #expect(Set(direct.report.evidence) == Set(twice.report.evidence))

        // What stands at the name later is what counts, and what is too large is said.
        let replaced = try found(
            layer([store, "app/node_modules/x/package.json"], manifest("x", "1")) {
                $0.file("app/node_modules/x/package.json", manifest("x", "2"))
            }
        )
        #expect(replaced.report.evidence.flatMap(\.packages).map(\.package.version) == ["2"])
        var appended = TarBuilder()
        for version in ["1", "2"] { appended.file(store, manifest("x", version)) }
        appended.hardlink("app/node_modules/x/package.json", to: store)
        #expect(try found(appended.archive).report.evidence.flatMap(\.packages).map(\.package.version) == ["2"])
        // Each name has the file parsed again, so that there is an end to them.
        let many = try found(layer([store] + (0..<300).map { "app/\($0)/node_modules/x/package.json" }, manifest("x")))
        #expect(many.report.evidence.flatMap(\.packages).count == 256 && many.report.gaps.count == 44)
        var limits = LayerScanLimits()
        limits.maxFileBytes = 10
        let small = LayerScanner(limits: limits)
        let large = try small.scan(again: { ArrayProducer(pnpm) }, expected: nil)
        #expect(large.report.gaps.contains { $0.reason.contains("more than the 10") })
        #expect(large.report.evidence.allSatisfy { $0.packages.isEmpty })
    }

    @Test("Every form of a layer gives the same report, in pieces of any size", arguments: [1, 2, 3, 1000, 65536])
    func forms(pieces: Int) throws {
        let tar = sampleTar
        let plain = try json(scan(tar))
        for blob in [tar, GzipBuilder.member(tar), try Zstd.compress(tar)] {
            let layer = try scan(blob, expected: digest(blob), pieces: pieces)
            #expect(layer.report.diffID == digest(tar))
            #expect(layer.report.expandedBytes == Int64(tar.count))
            #expect(layer.report.entries == 8)
            #expect(try json(layer) == plain)
        }
    }

    @Test("xz and bzip2, which layers may not be, are read out of a file and named where a registry has them")
    func rareCompression() throws {
        for (name, text) in rareForms {
            let blob = Array(try #require(Data(base64Encoded: text, options: .ignoreUnknownCharacters)))
            for pieces in [1, 3, 65536] {
                let layer = try scan(blob, pieces: pieces)
                #expect(names(layer) == ["x 1"])
                #expect(layer.report.expandedBytes == 2048)
                #expect { try scan(blob, expected: digest(blob), pieces: pieces) } throws: { error in
                    let failure = error as? LayerScanError
                    return failure?.code == .malformed
                        && failure?.message == "the layer is compressed with \(name), which image layers may not be"
                }
            }
            for length in 10..<blob.count - 12 {
                #expect { try scan(Array(blob.prefix(length))) } throws: {
                    ($0 as? LayerScanError)?.code == .malformed
                }
            }
        }
    }

    @Test("The report holds what the layer brings and what it takes away")
    func content() throws {
        let layer = try scan(sampleTar)
        #expect(names(layer) == ["bash 5.2-1", "x 1", "y 2"])
        #expect(layer.report.whiteouts == [LayerPath("opt/old")])
        #expect(layer.report.opaqueDirectories == [LayerPath("srv")])
        #expect(layer.report.gaps == [])
        #expect(layer.paths.kind(at: LayerPath("etc")) == .directory)
        #expect(layer.paths.kind(at: LayerPath("etc/os-release")) == .file)
        #expect(layer.paths.kind(at: LayerPath("opt/.wh.old")) == nil)
        #expect(layer.paths.count == 5)
    }

    @Test("Padding behind the archive counts for both digests")
    func padding() throws {
        let tar = sampleTar + [UInt8](repeating: 0, count: 9000)
        let blob = GzipBuilder.member(tar)
        let layer = try scan(blob, expected: digest(blob))
        #expect(layer.report.diffID == digest(tar))
        #expect(layer.report.expandedBytes == Int64(tar.count))
    }

    @Test("Bytes that are not what the digest says throw, whatever is in them")
    func mismatch() throws {
        let tar = sampleTar
        let good = GzipBuilder.member(tar)
        var flipped = good
        flipped[flipped.count / 2] ^= 1
        for blob in [flipped, Array(good.dropLast()), good + [0], [], Array("garbage".utf8), tar] {
            #expect { try scan(blob, expected: digest(good)) } throws: {
                ($0 as? LayerScanError)?.code == .digestMismatch
            }
        }
    }

    @Test("A blob named by its SHA-512 is checked by it")
    func sha512() throws {
        let blob = GzipBuilder.member(sampleTar)
        let named = ScanModel.Digest(sha512: SHA512.hash(data: blob))
        #expect(try scan(blob, expected: named).report.diffID == digest(sampleTar))
        #expect { try scan(blob + [0], expected: named) } throws: { ($0 as? LayerScanError)?.code == .digestMismatch }
    }

    @Test("Bytes that match their digest and are no layer are malformed")
    func malformed() throws {
        let gzip = GzipBuilder.member(sampleTar)
        let zstd = try Zstd.compress(sampleTar)
        var damaged = gzip
        damaged[damaged.count - 6] ^= 1
        let blobs: [[UInt8]] = [
            Array("garbage".utf8), [UInt8](repeating: 0x41, count: 5000), damaged, Array(gzip.dropLast(100)),
            Array(gzip.prefix(2)),
            Array(gzip.prefix(20)), Array(zstd.dropLast(3)), Array(zstd.prefix(6)), Array(sampleTar.prefix(700)),
            GzipBuilder.member(Array("no tar".utf8)), GzipBuilder.member(Array(sampleTar.prefix(700))),
        ]
        for blob in blobs {
            for pieces in [1, 3, 65536] {
                #expect { try scan(blob, expected: digest(blob), pieces: pieces) } throws: {
                    ($0 as? LayerScanError)?.code == .malformed
                }
                #expect { try scan(blob, pieces: pieces) } throws: {
                    ($0 as? LayerScanError)?.code == .malformed
                }
            }
        }
    }

    @Test(
        "A layer of no bytes is an empty one",
        arguments: [[], GzipBuilder.member([]), [UInt8](repeating: 0, count: 1024)]
    )
    func empty(blob: [UInt8]) throws {
        let layer = try scan(blob, expected: digest(blob))
        #expect(layer.report.evidence == [])
        #expect(layer.report.entries == 0)
        #expect(layer.paths.count == 0)
        #expect(layer.report.diffID != nil)
    }

    @Test("Of two entries for one path the last one counts")
    func duplicates() throws {
        let path = "usr/lib/node_modules/x/package.json"
        var tar = TarBuilder()
        tar.file(path, manifest("x", "1"))
        tar.file(path, "{ damaged")
        tar.file("./" + path, manifest("x", "3"))
        let layer = try scan(tar.archive)
        #expect(names(layer) == ["x 3"])
        #expect(layer.report.gaps == [])
        tar.symlink(path, to: "elsewhere")
        let replaced = try scan(tar.archive)
        #expect(names(replaced) == [])
        #expect(replaced.paths.kind(at: LayerPath(path)) == .symlink)
    }

    @Test("Names that lead out of the image become gaps and nothing else")
    func hostileNames() throws {
        var tar = TarBuilder()
        tar.file("usr/../../etc/os-release", "ID=evil\n")
        tar.file("/etc/os-release", "ID=debian\n")
        tar.hardlink("usr/lib/os-release", to: "../../etc/os-release")
        let layer = try scan(tar.archive)
        #expect(layer.report.evidence.compactMap(\.distro).map(\.id) == ["debian"])
        #expect(layer.report.gaps.map(\.path) == ["usr/../../etc/os-release", "usr/lib/os-release"])
    }

    @Test("Names that turn back within the image are what engines make of them")
    func turningNames() throws {
        var tar = TarBuilder()
        tar.file("opt/x/../node_modules/a/package.json", manifest("a"))
        tar.file("/../srv/b/package.json", manifest("b"))
        tar.hardlink("srv/c/package.json", to: "opt/../srv/x/../b/package.json")
        tar.file("opt/x/../.wh.old", "")
        let layer = try scan(tar.archive)
        let paths = ["opt/node_modules/a/package.json", "srv/b/package.json", "srv/c/package.json"]
        #expect(layer.report.evidence.map(\.path.text) == paths)
        #expect(names(layer) == ["a 1", "b 1", "b 1"])
        #expect(layer.report.whiteouts == [LayerPath("opt/old")])
        #expect(layer.report.gaps == [])
    }

    @Test("Hard links show what they link to, over several steps and into lower layers")
    func hardlinks() throws {
        let folder = "usr/lib/node_modules"
        var tar = TarBuilder()
        tar.file("\(folder)/a/package.json", manifest("a"))
        tar.hardlink("\(folder)/b/package.json", to: "\(folder)/a/package.json")
        tar.hardlink("\(folder)/c/package.json", to: "\(folder)/b/package.json")
        tar.hardlink("\(folder)/d/package.json", to: "below/package.json")
        tar.hardlink("\(folder)/e/package.json", to: "\(folder)/d/package.json")
        let evidence = try scan(tar.archive).report.evidence
        #expect(evidence.map(\.packages.count) == [1, 1, 1, 0, 0])
        let below = LayerPath("below/package.json")
        #expect(evidence.map(\.linkTarget) == [nil, nil, nil, below, below])
    }
}

@Suite("The bounds of a layer's analysis")
struct LayerScanLimitsTests {
    private func layerGaps(_ layer: AnalysedLayer) -> [String] {
        layer.report.gaps.filter { $0.path.isEmpty }.map(\.reason)
    }

    @Test("More entries than allowed: what came before counts, the rest is a gap")
    func entries() throws {
        var tar = TarBuilder()
        for index in 0..<10 { tar.file("usr/lib/node_modules/p\(index)/package.json", manifest("p\(index)")) }
        var limits = LayerScanLimits()
        limits.maxEntries = 4
        let blob = GzipBuilder.member(tar.archive)
        let layer = try scan(blob, expected: digest(blob), limits: limits)
        #expect(names(layer) == ["p0 1", "p1 1", "p2 1", "p3 1"])
        #expect(layerGaps(layer) == ["the layer has more than 4 entries"])
        #expect(layer.report.diffID == nil)
        limits.maxEntries = 10
        #expect(try scan(blob, limits: limits).report.gaps == [])
    }

    @Test(
        "More bytes than allowed is a gap, and the blob's digest is still checked",
        arguments: [0, 100, 512, 1000, 3000]
    )
    func expandedBytes(bound: Int64) throws {
        var limits = LayerScanLimits()
        limits.maxExpandedBytes = bound
        for blob in [sampleTar, GzipBuilder.member(sampleTar), try Zstd.compress(sampleTar)] {
            for pieces in [1, 100, 65536] {
                let layer = try scan(blob, expected: digest(blob), pieces: pieces, limits: limits)
                #expect(layerGaps(layer) == ["the layer expands to more than \(bound) bytes"])
                #expect(layer.report.diffID == nil)
            }
            #expect { try scan(blob + [0], expected: digest(blob), limits: limits) } throws: {
                ($0 as? LayerScanError)?.code == .digestMismatch
            }
        }
        limits.maxExpandedBytes = Int64(sampleTar.count)
        #expect(try scan(sampleTar, limits: limits).report.gaps == [])
    }

    @Test("An evidence file that is too large is a gap and still replaces the one below it")
    func evidenceBytes() throws {
        let path = LayerPath("usr/lib/node_modules/x/package.json")
        var tar = TarBuilder()
        tar.file(path.text, manifest("x") + String(repeating: " ", count: 1000))
        var limits = LayerScanLimits()
        limits.maxFileBytes = 500
        let layer = try scan(tar.archive, limits: limits)
        #expect(layer.report.gaps.map(\.path) == [path.text])
        #expect(layer.report.evidence == [Evidence(path: path, cataloger: "npm")])
    }

    @Test("A text that its cataloger would refuse for its size is not spooled; a program of its name is")
    func evidenceSpooled() throws {
        let path = LayerPath("var/db/pkg/a/b-1/LICENSE")
        var limits = LayerScanLimits()
        limits.memoryBytes = 1000
        let scanner = LayerScanner(limits: limits, scratchDirectory: "/nonexistent")
        func read(_ start: [UInt8]) throws -> LayerReport {
            var tar = TarBuilder()
            tar.file(path.text, start + [UInt8](repeating: 0x20, count: 5000 - start.count))
            return try scanner.scan(ArrayProducer(tar.archive), expected: nil).report
        }
        let text = try read(Array("MIT".utf8))
        #expect(text.gaps.map(\.reason) == ["5000 bytes, more than the 4096 that are read of such a file"])
        #expect(text.evidence == [Evidence(path: path, cataloger: "portage-license")])
        let program = try read([0x7f, 0x45, 0x4c, 0x46])
        #expect(program.gaps.map { $0.reason.hasPrefix("no temporary file in /nonexistent") } == [true])
    }

    @Test("What is found in all files of a layer is bounded, and a file beyond it still replaces the one below it")
    func foundBytes() throws {
        var tar = TarBuilder()
        for name in ["p", "q", "r"] { tar.file("usr/lib/node_modules/\(name)/package.json", manifest(name)) }
        var limits = LayerScanLimits()
        limits.maxFoundBytes = 700
        let layer = try scan(tar.archive, limits: limits)
        #expect(names(layer) == ["p 1", "q 1"])
        #expect(layer.report.gaps.map(\.path) == ["usr/lib/node_modules/r/package.json"])
        #expect(layer.report.evidence.count == 3)
    }

    @Test("Each hard link to a file counts as much as the file does")
    func foundByHardlinks() throws {
        var tar = TarBuilder()
        tar.file("usr/lib/node_modules/p/package.json", manifest("p"))
        for name in ["q", "r"] {
            tar.hardlink("srv/\(name)/package.json", to: "usr/lib/node_modules/p/package.json")
        }
        var limits = LayerScanLimits()
        limits.maxFoundBytes = 700
        let layer = try scan(tar.archive, limits: limits)
        #expect(names(layer) == ["p 1", "p 1"])
        #expect(layer.report.gaps.map(\.path) == ["srv/r/package.json"])
        #expect(layer.report.evidence.count == 3)
    }

    @Test("A path of more parts than any is passed over and told")
    func pathParts() throws {
        let deep = String(repeating: "a/", count: 255) + "package.json"
        var tar = TarBuilder()
        tar.file(deep, manifest("deep"))
        tar.file("b/" + deep, manifest("deeper"))
        let layer = try scan(tar.archive)
        #expect(names(layer) == ["deep 1"])
        #expect(layer.report.gaps.map(\.reason) == ["a path of 257 parts was passed over"])
    }

    @Test("Paths of more bytes together than allowed: what came before counts, the rest is a gap")
    func pathsBytes() throws {
        var tar = TarBuilder()
        for name in ["p", "q", "r"] { tar.file("usr/lib/node_modules/\(name)/package.json", manifest(name)) }
        var limits = LayerScanLimits()
        limits.maxPathsBytes = 80
        let layer = try scan(tar.archive, limits: limits)
        #expect(names(layer) == ["p 1", "q 1"])
        #expect(layerGaps(layer) == ["the layer's paths have more than 80 bytes"])
        #expect(layer.report.diffID == nil)
    }

    @Test("A path that is too long and gaps beyond their number are counted")
    func pathsAndGaps() throws {
        var tar = TarBuilder()
        tar.file(String(repeating: "d/", count: 200) + "package.json", manifest("deep"))
        for index in 0..<7 { tar.file("../\(index)", "") }
        var limits = LayerScanLimits()
        limits.maxPathBytes = 100
        limits.maxGaps = 3
        let layer = try scan(tar.archive, limits: limits)
        #expect(names(layer) == [])
        #expect(layer.report.gaps.count == 4)
        #expect(layerGaps(layer).contains("5 more gaps are not listed"))
    }

    @Test("Evidence above the memory bound goes through a file with the same result", arguments: [0, 10, 60, 1 << 20])
    func spooled(bound: Int64) throws {
        var tar = TarBuilder()
        let status = (0..<2000).map { "Package: p\($0)\nVersion: \($0)\n" }.joined(separator: "\n")
        tar.file("var/lib/dpkg/status", status)
        tar.gnuSparseFile(
            "usr/lib/node_modules/s/package.json",
            realSize: 400,
            pieces: [(0, Array(manifest("s").utf8)), (399, Array(" ".utf8))]
        )
        tar.file("etc/os-release", "ID=debian\n")
        tar.file("usr/lib/node_modules/empty/package.json", "")
        var limits = LayerScanLimits()
        limits.memoryBytes = bound
        #expect(try json(scan(tar.archive, limits: limits)) == json(scan(tar.archive)))
        #expect(try scan(tar.archive, limits: limits).report.evidence.map(\.packages.count).max() == 2000)
    }

    @Test("Without a place for temporary files a large file is a gap")
    func noScratch() throws {
        var limits = LayerScanLimits()
        limits.memoryBytes = 10
        let scanner = LayerScanner(limits: limits, scratchDirectory: "/nonexistent")
        let layer = try scanner.scan(ArrayProducer(sampleTar), expected: nil)
        #expect(layer.report.gaps.contains { $0.path == "var/lib/dpkg/status" && $0.reason.contains("temporary file") })
    }

    @Test("Where the place for temporary files is required, no gap stands for it: the layer is tried again")
    func requiredScratch() throws {
        var limits = LayerScanLimits()
        limits.memoryBytes = 10
        let scanner = LayerScanner(limits: limits, scratchDirectory: "/nonexistent", requiresScratch: true)
        let error = #expect(throws: LayerScanError.self) {
            try scanner.scan(ArrayProducer(sampleTar), expected: nil)
        }
        #expect(error?.code == .noRoom)
        let folder = #expect(throws: LayerScanError.self) { try LayerScanner.checkScratch("/nonexistent") }
        #expect(folder?.code == .noRoom && folder?.message.contains("/nonexistent") == true)
        try LayerScanner.checkScratch(NSTemporaryDirectory())
        try LayerScanner.checkScratch(NSTemporaryDirectory(), bytes: 1 << 20)
        let tooMuch = #expect(throws: LayerScanError.self) {
            try LayerScanner.checkScratch(NSTemporaryDirectory(), bytes: 1 << 60)
        }
        #expect(tooMuch?.code == .noRoom && tooMuch?.message.contains(NSTemporaryDirectory()) == true)
    }

    @Test("Damaged layers without a digest give a report or an error, never a trap")
    func fuzz() throws {
        let tar = sampleTar
        var random = SeededRandom(seed: 21)
        for _ in 0..<400 {
            var copy = tar
            for _ in 0...random.below(4) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
            do { _ = try scan(copy) } catch { #expect(error is LayerScanError) }
        }
    }
}
