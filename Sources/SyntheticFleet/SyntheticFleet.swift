import Codecs
import Crypto
import Foundation
package import ScanModel

/// A fleet that a seed makes: catalog, tags, manifests, configurations and layers, all generated when they are asked for.
///
/// Only digests and sizes are kept, some 600 bytes an image: 100,000 images need no disk.
package struct SyntheticFleet: Sendable {
    private struct Blob {
        /// How many files of the filler it begins with.
        var files: Int
        var digest: ScanModel.Digest
        var size: Int64
        var diffID: ScanModel.Digest
    }

    /// A part of a blob that can be sent as it is.
    package enum Content: Sendable {
        case bytes([UInt8])
        case layer(Int)
    }

    package let outline: FleetOutline
    private var filler: LayerFiller
    private var blobs: [Blob] = []
    private var layersByDigest: [ScanModel.Digest: Int32] = [:]
    private var imagesByManifest: [ScanModel.Digest: Int32] = [:]
    private var imagesByConfig: [ScanModel.Digest: Int32] = [:]
    private var manifests: [ScanModel.Digest] = []
    private var tags: [[String: Int32]] = []

    /// Makes every distinct layer's own part once, for its digests; `progress` is told how many of how many are done.
    package init(outline: FleetOutline, progress: (Int, Int) -> Void = { _, _ in }) throws {
        self.outline = outline
        filler = try LayerFiller(seed: outline.seed)
        let average = Int64(filler.averageBytes)
        blobs.reserveCapacity(outline.layers.count)
        for (place, layer) in outline.layers.enumerated() {
            let tar = LayerEvidence.archive(layer)
            let own = try Gzip.compress(tar)
            let files = Int(max(0, (layer.bytes - Int64(own.count)) / average))
            var state = try filler.digests(after: files)
            state.blob.update(data: own)
            state.tar.update(data: tar)
            let blob = Blob(
                files: files,
                digest: ScanModel.Digest(sha256: state.blob.finalize()),
                size: filler.offsets[files] + Int64(own.count),
                diffID: ScanModel.Digest(sha256: state.tar.finalize())
            )
            layersByDigest[blob.digest] = Int32(place)
            blobs.append(blob)
            if place % 256 == 0 { progress(place, outline.layers.count) }
        }
        for (place, image) in outline.images.enumerated() {
            while tags.count <= image.repository { tags.append([:]) }
            let config = config(image)
            let manifest = manifest(image, config: config)
            tags[image.repository][image.tag] = Int32(place)
            imagesByConfig[Self.digest(config)] = Int32(place)
            imagesByManifest[Self.digest(manifest)] = Int32(place)
            manifests.append(Self.digest(manifest))
        }
    }

    /// The names of all repositories, in order.
    package var repositories: [String] { tags.indices.map(Self.repositoryName).sorted() }

    /// The tags of a repository, in order; `nil` where there is none of this name.
    package func tags(of repository: String) -> [String]? {
        place(of: repository).map { tags[$0].keys.sorted() }
    }

    /// The digest that a tag names.
    package func digest(of repository: String, tag: String) -> ScanModel.Digest? {
        guard let place = place(of: repository), let image = tags[place][tag] else { return nil }
        return manifests[Int(image)]
    }

    /// The bytes of a manifest.
    package func manifest(_ digest: ScanModel.Digest) -> [UInt8]? {
        guard let place = imagesByManifest[digest] else { return nil }
        let image = outline.images[Int(place)]
        return manifest(image, config: config(image))
    }

    /// A layer or a configuration, with its size.
    package func blob(_ digest: ScanModel.Digest) -> (content: Content, size: Int64)? {
        if let place = layersByDigest[digest] { return (.layer(Int(place)), blobs[Int(place)].size) }
        guard let place = imagesByConfig[digest] else { return nil }
        let bytes = config(outline.images[Int(place)])
        return (.bytes(bytes), Int64(bytes.count))
    }

    /// Hands out a layer's bytes from `offset` on, piece by piece, until all are out or `take` says no.
    package func read(layer place: Int, from offset: Int64, _ take: (ArraySlice<UInt8>) throws -> Bool) throws {
        let blob = blobs[place]
        let bulk = filler.offsets[blob.files]
        var position = offset
        while position < bulk {
            let file = filler.file(at: position)
            var start = filler.offsets[file]
            for piece in try filler.pieces(file) {
                let skipped = Int(position - start)
                start += Int64(piece.count)
                guard skipped < piece.count else { continue }
                position = start
                guard try take(piece[skipped...]) else { return }
            }
        }
        let own = try Gzip.compress(LayerEvidence.archive(outline.layers[place]))
        let skipped = Int(position - bulk)
        if skipped < own.count { _ = try take(own[skipped...]) }
    }

    /// What the fleet comes to with the layers' true sizes.
    package var totals: FleetOutline.Totals {
        var totals = outline.totals
        totals.distinctBytes = blobs.reduce(0) { $0 + $1.size }
        totals.allBytes = outline.images.reduce(0) { sum, image in
            image.layers.reduce(sum) { $0 + blobs[Int($1)].size }
        }
        return totals
    }

    private static func repositoryName(_ number: Int) -> String { "team-\(number % 40)/app-\(number)" }

    private func place(of repository: String) -> Int? {
        guard let dash = repository.lastIndex(of: "-"), let number = Int(repository[repository.index(after: dash)...]),
            tags.indices.contains(number), Self.repositoryName(number) == repository
        else { return nil }
        return number
    }

    private func config(_ image: FleetOutline.Image) -> [UInt8] {
        let diffIDs = image.layers.map { "\"\(blobs[Int($0)].diffID)\"" }.joined(separator: ",")
        return Array(
            #"{"architecture":"amd64","os":"linux","config":{"Cmd":["/app"],"Labels":{"name":"\#(image.repository)/\#(image.tag)"}},"rootfs":{"type":"layers","diff_ids":[\#(diffIDs)]}}"#
                .utf8
        )
    }

    private func manifest(_ image: FleetOutline.Image, config: [UInt8]) -> [UInt8] {
        let layers = image.layers.map { place in
            let blob = blobs[Int(place)]
            return
                #"{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"\#(blob.digest)","size":\#(blob.size)}"#
        }.joined(separator: ",")
        let descriptor =
            #"{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\#(Self.digest(config))","size":\#(config.count)}"#
        return Array(
            #"{"schemaVersion":2,"mediaType":"\#(Self.manifestType)","config":\#(descriptor),"layers":[\#(layers)]}"#
                .utf8
        )
    }

    /// The media type of every manifest.
    package static let manifestType = "application/vnd.oci.image.manifest.v1+json"

    private static func digest(_ bytes: [UInt8]) -> ScanModel.Digest {
        ScanModel.Digest(sha256: SHA256.hash(data: bytes))
    }
}
