import Postgres

/// What a claim is about, for logs.
package struct TaskSubject: Sendable {
    /// The digest of the layer, or of the image to fold.
    package var digest: String
    /// The unfinished runs that wait for it.
    package var runs: [Int]
}

extension Store {
    /// What a claim is about; empty for one whose subject is gone.
    package func subject(of claim: Claim) async throws -> TaskSubject {
        let sql =
            switch claim.kind {
            case .layer:
                """
                SELECT layers.digest, coalesce(array_agg(runs.id ORDER BY runs.id) FILTER (WHERE runs.id IS NOT NULL), '{}')
                FROM layers LEFT JOIN (
                        runs JOIN run_layers ON run_layers.run_id = runs.id AND runs.state IN ('listing', 'running')
                    ) ON run_layers.layer_id = layers.id
                WHERE layers.id = $1 GROUP BY layers.digest
                """
            case .inventory:
                """
                SELECT manifests.digest, coalesce(
                    array_agg(DISTINCT runs.id ORDER BY runs.id) FILTER (WHERE runs.id IS NOT NULL), '{}')
                FROM manifests LEFT JOIN (runs JOIN run_images ON run_images.run_id = runs.id
                        AND runs.state IN ('listing', 'running'))
                    ON run_images.manifest_id = manifests.id
                WHERE manifests.id = $1 GROUP BY manifests.digest
                """
            }
        return try await pool.run { session in
            try session.execute(sql, [.int(claim.subject)]).first.map {
                TaskSubject(digest: try $0.string(0), runs: try $0.ints(1))
            } ?? TaskSubject(digest: "", runs: [])
        }
    }
}
