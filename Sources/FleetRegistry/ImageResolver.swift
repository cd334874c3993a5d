import AnchoreAPI
package import Registry
package import ScanModel
package import Store

/// Finds out what names in registries stand for, in the form in which the fleet keeps it.
package struct ImageResolver: Sendable {
    /// The largest size of a layer that is believed, 1 TiB.
    ///
    /// What an image states is a hint, and anybody's: sizes are added up over all layers of a run, and a few of the largest
    /// numbers would be too much for that.
    private static let maxLayerBytes: Int64 = 1 << 40

    private let client: RegistryClient
    private let platform: String

    /// `platform` is that of the run, empty for each image's own best.
    package init(client: RegistryClient, platform: String) {
        self.client = client
        self.platform = platform
    }

    /// Asks what a tag names now; the outcome is `known` where it names something.
    package func head(registry: String, repository: String, tag: String, digest: Digest?) async -> FoundImage {
        var image = FoundImage(
            registry: registry,
            repository: repository,
            tag: tag,
            digest: digest,
            outcome: .known
        )
        guard digest == nil else { return image }
        let reference = ImageReference(registry: registry, repository: repository, tag: tag)
        do {
            image.digest = try await client.resolve(reference).digest
        } catch {
            note(error, on: &image)
        }
        return image
    }

    /// Fetches what a digest stands for, down to one image of the platform.
    package func resolve(_ image: FoundImage) async -> FoundImage {
        do { return try await resolved(image) } catch {
            var failed = image
            note(error, on: &failed)
            failed.isIncomplete = (error as? RegistryError)?.isIncomplete ?? false
            return failed
        }
    }

    /// The same, throwing what the registry said.
    package func resolved(_ image: FoundImage) async throws -> FoundImage {
        var image = image
        let reference = ImageReference(
            registry: image.registry,
            repository: image.repository,
            tag: nil,
            digest: image.digest
        )
        let selected = try await client.selectImage(reference, platform: Platform(platform))
        if let reason = unsupportedReason(selected.manifest) {
            image.outcome = .unsupported(reason)
            return image
        }
        let fetched: FetchedConfig
        do {
            fetched = try await client.config(
                image.registry,
                repository: image.repository,
                descriptor: selected.manifest.config
            )
        } catch let error as RegistryError where error.code == .notFound || error.code == .gone {
            // The image is there and broken, not gone.
            image.outcome = .failed(error.message)
            image.isIncomplete = true
            return image
        }
        image.outcome = .image(
            FoundImage.Manifest(
                digest: selected.descriptor.digest,
                mediaType: selected.descriptor.mediaType,
                platform: PlainText.line(
                    (fetched.config.platform ?? selected.descriptor.platform)?.description ?? ""
                ),
                configDigest: selected.manifest.config.digest,
                layers: selected.manifest.layers.map { layer in
                    FoundImage.Layer(digest: layer.digest, size: min(layer.size, Self.maxLayerBytes))
                },
                documents: ImageDocuments(manifest: selected.bytes, config: fetched.bytes)
            )
        )
        return image
    }

    private func unsupportedReason(_ manifest: ImageManifest) -> String? {
        if let reason = manifest.artifactReason { return PlainText.line(reason) }
        for layer in manifest.layers {
            if MediaType.isForeignLayer(layer.mediaType) {
                let type = PlainText.line(layer.mediaType, limit: 100)
                return "not covered: layer \(layer.digest) is stored outside the registry (\(type)) and is not fetched"
            }
            if !MediaType.isLayer(layer.mediaType) {
                return "layer \(layer.digest) has type \(PlainText.line(layer.mediaType, limit: 100))"
            }
            if layer.size < 0 { return "layer \(layer.digest) has a negative size" }
        }
        return nil
    }

    private func note(_ error: any Error, on image: inout FoundImage) {
        guard let error = error as? RegistryError else {
            image.outcome = .failed(PlainText.line("\(error)", limit: 1000))
            return
        }
        let reason = PlainText.line(error.message, limit: 1000)
        switch error.code {
        case .unsupported: image.outcome = .unsupported(reason)
        case .notFound, .gone: image.outcome = .gone(reason)
        default:
            image.outcome = .failed(reason)
            image.isUnanswered = error.isTransient
        }
    }
}
