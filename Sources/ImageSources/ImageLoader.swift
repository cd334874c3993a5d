import Catalogers
package import DedicatedThread
import ImageInventory
package import LayerScan
package import Registry
package import ScanModel

/// Reads a source and analyses what it holds.
package struct ImageLoader: Sendable {
    private let analysis: LayerAnalysis
    private let client: @Sendable () -> RegistryClient
    private let environment: [String: String]

    /// - Parameters:
    ///   - scanner: how layers are analysed, with its bounds.
    ///   - pool: the threads that analyse; two layers at most are under way at a time.
    ///   - client: the client for image references, asked for only where one is to be read; its owner shuts it down.
    ///   - environment: where container engines are named, `DOCKER_HOST` and `CONTAINER_HOST`.
    ///   - progress: told how far it has come, from any thread.
    package init(
        scanner: LayerScanner = LayerScanner(),
        pool: ThreadPool,
        client: @escaping @Sendable () -> RegistryClient,
        environment: [String: String] = [:],
        progress: @escaping @Sendable (LoadProgress) -> Void = { _ in }
    ) {
        analysis = LayerAnalysis(scanner: scanner, pool: pool, progress: progress)
        self.client = client
        self.environment = environment
    }

    /// Reads `source`, for `platform` where it holds images for several.
    ///
    /// Throws `ImageSourceError`, `RegistryError` and `LayerScanError`; a result is complete but for the gaps it states.
    package func load(_ source: ImageSource, platform: Platform? = nil) async throws -> ScannedImage {
        switch source {
        case .registry(let reference):
            return try await remote(reference, source: source, platform: platform)
        case .dockerArchive(let text):
            let (path, name) = LocalPath.split(text)
            return try await dockerArchive(path, name: name, source: source, platform: platform)
        case .engine(let kind, let name):
            let file = try await saved(name, by: kind)
            let image = try await dockerArchive(file.path, name: nil, source: source, platform: platform)
            return withExtendedLifetime(file) { image }
        case .ociArchive(let text):
            let (path, tag) = LocalPath.split(text)
            let blobs = ArchiveBlobs(index: try await analysis.pool.run { try TarIndex(path: path) })
            return try await layout(blobs, at: path, tag: tag, source: source, platform: platform)
        case .ociDirectory(let text):
            let (path, tag) = LocalPath.split(text)
            return try await layout(DirectoryBlobs(path), at: path, tag: tag, source: source, platform: platform)
        case .directory(let path):
            let layer = try await analysis.pool.run {
                try DirectoryScanner(selection: Catalogers.directorySelection).scan(path)
            }
            return ScannedImage(source: "\(source)", inventory: InventoryFold.fold([layer]))
        case .sbom(let path):
            return try await analysis.pool.run { try SBOMReader.image(path, source: "\(source)") }
        case .purls(let path):
            return PackageList.image(try await analysis.pool.run { try PURLList.read(path) }, source: "\(source)")
        }
    }

    private func remote(
        _ reference: ImageReference,
        source: ImageSource,
        platform: Platform?
    ) async throws -> ScannedImage {
        let client = client()
        let selected = try await client.selectImage(reference, platform: platform)
        let config = try await client.config(
            reference.registry,
            repository: reference.repository,
            descriptor: selected.manifest.config
        )
        return try await image(
            ImageParts(
                source: "\(source)",
                reference: "\(reference)",
                digest: selected.descriptor.digest,
                indexDigest: selected.index?.descriptor.digest,
                manifest: selected.manifest,
                config: config.config,
                problems: selected.problems
            ),
            platform: platform
        ) { LayerAnalysis.remote($0, of: reference, from: client) }
    }

    private func layout(
        _ blobs: some BlobStore,
        at path: String,
        tag: String?,
        source: ImageSource,
        platform: Platform?
    ) async throws -> ScannedImage {
        let found = try await analysis.pool.run {
            try LayoutImage(in: blobs, at: path, tag: tag, platform: platform)
        }
        return try await image(
            ImageParts(
                source: "\(source)",
                reference: found.name,
                digest: found.descriptor.digest,
                manifest: found.manifest,
                config: found.config
            ),
            platform: platform
        ) { LayerAnalysis.local(try blobs.place(of: $0.digest), digest: $0.digest, isDiffID: false) }
    }

    /// The archive of an image that an engine keeps: it tells what stands where only at its end, so it is spooled.
    private func saved(_ name: String, by kind: ContainerEngine.Kind) async throws -> AnonymousFile {
        let file = try AnonymousFile(in: analysis.scanner.scratchDirectory)
        let limit = analysis.scanner.limits.maxExpandedBytes
        var size: Int64 = 0
        try await ContainerEngine(kind, environment: environment).save(name) { chunk in
            size += Int64(chunk.count)
            guard size <= limit else {
                throw ImageSourceError(.tooLarge, "\(kind.rawValue):\(name): more than \(limit) bytes")
            }
            try await analysis.pool.run { try file.append(chunk) }
        }
        return file
    }

    private func dockerArchive(
        _ path: String,
        name: String?,
        source: ImageSource,
        platform: Platform?
    ) async throws -> ScannedImage {
        let found = try await analysis.pool.run { try DockerArchiveImage(in: TarIndex(path: path), name: name) }
        try ImageParts.check(found.config.platform, isFor: platform, subject: path)
        let tasks = found.layers.map { LayerAnalysis.local($0.place, digest: $0.diffID, isDiffID: true) }
        let analysed = try await analysis.analyse(tasks)
        return ScannedImage(
            source: "\(source)",
            reference: found.name,
            imageID: found.imageID,
            platform: found.config.platform,
            created: found.config.created.flatMap { Timestamp.normalized($0) },
            labels: ImageLabels.bounded(found.config.config?.labels ?? [:]),
            config: found.config,
            layers: zip(tasks, analysed).map { ScannedLayer(digest: $0.digest, analysis: $1) },
            inventory: InventoryFold.fold(analysed)
        )
    }

    /// Analyses the layers of a manifest and folds them.
    private func image(
        _ parts: ImageParts,
        platform: Platform?,
        task: (Descriptor) throws -> LayerAnalysis.Task
    ) async throws -> ScannedImage {
        try ImageParts.check(parts.config.platform, isFor: platform, subject: parts.reference ?? parts.source)
        let tasks = try parts.manifest.layers.map { descriptor in
            try parts.reasonNotRead(descriptor).map { LayerAnalysis.unread(descriptor.digest, reason: $0) }
                ?? task(descriptor)
        }
        let analysed = try await analysis.analyse(tasks)
        var inventory = InventoryFold.fold(analysed)
        inventory.gaps += parts.gaps(analysed)
        return ScannedImage(
            source: parts.source,
            reference: parts.reference,
            digest: parts.digest,
            indexDigest: parts.indexDigest,
            imageID: parts.manifest.config.digest,
            platform: parts.config.platform,
            created: parts.config.created.flatMap { Timestamp.normalized($0) },
            labels: ImageLabels.bounded(parts.config.config?.labels ?? [:]),
            config: parts.config,
            layers: zip(tasks, analysed).map { ScannedLayer(digest: $0.digest, analysis: $1) },
            inventory: inventory
        )
    }
}
