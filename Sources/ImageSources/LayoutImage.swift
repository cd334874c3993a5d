import ScanModel

/// Finds an image in an OCI layout (image-spec v1.1, image-layout.md and image-index.md).
struct LayoutImage {
    /// Bytes of an index, a manifest or a configuration.
    static let maxDocumentBytes = 8 << 20
    private static let maxIndexDepth = 4
    private static let maxIndexEntries = 10_000

    private static let nameKeys = ["org.opencontainers.image.ref.name", "io.containerd.image.name"]

    let descriptor: Descriptor
    let manifest: ImageManifest
    let config: ImageConfig
    /// The name that the layout has for the image.
    let name: String?

    /// Picks the image with `tag` (or `@sha256:…`), or the only one there is, for `platform`.
    init(in blobs: some BlobStore, at place: String, tag: String?, platform: Platform?) throws {
        guard let bytes = try blobs.file("index.json", maxBytes: Self.maxDocumentBytes) else {
            throw ImageSourceError(.malformed, "\(place): no OCI layout: index.json is missing")
        }
        let index = try ContentCheck.decode(ImageIndex.self, bytes, subject: "\(place): index.json")
        let top = try Self.named(tag, in: index.manifests.filter { !$0.isAttestation }, place: place)
        var reader = Reader(blobs: blobs, place: place)
        let images = try top.flatMap { try reader.images(below: $0, depth: 0) }
        let chosen = try Self.choose(images, platform: platform, place: place)
        descriptor = chosen.descriptor
        manifest = chosen.manifest
        config = chosen.config
        name = top.first.flatMap(Self.name)
    }

    private static func name(of descriptor: Descriptor) -> String? {
        nameKeys.lazy.compactMap { descriptor.annotations?[$0] }.first
    }

    private static func named(_ tag: String?, in descriptors: [Descriptor], place: String) throws -> [Descriptor] {
        let names = Array(Set(descriptors.compactMap(name))).sorted()
        guard let tag else {
            // One image for several platforms stands under one name, or under none.
            guard names.count <= 1, !descriptors.isEmpty else {
                let list = names.isEmpty ? "no images" : "several images: \(names.prefix(20).joined(separator: ", "))"
                throw ImageSourceError(
                    names.isEmpty ? .malformed : .usage,
                    "\(place) has \(list); name one as \(place):TAG"
                )
            }
            return descriptors
        }
        let digest = Digest(tag.hasPrefix("@") ? String(tag.dropFirst()) : tag)
        let found = descriptors.filter { descriptor in
            descriptor.digest == digest
                || nameKeys.contains { key in
                    descriptor.annotations?[key].map { $0 == tag || $0.hasSuffix(":\(tag)") } ?? false
                }
        }
        guard !found.isEmpty else {
            let list = names.isEmpty ? "no names" : names.prefix(20).joined(separator: ", ")
            throw ImageSourceError(.usage, "\(place) has no image \(tag); it has \(list)")
        }
        return found
    }

    private struct Candidate {
        let descriptor: Descriptor
        let manifest: ImageManifest
        let config: ImageConfig
        var platform: Platform? { config.platform ?? descriptor.platform }
    }

    private static func choose(_ images: [Candidate], platform: Platform?, place: String) throws -> Candidate {
        func first(_ wanted: Platform) -> Candidate? {
            images.first { $0.platform.map { wanted.accepts($0) } ?? false }
        }
        let chosen: Candidate? =
            if let platform {
                first(platform)
            } else {
                first(.linuxAMD64) ?? images.first { $0.platform?.os == "linux" } ?? images.first
            }
        if let chosen { return chosen }
        let offered = images.compactMap { $0.platform.map { "\($0)" } }.prefix(10).joined(separator: ", ")
        let wanted = platform.map { "for \($0)" } ?? "of any platform"
        throw ImageSourceError(.unsupported, "\(place): no container image \(wanted); it has \(offered)")
    }

    /// Reads descriptors down to the images below them.
    private struct Reader {
        let blobs: any BlobStore
        let place: String
        private var entries = 0
        private var visited: Set<Digest> = []

        init(blobs: any BlobStore, place: String) {
            self.blobs = blobs
            self.place = place
        }

        mutating func images(below descriptor: Descriptor, depth: Int) throws -> [Candidate] {
            entries += 1
            guard entries <= maxIndexEntries, depth <= maxIndexDepth else {
                throw ImageSourceError(
                    .tooLarge,
                    "\(place): over \(maxIndexEntries) entries or \(maxIndexDepth) levels"
                )
            }
            guard !descriptor.isAttestation, visited.insert(descriptor.digest).inserted else { return [] }
            let bytes = try document(descriptor)
            let subject = "\(place): \(descriptor.digest)"
            if MediaType.isIndex(descriptor.mediaType) {
                var found: [Candidate] = []
                for below in try ContentCheck.decode(ImageIndex.self, bytes, subject: subject).manifests {
                    // A layout of one platform often keeps the whole index and lacks the other platforms' blobs.
                    guard (try? blobs.place(of: below.digest)) != nil else { continue }
                    found += try images(below: below, depth: depth + 1)
                }
                return found
            }
            guard MediaType.isManifest(descriptor.mediaType) else { return [] }
            let manifest = try ContentCheck.decode(ImageManifest.self, bytes, subject: subject)
            guard manifest.artifactReason == nil else { return [] }
            let config = try ContentCheck.decode(
                ImageConfig.self,
                document(manifest.config),
                subject: "\(place): \(manifest.config.digest)"
            )
            return [Candidate(descriptor: descriptor, manifest: manifest, config: config)]
        }

        private func document(_ descriptor: Descriptor) throws -> [UInt8] {
            let subject = "\(place): \(descriptor.digest)"
            let bytes = try blobs.place(of: descriptor.digest).bytes(maxBytes: maxDocumentBytes, subject: subject)
            try ContentCheck.check(bytes, against: descriptor.digest, subject: subject)
            return bytes
        }
    }
}
