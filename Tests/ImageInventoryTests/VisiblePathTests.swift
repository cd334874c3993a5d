import Bytes
import ImageInventory
import LayerScan
import ScanModel
import TallymanTesting
import Testing

/// A layer as the rules of the overlay see it.
private struct RawLayer {
    var entries: [LayerPath: PathKind] = [:]
    var whiteouts: Set<LayerPath> = []
    var opaque: Set<LayerPath> = []

    /// Whether it hides an entry of a lower layer (OCI image-spec v1.1, layer.md, Whiteouts).
    func hides(_ path: LayerPath, _ kind: PathKind) -> Bool {
        entries[path] != nil || whiteouts.contains(path)
            || kind != .directory && (opaque.contains(path) || hasSomething(below: path))
            || path.ancestors.contains { directory in
                whiteouts.contains(directory) || opaque.contains(directory)
                    || entries[directory].map { $0 != .directory } == true
            }
    }

    /// Whether a directory is made at `path` when the layer is unpacked, whether it has an entry for it or not.
    private func hasSomething(below path: LayerPath) -> Bool {
        let start = path.bytes + [UInt8(ascii: "/")]
        return [Set(entries.keys), whiteouts, opaque].contains { $0.contains { $0.bytes.starts(with: start) } }
    }

    var analysed: AnalysedLayer {
        AnalysedLayer(
            report: LayerReport(
                evidence: [],
                whiteouts: whiteouts.sorted(),
                opaqueDirectories: opaque.sorted(),
                gaps: [],
                diffID: nil,
                entries: entries.count,
                expandedBytes: 0
            ),
            paths: PathTable(entries)
        )
    }
}

private struct Shown: Hashable, Comparable {
    let path: LayerPath
    let kind: PathKind
    let layer: Int
    let place: Int

    static func < (left: Shown, right: Shown) -> Bool { left.path < right.path }
}

@Suite("The paths that an image shows")
struct VisiblePathTests {
    /// Names that are prefixes of each other, with bytes on either side of the slash behind them.
    private static let names: [[UInt8]] = ["a", "a-b", "a.b", "a b", "aa", "a0", "b"].map { Array($0.utf8) } + [[0xff]]

    private static func path(_ random: inout SeededRandom) -> LayerPath {
        var path = LayerPath.root
        for _ in 0...random.below(4) { path = path.appending(names[random.below(names.count)]) }
        return path
    }

    private static func layer(_ random: inout SeededRandom) -> RawLayer {
        var layer = RawLayer()
        for _ in 0..<random.below(60) {
            layer.entries[path(&random)] = random.oneIn(2) ? .directory : PathKind(rawValue: UInt8(random.below(5)))
        }
        // A layer has nothing below what is no directory in it.
        for (path, kind) in layer.entries where kind != .directory {
            for below in layer.entries.keys where below.ancestors.contains(path) { layer.entries[below] = nil }
        }
        guard random.oneIn(2) else { return layer }
        for _ in 0..<random.below(6) { layer.whiteouts.insert(path(&random)) }
        for _ in 0..<random.below(6) { layer.opaque.insert(random.oneIn(9) ? .root : path(&random)) }
        return layer
    }

    @Test("What layers hide of those below them is what the rules say", arguments: 0..<400 as Range<UInt64>)
    func agreesWithRules(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let layers = (0..<random.below(7)).map { _ in Self.layer(&random) }
        var expected: [Shown] = []
        for (position, layer) in layers.enumerated() {
            for (place, entry) in layer.entries.sorted(by: { $0.key < $1.key }).enumerated()
            where !layers[(position + 1)...].contains(where: { $0.hides(entry.key, entry.value) }) {
                expected.append(Shown(path: entry.key, kind: entry.value, layer: position, place: place))
            }
        }
        let visible = VisiblePaths(layers.map(\.analysed))
        let shown = visible.entries.enumerated().map { place, entry in
            Shown(path: visible.paths[place], kind: visible.kinds[place], layer: entry.layer, place: entry.place)
        }
        #expect(shown == expected.sorted())
        #expect(visible.paths.bytes.count == visible.paths.ends.last ?? 0)
    }

    @Test("Of names that each begin the next, a directory takes the place of the one that it is called like")
    func namesInNames() {
        var low = RawLayer()
        for length in 1...200 { low.entries[LayerPath(clean: [UInt8](repeating: 0x61, count: length))] = .file }
        var high = RawLayer()
        for length in [7, 8, 200] {
            let name = [UInt8](repeating: 0x61, count: length)
            for below in ["/b", "/c/d"] { high.entries[LayerPath(clean: name + Array(below.utf8))] = .file }
        }
        let visible = VisiblePaths([low.analysed, high.analysed])
        let lower = visible.entries.indices.filter { visible.entries[$0].layer == 0 }
        #expect(Set(1...200).subtracting(lower.map { visible.paths[$0].bytes.count }) == [7, 8, 200])
        #expect(visible.entries.count == 200 - 3 + 6)
    }

    @Test("Files are shown as after applying the layers one by one", arguments: 0..<150 as Range<UInt64>)
    func agreesWithReference(seed: UInt64) throws {
        var random = RandomLayers(seed: seed)
        var tree = ReferenceTree()
        var layers: [AnalysedLayer] = []
        for _ in 0..<5 {
            let layer = random.next()
            tree.apply(layer)
            layers.append(try LayerScanner().scan(ArrayProducer(ReferenceTree.archive(layer)), expected: nil))
            let visible = VisiblePaths(layers)
            let files = visible.kinds.indices.filter { visible.kinds[$0] != .directory }.map { visible.paths[$0].text }
            #expect(files == tree.nodes.filter { $0.value != .directory }.map(\.key).sorted())
        }
    }

    @Test("Damaged tables give some answer, never a trap")
    func damaged() {
        var random = SeededRandom(seed: 9)
        let whole = (0..<3).map { _ in Self.layer(&random) }
        for _ in 0..<3000 {
            let layers = whole.map { layer in
                var analysed = layer.analysed
                var bytes = analysed.paths.serialized
                for _ in 0...random.below(3) where !bytes.isEmpty {
                    bytes[random.below(bytes.count)] = UInt8(random.below(256))
                }
                if let table = PathTable(serialized: bytes) { analysed.paths = table }
                return analysed
            }
            let visible = VisiblePaths(layers)
            #expect(visible.entries.count <= layers.reduce(0) { $0 + $1.paths.count })
        }
    }
}
