import AnchoreAPI
import Postgres
import Reports
package import ScanModel

extension Store {
    /// Those of `digests` whose image for `platform` (or the reason why there is none) is known already.
    package func knownResolutions(_ digests: [Digest], platform: String) async throws -> Set<String> {
        try await pool.run { session in
            Set(
                try session.execute(
                    "SELECT digest FROM resolutions WHERE platform = $2 AND digest = ANY($1)",
                    [.textArray(digests.map(\.description)), .text(platform)]
                ).map { try $0.string(0) }
            )
        }
    }

    /// Adds a batch of images to a run: manifests, layers, tags and outcomes, in sets.
    ///
    /// Throws ``StoreError/Code/superseded`` where the run is not being listed any more, or by another listing than that of
    /// `run` (``beginListing(_:)``).
    package func add(_ images: [FoundImage], to run: Run) async throws {
        guard !images.isEmpty else { return }
        try await pool.transaction { session in
            // Held until the batch is there: whoever plans the run, or clears it away, has all of it to deal with, or none.
            // No stronger lock: batches overlap, and a change of the row's other columns would wait for a gap between them.
            let listed = try session.execute(
                "SELECT id FROM runs WHERE id = $1 AND state = 'listing' AND listings = $2 FOR KEY SHARE",
                [.int(run.id), .int(run.listings)]
            )
            guard !listed.isEmpty else {
                throw StoreError(.superseded, "run \(run.id) is not being listed any more, or by another coordinator")
            }
            try Self.insertPlaces(images, session)
            try Self.insertManifests(images, platform: run.platform, session)
            try Self.insertRunImages(images, run: run, session)
        }
    }

    static func insertPlaces(_ images: [FoundImage], _ session: PostgresSession) throws {
        let places = Set(images.map { [$0.registry, $0.repository] }).sorted { $0.lexicographicallyPrecedes($1) }
        _ = try session.execute(
            """
            INSERT INTO registries (host) SELECT DISTINCT host FROM unnest($1::text[]) AS given(host) ORDER BY host
            ON CONFLICT (host) DO NOTHING
            """,
            [.textArray(places.map { $0[0] })]
        )
        _ = try session.execute(
            """
            INSERT INTO repositories (registry_id, name)
            SELECT registries.id, given.name FROM unnest($1::text[], $2::text[]) AS given(host, name)
                JOIN registries USING (host)
            ORDER BY 1, 2 ON CONFLICT (registry_id, name) DO NOTHING
            """,
            [.textArray(places.map { $0[0] }), .textArray(places.map { $0[1] })]
        )
    }

    static func insertManifests(
        _ images: [FoundImage],
        platform: String,
        _ session: PostgresSession
    ) throws {
        var manifests: [Digest: FoundImage.Manifest] = [:]
        var layers: [Digest: LayerPlace] = [:]
        var resolved: [Digest: (manifest: Digest?, reason: String?)] = [:]
        for image in images {
            switch image.outcome {
            case .image(let manifest):
                manifests[manifest.digest] = manifest
                for layer in manifest.layers {
                    layers[layer.digest] = (layer.size, image.registry, image.repository)
                }
                if let digest = image.digest { resolved[digest] = (manifest.digest, nil) }
            case .unsupported(let reason):
                if let digest = image.digest { resolved[digest] = (nil, reason) }
            case .known, .failed, .gone: break
            }
        }
        let sorted = manifests.values.sorted { $0.digest < $1.digest }
        _ = try session.execute(
            """
            INSERT INTO manifests (digest, media_type, platform, config_digest, size, layer_count)
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
            ON CONFLICT (digest) DO NOTHING
            """,
            [
                .textArray(sorted.map(\.digest.description)), .textArray(sorted.map(\.mediaType)),
                .textArray(sorted.map(\.platform)), .textArray(sorted.map(\.configDigest.description)),
                .int64Array(sorted.map { $0.layers.map(\.size).saturatedSum }),
                .intArray(sorted.map(\.layers.count)),
            ]
        )
        try insertDocuments(sorted, session)
        try insertLayers(layers, of: sorted, session)
        try insertResolutions(resolved, platform: platform, session)
    }

    /// What is said of a layer's size, and a repository that holds it.
    private typealias LayerPlace = (size: Int64, registry: String, repository: String)

    /// Stores layers, and which of them manifests that are stored consist of.
    private static func insertLayers(
        _ layers: [Digest: LayerPlace],
        of manifests: [FoundImage.Manifest],
        _ session: PostgresSession
    ) throws {
        let blobs = layers.sorted { $0.key < $1.key }
        // The place is renewed: the repository that a layer was first seen in may be gone by now.
        _ = try session.execute(
            """
            INSERT INTO layers (digest, size, repository_id)
            SELECT given.digest, given.size, repositories.id
            FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) AS given(digest, size, host, name)
                JOIN registries ON registries.host = given.host
                JOIN repositories ON repositories.registry_id = registries.id AND repositories.name = given.name
            ORDER BY given.digest
            ON CONFLICT (digest) DO UPDATE SET repository_id = excluded.repository_id
            """,
            [
                .textArray(blobs.map(\.key.description)), .int64Array(blobs.map(\.value.size)),
                .textArray(blobs.map(\.value.registry)), .textArray(blobs.map(\.value.repository)),
            ]
        )
        let places = manifests.flatMap { manifest in
            manifest.layers.enumerated().map { (manifest.digest.description, $0.offset, $0.element.digest.description) }
        }
        _ = try session.execute(
            """
            INSERT INTO manifest_layers (manifest_id, position, layer_id)
            SELECT manifests.id, given.position, layers.id
            FROM unnest($1::text[], $2::bigint[], $3::text[]) AS given(manifest, position, layer)
                JOIN manifests ON manifests.digest = given.manifest
                JOIN layers ON layers.digest = given.layer
            ORDER BY 1, 2 ON CONFLICT DO NOTHING
            """,
            [
                .textArray(places.map(\.0)), .intArray(places.map(\.1)), .textArray(places.map(\.2)),
            ]
        )
    }

    /// Stores which manifest of the platform each digest that a tag named stands for, or why none.
    private static func insertResolutions(
        _ resolved: [Digest: (manifest: Digest?, reason: String?)],
        platform: String,
        _ session: PostgresSession
    ) throws {
        let answers = resolved.sorted { $0.key < $1.key }
        _ = try session.execute(
            """
            INSERT INTO resolutions (digest, platform, manifest_id, reason)
            SELECT given.digest, $4::text, manifests.id, given.reason
            FROM unnest($1::text[], $2::text[], $3::text[]) AS given(digest, manifest, reason)
                LEFT JOIN manifests ON manifests.digest = given.manifest
            ORDER BY 1 ON CONFLICT (digest, platform) DO NOTHING
            """,
            [
                .textArray(answers.map(\.key.description)),
                .optionalTextArray(answers.map { $0.value.manifest?.description }),
                .optionalTextArray(answers.map(\.value.reason)), .text(platform),
            ]
        )
    }

    private static func insertDocuments(_ manifests: [FoundImage.Manifest], _ session: PostgresSession) throws {
        let fetched = manifests.compactMap { manifest in manifest.documents.map { (manifest.digest, $0) } }
        guard !fetched.isEmpty else { return }
        _ = try session.execute(
            """
            INSERT INTO image_documents (manifest_id, manifest, config)
            SELECT manifests.id, given.manifest, given.config
            FROM unnest($1::text[], $2::bytea[], $3::bytea[]) AS given(digest, manifest, config)
                JOIN manifests USING (digest)
            ORDER BY 1 ON CONFLICT (manifest_id) DO NOTHING
            """,
            [
                .textArray(fetched.map(\.0.description)), .bytesArray(fetched.map(\.1.manifest)),
                .bytesArray(fetched.map(\.1.config)),
            ]
        )
    }

    static func insertRunImages(_ images: [FoundImage], run: Run, _ session: PostgresSession) throws {
        var unique: [[String]: FoundImage] = [:]
        for image in images { unique[[image.registry, image.repository, image.tag]] = image }
        let sorted = unique.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
        func state(_ image: FoundImage) -> ImageOutcome? {
            switch image.outcome {
            case .known, .image, .unsupported: nil
            case .failed: .failed
            case .gone: .gone
            }
        }
        func reason(_ image: FoundImage) -> String? {
            switch image.outcome {
            case .failed(let reason), .gone(let reason): reason
            case .known, .image, .unsupported: nil
            }
        }
        _ = try session.execute(
            """
            INSERT INTO run_images (run_id, repository_id, tag, digest, manifest_id, state, reason)
            SELECT $1::bigint, repositories.id, given.tag, given.digest, resolutions.manifest_id,
                coalesce(given.state, CASE WHEN resolutions.manifest_id IS NULL THEN 'unsupported' ELSE 'pending' END),
                coalesce(given.reason, resolutions.reason)
            FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
                    AS given(host, name, tag, digest, state, reason)
                JOIN registries ON registries.host = given.host
                JOIN repositories ON repositories.registry_id = registries.id AND repositories.name = given.name
                LEFT JOIN resolutions ON resolutions.digest = given.digest AND resolutions.platform = $8
            ORDER BY 2, 3
            ON CONFLICT (run_id, repository_id, tag) DO NOTHING
            """,
            [
                .int(run.id), .textArray(sorted.map(\.registry)), .textArray(sorted.map(\.repository)),
                .textArray(sorted.map(\.tag)), .optionalTextArray(sorted.map { $0.digest?.description }),
                .optionalTextArray(sorted.map { state($0)?.rawValue }), .optionalTextArray(sorted.map(reason)),
                .text(run.platform),
            ]
        )
    }

    /// The repositories of a registry that tags name images in, by name.
    package func repositories(withTagsIn registry: String) async throws -> [String] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT repositories.name FROM repositories JOIN registries ON registries.id = registry_id
                WHERE host = $1 AND EXISTS (SELECT FROM tags WHERE repository_id = repositories.id AND valid_until IS NULL)
                ORDER BY repositories.name COLLATE "C"
                """,
                [.text(registry)]
            ).map { try $0.string(0) }
        }
    }
}
