import Bytes
import Crypto
import LayerScan
import ScanModel
import SyntheticFleet
import Testing

@Suite("The content of a synthetic fleet")
struct SyntheticFleetTests {
    private static let fleet = Result {
        try SyntheticFleet(outline: FleetOutline(profile: .enterprise, images: 8, seed: 11, scale: 0.02))
    }

    private func bytes(_ fleet: SyntheticFleet, _ place: Int, from offset: Int64 = 0) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try fleet.read(layer: place, from: offset) { piece in
            bytes += piece
            return true
        }
        return bytes
    }

    /// The digests and sizes of the layers that a manifest names.
    private func descriptors(_ fleet: SyntheticFleet) throws -> [ScanModel.Digest] {
        var found: Set<ScanModel.Digest> = []
        for repository in fleet.repositories {
            for tag in fleet.tags(of: repository) ?? [] {
                let digest = try #require(fleet.digest(of: repository, tag: tag))
                let text = String(decoding: try #require(fleet.manifest(digest)), as: UTF8.self)
                for part in text.split(separator: "\"") {
                    if let digest = ScanModel.Digest(String(part)) { found.insert(digest) }
                }
            }
        }
        return found.sorted()
    }

    @Test("Every blob has the digest and the size that its manifest states")
    func everyBlobHasDigest() throws {
        let fleet = try Self.fleet.get()
        for digest in try descriptors(fleet) {
            let blob = try #require(fleet.blob(digest))
            let content =
                switch blob.content {
                case .bytes(let bytes): bytes
                case .layer(let place): try bytes(fleet, place)
                }
            #expect(Int64(content.count) == blob.size)
            #expect(ScanModel.Digest(sha256: SHA256.hash(data: content)) == digest)
        }
    }

    @Test("A layer can be read from any byte on")
    func layerCanBeRead() throws {
        let fleet = try Self.fleet.get()
        let whole = try bytes(fleet, 0)
        for offset in [0, 1, 24, 535, 536, whole.count / 2, whole.count - 1] {
            #expect(try bytes(fleet, 0, from: Int64(offset)) == Array(whole[offset...]))
        }
    }

    @Test("Layers shrink as those of the hub do, and hold the packages that they are to hold")
    func layersShrinkThoseHub() throws {
        let fleet = try Self.fleet.get()
        var types: Set<String> = []
        // Of small layers most is what they hold of their own, which is text.
        var largest = (bytes: 0, ratio: 0.0)
        for place in fleet.outline.layers.indices {
            let blob = try bytes(fleet, place)
            let layer = try LayerScanner().scan(ArrayProducer(blob), expected: nil)
            #expect(layer.report.gaps.isEmpty)
            types.formUnion(layer.report.evidence.flatMap(\.packages).map(\.package.type.rawValue))
            let ratio = Double(layer.report.expandedBytes) / Double(blob.count)
            if blob.count > largest.bytes { largest = (blob.count, ratio) }
        }
        #expect(types.isSuperset(of: ["deb", "python"]))
        #expect((2.2...3.2).contains(largest.ratio), "\(largest)")
    }
}
