package import AnchoreAPI
import Postgres
import ScanModel

extension Store {
    /// Adds an image to an account and, where nobody has analysed it or is about to, plans its analysis at once.
    ///
    /// A tag that is new to the account has a run of its own in any case, which ends at once where all is known:
    /// whoever waits to be told of the analysis is. All in one transaction: the run that is made is never seen
    /// half-planned. Asked again, nothing happens a second time, but that annotations are added, and subscriptions that
    /// are to be active are so again. An image that is new to the account counts as added at `createdAt`, in
    /// microseconds since 1970. Returns the image's number.
    package func addImage(
        _ image: FoundImage,
        to account: String,
        dockerfile: [UInt8]?,
        annotations: AnnotationChange?,
        createdAt: Int64? = nil,
        subscriptions: [SubscriptionRecord],
        analysisVersion: String,
        shards: Int
    ) async throws -> Int {
        try await pool.transaction { session in
            try Self.insertPlaces([image], session)
            try Self.insertManifests([image], platform: "", session)
            guard let digest = image.digest,
                let row = try session.execute(Self.added, [.text(digest.description)]).first
            else { throw StoreError(.notFound, "the image cannot be analysed") }
            let manifest = try row.int(0)
            // One at a time for each image: the second of two requests finds what the first did.
            _ = try session.execute("SELECT FROM manifests WHERE id = $1 FOR UPDATE", [.int(manifest)])
            let isKnown =
                try Self.isNamed(image, digest, manifest, session)
                && Self.isInHand(manifest, analysisVersion, session)
            if try !isKnown || !Self.isListed(image, in: account, session) {
                let run = try session.count(
                    """
                    INSERT INTO runs (state, targets, platform, priority, started_at, origin)
                    VALUES ('listing', $1, '', 0, now(), 'api') RETURNING id
                    """,
                    [.textArray(["\(image.registry)/\(image.repository):\(image.tag)"])]
                )
                let planned = Run(id: run, state: .listing, targets: [], platform: "", priority: 0, reason: nil)
                try Self.insertRunImages([image], run: planned, session)
                try Self.plan(planned, listed: [], analysisVersion: analysisVersion, shards: shards, session)
            }
            try Self.note(manifest, account, dockerfile, annotations, createdAt, session)
            try Self.list(image, in: account, session)
            try Self.insert(subscriptions, activating: true, session)
            return manifest
        }
    }

    /// The image that the digest `$1` stands for.
    private static let added = """
        SELECT manifest_id FROM resolutions WHERE digest = $1 AND platform = '' AND manifest_id IS NOT NULL
        """

    /// Whether the tag names the image already.
    private static func isNamed(
        _ image: FoundImage,
        _ digest: Digest,
        _ manifest: Int,
        _ session: PostgresSession
    ) throws -> Bool {
        try session.execute(
            """
            SELECT EXISTS (
                SELECT FROM tags JOIN repositories ON repositories.id = tags.repository_id
                    JOIN registries ON registries.id = repositories.registry_id
                WHERE registries.host = $2 AND repositories.name = $3 AND tags.name = $4 AND tags.digest = $5
                    AND tags.manifest_id = $1 AND tags.valid_until IS NULL)
            """,
            [
                .int(manifest), .text(image.registry), .text(image.repository), .text(image.tag),
                .text(digest.description),
            ]
        ).first?.bool(0) ?? false
    }

    /// Whether the analysis of an image is there, or an account has asked for it already and will be told.
    ///
    /// A run over the fleet that has the image in hand does not count: who cancels it need not know that somebody waits. A
    /// run that ends just now does not either: it may have told already.
    private static func isInHand(_ manifest: Int, _ version: String, _ session: PostgresSession) throws -> Bool {
        let isThere = try session.execute(
            """
            SELECT EXISTS (SELECT FROM image_inventories WHERE manifest_id = $1 AND analysis_version = $2)
                AND EXISTS (SELECT FROM image_analyses WHERE manifest_id = $1)
            """,
            [.int(manifest), .text(version)]
        ).first?.bool(0)
        guard isThere != true else { return true }
        return try !session.execute(
            """
            SELECT runs.id FROM run_images JOIN runs ON runs.id = run_images.run_id
            WHERE run_images.manifest_id = $1 AND run_images.state IN ('pending', 'analysed', 'reused')
                AND runs.state = 'running' AND runs.origin = 'api'
            LIMIT 1 FOR SHARE OF runs SKIP LOCKED
            """,
            [.int(manifest)]
        ).isEmpty
    }

    private static func note(
        _ manifest: Int,
        _ account: String,
        _ dockerfile: [UInt8]?,
        _ annotations: AnnotationChange?,
        _ createdAt: Int64?,
        _ session: PostgresSession
    ) throws {
        var said: String?
        if let annotations {
            let before = try session.execute(
                "SELECT annotations FROM account_images WHERE account = $1 AND manifest_id = $2 AND is_listed",
                [.text(account), .int(manifest)]
            ).first?.optionalString(0)
            said = try annotations.applied(to: before)
        }
        // What was said before the image was taken out of the list is the archive's.
        _ = try session.execute(
            """
            INSERT INTO account_images (account, manifest_id, annotations, dockerfile, created_at)
            VALUES ($1, $2, $3, $4, coalesce($5, now()))
            ON CONFLICT (account, manifest_id) DO UPDATE SET is_listed = true, last_updated = now(),
                annotations = coalesce(
                    excluded.annotations, CASE WHEN account_images.is_listed THEN account_images.annotations END),
                dockerfile = coalesce(
                    excluded.dockerfile, CASE WHEN account_images.is_listed THEN account_images.dockerfile END)
            """,
            [
                .text(account), .int(manifest), .text(said), dockerfile.map { .bytes($0) } ?? .null,
                createdAt.map { .timestamp(microseconds: $0) } ?? .null,
            ]
        )
    }

    private static func isListed(_ image: FoundImage, in account: String, _ session: PostgresSession) throws -> Bool {
        try session.execute(
            """
            SELECT EXISTS (
                SELECT FROM account_tags JOIN repositories ON repositories.id = account_tags.repository_id
                    JOIN registries ON registries.id = repositories.registry_id
                WHERE account_tags.account = $1 AND registries.host = $2 AND repositories.name = $3
                    AND account_tags.name = $4)
            """,
            [.text(account), .text(image.registry), .text(image.repository), .text(image.tag)]
        ).first?.bool(0) ?? false
    }

    private static func list(_ image: FoundImage, in account: String, _ session: PostgresSession) throws {
        _ = try session.execute(
            """
            INSERT INTO account_tags (account, repository_id, name)
            SELECT $1, repositories.id, $4 FROM repositories JOIN registries ON registries.id = repositories.registry_id
            WHERE registries.host = $2 AND repositories.name = $3 ON CONFLICT DO NOTHING
            """,
            [.text(account), .text(image.registry), .text(image.repository), .text(image.tag)]
        )
    }

    private static let isArchived = "EXISTS (SELECT FROM archived_images WHERE account = $1 AND manifest_id = $2)"

    /// Takes an image out of an account's list.
    ///
    /// The fleet keeps it while a tag names it. What the account said about it is forgotten, unless the image is in the
    /// account's archive: it comes back with its Dockerfile and annotations (``relist(_:in:)``).
    package func unlist(_ manifest: Int, from account: String) async throws {
        try await pool.run { session in
            _ = try session.execute(
                """
                INSERT INTO account_images (account, manifest_id, is_listed) VALUES ($1, $2, false)
                ON CONFLICT (account, manifest_id) DO UPDATE SET is_listed = false, last_updated = now(),
                    annotations = CASE WHEN \(Self.isArchived) THEN account_images.annotations END,
                    dockerfile = CASE WHEN \(Self.isArchived) THEN account_images.dockerfile END
                """,
                [.text(account), .int(manifest)]
            )
        }
    }

    /// Puts an image back into an account's list.
    package func relist(_ manifest: Int, in account: String) async throws {
        try await pool.run { session in
            _ = try session.execute(
                """
                INSERT INTO account_images (account, manifest_id) VALUES ($1, $2)
                ON CONFLICT (account, manifest_id) DO UPDATE SET is_listed = true, last_updated = now()
                """,
                [.text(account), .int(manifest)]
            )
        }
    }
}
