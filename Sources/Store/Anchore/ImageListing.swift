package import AnchoreAPI
import Postgres

/// Which images of an account are meant.
package enum ImageSelection: Sendable {
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

/// Some images of a list that goes from the highest number to the lowest.
package struct ListedPage: Sendable {
    /// Fewer than were asked for, or none, where numbers are those of images that the account does not see.
    package var images: [ListedImage]
    /// Where the next page begins: below this number.
    package var lowest: Int
}

extension Store {
    /// The images that are meant, with their tags; with the Dockerfiles that were given for them where that is wanted.
    package func images(
        _ selection: ImageSelection,
        in scope: AccountScope,
        includingDeleted: Bool = false,
        withDockerfiles: Bool = true
    ) async throws -> [ListedImage] {
        try await pool.run { session in
            let numbers = try Self.numbers(of: selection, session)
            let images = try ListedImageRows(
                .numbers(numbers),
                scope,
                includingDeleted: includingDeleted,
                withDockerfiles: withDockerfiles
            ).read(session)
            if case .numbers = selection { return images }
            let places = Dictionary(images.map { ($0.number, $0) }) { first, _ in first }
            return numbers.compactMap { places[$0] }
        }
    }

    /// The images with numbers below `below`, the highest first; `nil` where there is none any more.
    ///
    /// A page costs the same wherever it is in the list.
    package func imagePage(
        below: Int?,
        limit: Int,
        in scope: AccountScope,
        withDockerfiles: Bool = true
    ) async throws -> ListedPage? {
        let end = below ?? Int.max
        return try await pool.run { session in
            // With both ends known, each table is read once along its index.
            let lowest =
                scope.seesFleet
                ? try session.execute(
                    "SELECT min(id) FROM (SELECT id FROM manifests WHERE id < $1 ORDER BY id DESC LIMIT $2) AS page",
                    [.int(end), .int(limit)]
                )
                : try session.execute(
                    """
                    SELECT min(manifest_id) FROM (SELECT manifest_id FROM account_images
                        WHERE account = $3 AND manifest_id < $1 ORDER BY manifest_id DESC LIMIT $2) AS page
                    """,
                    [.int(end), .int(limit), .text(scope.account)]
                )
            guard let lowest = try lowest.first?.optionalInt(0) else { return nil }
            let rows = ListedImageRows(
                .range(lowest..<end),
                scope,
                includingDeleted: false,
                withDockerfiles: withDockerfiles
            )
            return ListedPage(images: try rows.read(session), lowest: lowest)
        }
    }

    /// The numbers of the images that are meant, in order.
    private static func numbers(of selection: ImageSelection, _ session: PostgresSession) throws -> [Int] {
        let statement: String
        let parameters: [PostgresValue]
        switch selection {
        case .numbers(let numbers): return Set(numbers).sorted(by: >)
        case .digest(let digest):
            statement = """
                SELECT id FROM manifests WHERE id IN (SELECT id FROM manifests WHERE digest = $1
                    UNION SELECT manifest_id FROM tags WHERE tags.digest = $1 AND manifest_id IS NOT NULL)
                ORDER BY digest = $1 DESC, id DESC
                """
            parameters = [.text(digest)]
        case .imageID(let id):
            statement = "SELECT id FROM manifests WHERE config_digest = $1 ORDER BY id DESC"
            parameters = [.text("sha256:\(id)")]
        case .tag(let registry, let repository, let tag):
            // Each half has an index of its own; without one, a name that many repositories have is read in all of them.
            statement = """
                SELECT named.manifest_id FROM registries JOIN repositories ON repositories.registry_id = registries.id
                    CROSS JOIN LATERAL (
                        SELECT manifest_id, 'infinity' AS until FROM tags
                        WHERE repository_id = repositories.id AND name = $3 AND valid_until IS NULL
                        UNION ALL SELECT manifest_id, valid_until FROM tags
                        WHERE repository_id = repositories.id AND name = $3 AND valid_until IS NOT NULL) AS named
                WHERE registries.host = $1 AND repositories.name = $2 AND named.manifest_id IS NOT NULL
                GROUP BY 1 ORDER BY max(named.until) DESC, 1 DESC
                """
            let stored = RepositoryName.stored(registry: registry, repository)
            parameters = [.text(registry), .text(stored), .text(tag)]
        }
        return try session.executeKept(statement, parameters).map { try $0.int(0) }
    }

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
