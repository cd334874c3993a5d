package import ScanModel

/// The image that was chosen for a reference.
package struct SelectedImage: Sendable {
    /// The index that the reference stands for; `nil` where it stands for the image itself.
    package let index: FetchedManifest?
    /// The image's manifest, with its platform where an index names it.
    package let descriptor: Descriptor
    package let manifest: ImageManifest
    /// The bytes of `manifest`.
    package let bytes: [UInt8]
    /// What of the index could not be read, one sentence each.
    package let problems: [String]
}

/// The images in an index and the indexes below it.
package struct IndexedImages: Sendable {
    /// One descriptor an image, in the index's order, attestations and artifacts left out.
    package internal(set) var images: [Descriptor] = []
    /// What could not be read, one sentence each.
    package internal(set) var problems: [String] = []
    /// Whether an index below was not to be had, and another time may be.
    var isPartial = false
}

extension RegistryClient {
    /// Indexes within indexes.
    private static let maxIndexDepth = 4
    /// Entries of one index and all below it.
    private static let maxIndexEntries = 10_000
    /// Indexes fetched for one reference.
    private static let maxNestedIndexes = 64
    /// Images without a stated platform that are looked into.
    private static let maxUnlabelled = 16

    /// Finds the image that a reference means on a platform, and fetches its manifest.
    ///
    /// Without a platform: linux/amd64 where there is one, else the first for Linux. A reference to a single image gives
    /// that image, whatever its platform; the configuration tells.
    /// Throws `unsupported`, with the reason, where there is no container image of that platform.
    package func selectImage(_ reference: ImageReference, platform: Platform? = nil) async throws -> SelectedImage {
        let top = try await manifest(reference)
        switch try content(of: top, reference) {
        case .image(let manifest):
            return SelectedImage(
                index: nil,
                descriptor: top.descriptor,
                manifest: manifest,
                bytes: top.bytes,
                problems: []
            )
        case .index(let index):
            let found = try await images(in: index, of: reference, digest: top.descriptor.digest)
            let chosen = try await choose(from: found, platform: platform, reference)
            let fetched = try await child(chosen.digest, of: reference)
            guard case .image(let manifest) = try content(of: fetched, reference) else {
                throw RegistryError(
                    .unsupported,
                    "\(reference): \(chosen.digest) in the index is not a container image"
                )
            }
            var descriptor = fetched.descriptor
            descriptor.platform = chosen.platform
            return SelectedImage(
                index: top,
                descriptor: descriptor,
                manifest: manifest,
                bytes: fetched.bytes,
                problems: found.problems
            )
        case .schema1:
            let remedy = "pull and push it with a current tool"
            throw RegistryError(.unsupported, "\(reference): Docker's schema 1 manifest, not supported; \(remedy)")
        case .artifact(let reason):
            throw RegistryError(.unsupported, "\(reference): not a container image: \(reason)")
        case .unknown(let mediaType):
            let type = mediaType.isEmpty ? "none" : PlainText.line(mediaType)
            throw RegistryError(.unsupported, "\(reference): not a container image: media type \(type)")
        }
    }

    /// A manifest that an index names: where it is missing, the image is there and broken, not gone.
    private func child(_ digest: Digest, of reference: ImageReference) async throws -> FetchedManifest {
        do { return try await manifest(reference.at(digest)) } catch let error as RegistryError
            where error.code == .notFound || error.code == .gone
        {
            var broken = RegistryError(
                .badResponse,
                "\(reference): the index names \(digest), which is missing: \(error.message)"
            )
            broken.isIncomplete = true
            throw broken
        }
    }

    /// Lists the images in an index and the indexes below it.
    ///
    /// An index below that cannot be fetched or read costs its own images, and is a problem. `reference` is any in the same
    /// repository; `digest` is that of `index`, so that one that contains itself is seen. Throws `tooLarge` where the
    /// bounds on entries are passed.
    package func images(
        in index: ImageIndex,
        of reference: ImageReference,
        digest: Digest
    ) async throws -> IndexedImages {
        var result = IndexedImages()
        var visited: Set<Digest> = [digest]
        var entries = 0
        var nested = 0
        // A stack of what is still to be looked at, first entry last.
        var pending = index.manifests.reversed().map { (descriptor: $0, depth: 1) }
        try Self.count(pending.count, into: &entries, reference)
        while let (descriptor, depth) = pending.popLast() {
            if descriptor.isAttestation { continue }
            if MediaType.isManifest(descriptor.mediaType) {
                if let type = descriptor.artifactType, !MediaType.isImageConfig(type) { continue }
                if visited.insert(descriptor.digest).inserted { result.images.append(descriptor) }
                continue
            }
            guard MediaType.isIndex(descriptor.mediaType) else {
                let type = PlainText.line(descriptor.mediaType, limit: 100)
                result.note("\(descriptor.digest) in the index has the media type \(type)")
                continue
            }
            guard visited.insert(descriptor.digest).inserted else {
                result.note("the index names the index \(descriptor.digest) twice, or contains itself")
                continue
            }
            guard depth < Self.maxIndexDepth, nested < Self.maxNestedIndexes else {
                let bounds = "\(Self.maxIndexDepth) levels or \(Self.maxNestedIndexes) indexes"
                result.note("the index \(descriptor.digest) lies beyond \(bounds) and was not read")
                continue
            }
            nested += 1
            do {
                guard case .index(let below) = try await manifest(reference.at(descriptor.digest)).content() else {
                    result.note("\(descriptor.digest) is not the index that it is said to be")
                    continue
                }
                try Self.count(below.manifests.count, into: &entries, reference)
                pending += below.manifests.reversed().map { (descriptor: $0, depth: depth + 1) }
            } catch let error as RegistryError where error.code != .tooLarge && !error.isTransient {
                result.note("the index \(descriptor.digest) could not be read: \(error.message)")
                result.isPartial = true
            }
        }
        return result
    }

    private static func count(_ added: Int, into entries: inout Int, _ reference: ImageReference) throws {
        entries += added
        guard entries <= maxIndexEntries else {
            throw RegistryError(.tooLarge, "\(reference): the index has over \(maxIndexEntries) entries")
        }
    }

    private func choose(
        from found: IndexedImages,
        platform: Platform?,
        _ reference: ImageReference
    ) async throws -> Descriptor {
        let labelled = found.images.filter { $0.platform != nil }
        if let match = Self.match(labelled, platform) { return match }
        var learned: [Descriptor] = []
        for var descriptor in found.images.filter({ $0.platform == nil }).prefix(Self.maxUnlabelled) {
            guard case .image(let manifest) = try await child(descriptor.digest, of: reference).content() else {
                continue
            }
            let fetched = try await config(
                reference.registry,
                repository: reference.repository,
                descriptor: manifest.config
            )
            descriptor.platform = fetched.config.platform
            learned.append(descriptor)
        }
        if let match = Self.match(learned, platform) { return match }
        let wanted = platform.map { "\($0)" } ?? "linux"
        let offered = (labelled + learned).compactMap { $0.platform.map { PlainText.line("\($0)", limit: 40) } }
        let list = offered.isEmpty ? "no image" : offered.prefix(10).joined(separator: ", ")
        let problems = found.problems.isEmpty ? "" : " (\(found.problems.joined(separator: "; ")))"
        // What was not to be had this time says nothing for good.
        var error = RegistryError(
            found.isPartial ? .badResponse : .unsupported,
            "\(reference): no image for \(wanted); the index has \(list)\(problems)"
        )
        error.isIncomplete = found.isPartial
        throw error
    }

    private static func match(_ images: [Descriptor], _ platform: Platform?) -> Descriptor? {
        func first(_ wanted: Platform) -> Descriptor? {
            images.first { $0.platform.map { wanted.accepts($0) } ?? false }
        }
        if let platform { return first(platform) }
        return first(.linuxAMD64) ?? images.first { $0.platform?.os == "linux" }
    }

    private func content(of fetched: FetchedManifest, _ reference: ImageReference) throws -> ManifestContent {
        do {
            return try fetched.content()
        } catch let error as RegistryError {
            throw RegistryError(error.code, "\(reference): \(error.message)")
        }
    }
}

extension IndexedImages {
    /// The most problems that are spelled out.
    private static let maxProblems = 20

    fileprivate mutating func note(_ problem: String) {
        if problems.count < Self.maxProblems { problems.append(problem) }
    }
}

extension ImageReference {
    /// The same repository by digest.
    fileprivate func at(_ digest: Digest) -> ImageReference {
        ImageReference(registry: registry, repository: repository, digest: digest)
    }
}
