import Postgres
package import Reports

/// One image of a run and what became of it.
package struct RunImage: Sendable, Codable {
    package var image: String
    package var digest: String
    package var state: String
    package var reason: String

    package init(image: String, digest: String, state: String, reason: String) {
        self.image = image
        self.digest = digest
        self.state = state
        self.reason = reason
    }
}

extension Store {
    /// A run's images, by name.
    package func images(run: Int) async throws -> [RunImage] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT registries.host || '/' || repositories.name
                        || CASE WHEN run_images.tag LIKE 'sha256:%' THEN '@' ELSE ':' END || run_images.tag AS image,
                    coalesce(run_images.digest, ''), run_images.state, coalesce(run_images.reason, '')
                FROM run_images JOIN repositories ON repositories.id = run_images.repository_id
                    JOIN registries ON registries.id = repositories.registry_id
                WHERE run_images.run_id = $1 ORDER BY registries.host COLLATE "C", repositories.name COLLATE "C", run_images.tag COLLATE "C"
                """,
                [.int(run)]
            ).map {
                RunImage(
                    image: try $0.string(0),
                    digest: try $0.string(1),
                    state: try $0.string(2),
                    reason: try $0.string(3)
                )
            }
        }
    }

    /// The number of the run that was asked for, or of the newest; throws where there is none.
    package func requireRun(_ run: Int?) async throws -> Int {
        guard let found = try await self.run(run) else {
            throw StoreError(.notFound, run.map { "there is no run \($0)" } ?? "there is no run yet")
        }
        return found.id
    }

    /// A run in the form that reports and machines read.
    package func summary(run: Int) async throws -> RunSummary {
        let status = try await status(run: run)
        let builds = try await pool.run { try Self.builds($0) }
        return RunSummary(
            run: "\(run)",
            state: status.run.state.rawValue,
            reason: status.run.reason ?? "",
            started: status.requestedAt,
            seconds: status.seconds,
            images: RunSummary.Images(
                found: status.found,
                analysed: status.images(.analysed),
                reused: status.images(.reused),
                unsupported: status.images(.unsupported),
                failed: status.images(.failed),
                gone: status.images(.gone)
            ),
            layers: RunSummary.Layers(
                distinct: status.layersDistinct,
                analysed: status.layersAnalysed,
                reused: status.layersReused,
                failed: status.layersFailed
            ),
            bytes: RunSummary.Traffic(fetched: status.bytesFetched, avoided: status.bytesAvoided),
            workers: status.workers,
            advisories: builds
        )
    }
}
