package import Bytes
package import Catalogers
import Codecs
package import ScanModel
import Tar

/// Analyses one layer in a single pass over its blob: digest, inflate, digest, tar, catalogers.
///
/// Synchronous and used by one thread per layer; blocks as its source does, so it belongs on a thread pool.
package struct LayerScanner: Sendable {
    package let limits: LayerScanLimits
    package let selection: EvidenceSelection
    /// A folder for anonymous temporary files.
    package let scratchDirectory: String
    /// Whether a layer fails, for the moment, that needs the folder and cannot have it, where it would else have gaps.
    private let requiresScratch: Bool
    /// Shared by every layer that this scanner, or a copy of it, reads.
    private let cache: ContentCache
    /// Where each cataloger's CPU time is noted, when somebody wants to know.
    private let costs: AnalyzerCosts?
    /// What is collected for policies.
    private let collection: FileCollection

    package init(
        limits: LayerScanLimits = LayerScanLimits(),
        selection: EvidenceSelection = Catalogers.selection,
        scratchDirectory: String = "/tmp",
        requiresScratch: Bool = false,
        cache: ContentCache = ContentCache(),
        costs: AnalyzerCosts? = nil,
        collection: FileCollection = .nothing
    ) {
        self.limits = limits
        self.selection =
            collection.parts.contains(.verify)
            ? EvidenceSelection(
                selection.catalogers + Catalogers.listing(withDigests: collection.parts.contains(.digests))
            )
            : selection
        self.collection = collection
        self.scratchDirectory = scratchDirectory
        self.requiresScratch = requiresScratch
        self.cache = cache
        self.costs = costs
    }

    /// Throws ``LayerScanError/Code/noRoom`` where a folder takes no temporary file of so many bytes.
    package static func checkScratch(_ directory: String, bytes: Int64 = 0) throws {
        try FileSpool.check(directory, bytes: bytes)
    }

    /// Reads the blob to its end and reports what the layer holds.
    ///
    /// `expected` is the digest that the bytes must have; a mismatch throws whatever else was found, for damaged bytes
    /// prove nothing. `nil` is for files named by the user, which have no digest to keep.
    package func scan(_ blob: any ByteProducer, expected: Digest?) throws -> AnalysedLayer {
        try pass(blob, expected: expected, linked: LinkedNames()).layer
    }

    /// The same for a blob that can be had again, and is where a second pass finds more: see ``LinkedNames``.
    package func scan(again blob: () throws -> any ByteProducer, expected: Digest?) throws -> AnalysedLayer {
        let first = try pass(blob(), expected: expected, linked: LinkedNames())
        return first.missed.isEmpty
            ? first.layer : try pass(blob(), expected: expected, linked: first.missed).layer
    }

    /// One pass over the blob, with what an earlier one missed.
    package func pass(
        _ blob: any ByteProducer,
        expected: Digest?,
        linked: LinkedNames
    ) throws -> (layer: AnalysedLayer, missed: LinkedNames) {
        let input = HashingProducer(blob, algorithm: expected?.algorithm ?? .sha256)
        var content = LayerContent(
            limits: limits,
            selection: selection,
            scratchDirectory: scratchDirectory,
            requiresScratch: requiresScratch,
            cache: cache,
            costs: costs,
            collector: collection.parts.isEmpty
                ? nil : FileCollector(collection, costs: costs),
            linked: linked
        )
        var diffID: Digest?
        var expandedBytes: Int64 = 0
        var failure: (any Error)?
        do {
            let tar = HashingProducer(try Self.decoder(input, isOfFile: expected == nil)) { [limits] count in
                if count > limits.maxExpandedBytes {
                    throw Bound("the layer expands to more than \(limits.maxExpandedBytes) bytes")
                }
                if count > 4 << 30, count / limits.maxRatio > input.count {
                    throw Bound("the layer expands more than \(limits.maxRatio) times")
                }
            }
            do {
                try read(tar, into: &content)
                // Padding behind the archive's end belongs to both digests.
                try tar.drain()
                diffID = tar.digest
            } catch let bound as Bound {
                content.addGap(path: "", reason: bound.reason)
            }
            expandedBytes = tar.count
        } catch {
            failure = error
        }
        do { try input.drain() } catch { failure = failure ?? error }
        if let expected, failure == nil || input.isAtEnd {
            let actual = input.digest
            guard actual == expected else {
                throw LayerScanError.mismatch(expected: expected, actual: actual, count: input.count)
            }
        }
        if let failure {
            guard failure is CodecError || failure is TarError else { throw failure }
            throw LayerScanError(.malformed, "\(failure)")
        }
        let missed = content.missed
        return (content.finish(diffID: diffID, expandedBytes: expandedBytes), missed)
    }

    /// Decompresses the blob by what its first bytes are.
    ///
    /// Layers may be compressed with gzip and zstd (OCI image-spec v1.1, layer.md); `docker load` and Podman take bzip2
    /// and xz from an archive as well. So does this from a file of the user's, but not from a registry: what xz asks for
    /// in memory is up to who made the layer.
    private static func decoder(_ blob: HashingProducer, isOfFile: Bool) throws -> any ByteProducer {
        let decoder = try LayerDecoder(blob)
        switch decoder.compression {
        case .gzip, .zstd, .none: return decoder
        case .bzip2: return try stream(decoder, .bzip2, isOfFile: isOfFile)
        case .xz: return try stream(decoder, .xz, isOfFile: isOfFile)
        }
    }

    private static func stream(
        _ layer: LayerDecoder,
        _ form: CompressedStream.Form,
        isOfFile: Bool
    ) throws -> any ByteProducer {
        guard isOfFile else {
            let name = layer.compression.rawValue
            throw LayerScanError(.malformed, "the layer is compressed with \(name), which image layers may not be")
        }
        return try CompressedStream(layer, form)
    }

    private func read(_ tar: HashingProducer, into content: inout LayerContent) throws {
        // A layer of no bytes at all is an empty one: some builders write it so.
        let reader = try TarReader(tar)
        while let entry = try reader.nextEntry() {
            try content.add(entry, from: reader)
        }
    }
}

/// A bound on the layer as a whole was reached; reading stops there.
struct Bound: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
