import Postgres

/// A repository that a layer may be fetched from.
package struct LayerPlace: Sendable, Hashable {
    package var registry: String
    package var repository: String

    package init(registry: String, repository: String) {
        self.registry = registry
        self.repository = repository
    }
}

extension Store {
    /// How many tags are looked at for other places of a layer: a base layer is in a hundred thousand.
    private static let maxTagsSearched = 5_000

    /// Other repositories whose tags hold a layer now, those on other registries first, at most `limit`.
    ///
    /// An image may name a layer that its repository does not have, or has with other bytes. Where others hold the same
    /// layer, that must not cost them theirs.
    package func otherPlaces(of source: LayerSource, limit: Int) async throws -> [LayerPlace] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT host, name FROM (
                    SELECT DISTINCT registries.host, repositories.name
                    FROM (
                        SELECT tags.repository_id
                        FROM manifest_layers JOIN tags ON tags.manifest_id = manifest_layers.manifest_id
                        WHERE manifest_layers.layer_id = $1 AND tags.valid_until IS NULL
                        LIMIT $5
                    ) AS held
                        JOIN repositories ON repositories.id = held.repository_id
                        JOIN registries ON registries.id = repositories.registry_id
                ) AS places
                WHERE (host, name) <> ($2, $3)
                ORDER BY host = $2, host, name LIMIT $4
                """,
                [
                    .int(source.layer), .text(source.registry), .text(source.repository), .int(limit),
                    .int(Self.maxTagsSearched),
                ]
            ).map { LayerPlace(registry: try $0.string(0), repository: try $0.string(1)) }
        }
    }

    /// Gives a claim back that is not to be taken again for a while: its registry asks for patience.
    ///
    /// That is no failure and does not count as one.
    package func postpone(_ claim: Claim, for seconds: Double) async throws {
        try await pool.run { session in
            _ = try session.execute(
                """
                UPDATE tasks SET state = 'queued', worker = NULL, lease_until = NULL, is_alone = false,
                    dispatched_epoch = NULL, not_before = now() + make_interval(secs => $3)
                WHERE id = $1 AND attempt = $2 AND state = 'leased'
                """,
                [.int(claim.task), .int(claim.attempt), .double(min(max(seconds, 0), 3600))]
            )
        }
    }
}
