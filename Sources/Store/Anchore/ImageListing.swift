package import AnchoreAPI
import Postgres

/// Which images of an account are meant.
package enum ImageSelection: Sendable {
    /// Those with a lower number, the newest first; `nil` for the newest of all.
    case page(below: Int?, limit: Int)
    case digest(String)
    case imageID(String)
    /// All that the tag ever named, the newest first.
    case tag(registry: String, repository: String, tag: String)
    case numbers([Int])
}

/// An image with its number in the database.
package struct ListedImage: Sendable {
    package var number: Int
    package var record: ImageRecord
}

extension Store {
    /// The images that are meant, with their tags.
    ///
    /// Two statements, whatever their number; a page costs the same wherever it is in the list.
    package func images(
        _ selection: ImageSelection,
        in scope: AccountScope,
        includingDeleted: Bool = false
    ) async throws -> [ListedImage] {
        try await pool.transaction(isolation: .repeatableRead) { session in
            var parameters: [PostgresValue] = [.text(scope.account)]
            let chosen = Self.chosen(selection, &parameters)
            let statement = Self.listing(chosen, scope, includingDeleted: includingDeleted)
            let rows = try session.execute(statement, parameters)
            let tags = try Self.tags(of: try rows.map { try $0.int(0) }, scope, session)
            return try rows.compactMap { row in
                // An image without a tag that the account knows is none of its own.
                guard let named = tags[try row.int(0)] else { return nil }
                return try Self.listed(row, account: scope.account, tags: named)
            }
        }
    }

    /// The tags of images by the images' numbers, the newest first, each once.
    private static func tags(
        of images: [Int],
        _ scope: AccountScope,
        _ session: PostgresSession
    ) throws -> [Int: [TagRecord]] {
        guard !images.isEmpty else { return [:] }
        var parameters: [PostgresValue] = [.intArray(images)]
        if !scope.seesFleet { parameters.append(.text(scope.account)) }
        let own = """
            AND EXISTS (SELECT FROM account_tags WHERE account_tags.account = $2
                AND account_tags.repository_id = tags.repository_id AND account_tags.name = tags.name)
            """
        let rows = try session.execute(
            """
            SELECT tags.manifest_id, registries.host, repositories.name, tags.name, tags.digest,
                \(AnchoreSQL.time("tags.valid_from")), tags.valid_until IS NULL
            FROM tags JOIN repositories ON repositories.id = tags.repository_id
                JOIN registries ON registries.id = repositories.registry_id
            WHERE tags.manifest_id = ANY($1::bigint[]) \(scope.seesFleet ? "" : own)
            ORDER BY tags.valid_from DESC, registries.host, repositories.name, tags.name, tags.id DESC
            """,
            parameters
        )
        var tags: [Int: [TagRecord]] = [:]
        var seen: Set<String> = []
        for row in rows {
            let image = try row.int(0)
            let tag = TagRecord(
                registry: try row.string(1),
                repository: try row.string(2),
                tag: try row.string(3),
                digest: try row.string(4),
                detectedAt: try row.string(5),
                isCurrent: try row.bool(6)
            )
            // A tag that left the image and came back is one.
            if rows.count > images.count, !seen.insert("\(image) \(tag.fulltag)").inserted { continue }
            tags[image, default: []].append(tag)
        }
        return tags
    }

    /// The condition on `manifests`, with the order and the limit.
    private static func chosen(_ selection: ImageSelection, _ parameters: inout [PostgresValue]) -> String {
        func next(_ value: PostgresValue) -> String {
            parameters.append(value)
            return "$\(parameters.count)"
        }
        switch selection {
        case .page(let below, let limit):
            return
                "AND manifests.id < \(next(.int(below ?? Int.max)))::bigint ORDER BY manifests.id DESC LIMIT \(next(.int(limit)))"
        case .digest(let digest):
            let value = next(.text(digest))
            return """
                AND manifests.id IN (SELECT id FROM manifests WHERE digest = \(value)
                    UNION SELECT manifest_id FROM tags WHERE tags.digest = \(value) AND manifest_id IS NOT NULL)
                ORDER BY manifests.digest = \(value) DESC, manifests.id DESC
                """
        case .imageID(let id):
            return "AND manifests.config_digest = \(next(.text("sha256:\(id)"))) ORDER BY manifests.id DESC"
        case .tag(let registry, let repository, let tag):
            let stored = RepositoryName.stored(registry: registry, repository)
            let (host, name, label) = (next(.text(registry)), next(.text(stored)), next(.text(tag)))
            return """
                AND manifests.id IN (SELECT tags.manifest_id FROM tags
                    JOIN repositories ON repositories.id = tags.repository_id
                    JOIN registries ON registries.id = repositories.registry_id
                    WHERE registries.host = \(host) AND repositories.name = \(name) AND tags.name = \(label))
                ORDER BY (SELECT max(coalesce(tags.valid_until, 'infinity')) FROM tags
                    JOIN repositories ON repositories.id = tags.repository_id
                    JOIN registries ON registries.id = repositories.registry_id
                    WHERE registries.host = \(host) AND repositories.name = \(name) AND tags.name = \(label)
                        AND tags.manifest_id = manifests.id) DESC, manifests.id DESC
                """
        case .numbers(let numbers):
            return "AND manifests.id = ANY(\(next(.intArray(numbers)))::bigint[]) ORDER BY manifests.id DESC"
        }
    }

    private static func listing(_ chosen: String, _ scope: AccountScope, includingDeleted: Bool) -> String {
        let known =
            scope.seesFleet
            ? "(SELECT true FROM tags WHERE tags.manifest_id = manifests.id LIMIT 1)"
            : "account_images.is_listed IS NOT NULL"
        let visible = includingDeleted ? known : "\(known) AND account_images.is_listed IS NOT FALSE"
        // Subqueries with a limit of one keep the planner at the page's own rows, where it would read whole tables.
        return """
            WITH chosen AS MATERIALIZED (
                SELECT row_number() OVER () AS place, found.* FROM (
                    SELECT manifests.id, manifests.digest, manifests.config_digest, manifests.platform,
                        manifests.size, manifests.layer_count, account_images.annotations, account_images.dockerfile,
                        account_images.created_at, account_images.last_updated
                    FROM manifests LEFT JOIN account_images ON account_images.manifest_id = manifests.id
                        AND account_images.account = $1
                    WHERE \(visible) \(chosen)) AS found
            )
            SELECT chosen.id, chosen.digest, \(statusColumn), \(AnchoreSQL.time("image_analyses.analyzed_at")),
                \(AnchoreSQL.time("chosen.created_at")), \(AnchoreSQL.time("chosen.last_updated")),
                chosen.annotations, chosen.config_digest, distros.distro_id, distros.version_id,
                coalesce(chosen.size, 0), coalesce(chosen.layer_count, 0), chosen.platform, chosen.dockerfile
            FROM chosen
                LEFT JOIN LATERAL (SELECT * FROM image_analyses WHERE manifest_id = chosen.id LIMIT 1)
                    AS image_analyses ON true
                LEFT JOIN distros ON distros.id = image_analyses.distro
            ORDER BY chosen.place
            """
    }

    /// How far the analysis of the image `chosen` is: one that is there counts, whatever became of the image since.
    private static let statusColumn = """
        CASE WHEN image_analyses.manifest_id IS NOT NULL THEN 'analyzed' ELSE coalesce((
            SELECT CASE WHEN run_images.state IN ('failed', 'unsupported', 'gone') THEN 'analysis_failed'
                WHEN EXISTS (SELECT FROM manifest_layers JOIN tasks ON tasks.kind = 'layer'
                        AND tasks.subject_id = manifest_layers.layer_id AND tasks.state IN ('leased', 'done')
                    WHERE manifest_layers.manifest_id = chosen.id)
                    OR EXISTS (SELECT FROM tasks WHERE tasks.kind = 'inventory' AND tasks.subject_id = chosen.id)
                THEN 'analyzing' ELSE 'not_analyzed' END
            FROM run_images WHERE run_images.manifest_id = chosen.id ORDER BY run_images.run_id DESC LIMIT 1),
            'not_analyzed') END
        """

    /// The images that the run `$1` analysed count as analysed once it ends: only then their packages are matched, too.
    static let analysesOfRun = """
        INSERT INTO image_analyses (manifest_id, distro)
        SELECT DISTINCT ON (inventories.manifest_id) inventories.manifest_id, inventories.distro
        FROM run_images JOIN image_inventories AS inventories
            ON inventories.manifest_id = run_images.manifest_id
        WHERE run_images.run_id = $1 AND (run_images.state = 'analysed' OR run_images.state = 'reused'
            AND NOT EXISTS (SELECT FROM image_analyses WHERE image_analyses.manifest_id = run_images.manifest_id))
        ORDER BY inventories.manifest_id
        ON CONFLICT (manifest_id) DO UPDATE SET distro = excluded.distro, analyzed_at = excluded.analyzed_at
        """

    private static func listed(_ row: PostgresRow, account: String, tags: [TagRecord]) throws -> ListedImage {
        let firstSeen = tags.map(\.detectedAt).min() ?? ""
        let analyzedAt = try row.optionalString(3)
        let config = try row.string(7)
        let platform = try row.string(12)
        return ListedImage(
            number: try row.int(0),
            record: ImageRecord(
                digest: try row.string(1),
                account: account,
                status: AnalysisStatus(rawValue: try row.string(2)) ?? .notAnalyzed,
                analyzedAt: analyzedAt,
                createdAt: try row.optionalString(4) ?? firstSeen,
                updatedAt: try row.optionalString(5) ?? analyzedAt ?? firstSeen,
                annotations: try row.optionalString(6),
                imageID: String(config.split(separator: ":").last ?? ""),
                distro: try row.optionalString(8),
                distroVersion: try row.optionalString(9),
                size: try row.int(10),
                layers: try row.int(11),
                architecture: platform.split(separator: "/").dropFirst().first.map(String.init) ?? "amd64",
                dockerfile: try row.optionalBytes(13),
                tags: tags
            )
        )
    }

    /// The documents of an image, where they were kept.
    package func documents(manifest: Int) async throws -> ImageDocuments? {
        try await pool.run { session in
            try session.execute(
                "SELECT manifest, config FROM image_documents WHERE manifest_id = $1",
                [.int(manifest)]
            ).first.map { ImageDocuments(manifest: try $0.bytes(0), config: try $0.bytes(1)) }
        }
    }

    /// Keeps the documents of an image that was found before they were kept.
    package func setDocuments(_ documents: ImageDocuments, manifest: Int) async throws {
        try await pool.run { session in
            _ = try session.execute(
                """
                INSERT INTO image_documents (manifest_id, manifest, config) VALUES ($1, $2, $3)
                ON CONFLICT (manifest_id) DO NOTHING
                """,
                [.int(manifest), .bytes(documents.manifest), .bytes(documents.config)]
            )
        }
    }
}
