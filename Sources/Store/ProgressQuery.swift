import Postgres
package import Reports

extension Store {
    /// How far a run is and when it may end; nil for one that has ended.
    package func progress(_ status: RunStatus) async throws -> RunProgress? {
        guard !status.run.state.isFinished else { return nil }
        let id = status.run.id
        let (layers, images, folding) = try await pool.run { session in
            (
                try Self.ended(Self.endedLayers, run: id, session),
                try Self.ended(Self.endedImages, run: id, session),
                try session.count(Self.foldingImages, [.int(id)])
            )
        }
        let planned = status.layersDistinct - status.layersReused
        return RunProgress(
            images: .init(left: status.pending, ended: images.count, events: images.count, seconds: images.seconds),
            layers: .init(
                left: planned - status.layersAnalysed - status.layersFailed,
                ended: layers.count,
                events: layers.count,
                seconds: layers.seconds
            ),
            bytes: .init(
                left: Int(status.bytesPlanned - status.bytesFetched - status.bytesFailed),
                ended: layers.bytes,
                events: layers.count,
                seconds: layers.seconds
            ),
            active: status.layersActive,
            folding: folding,
            isPlanned: status.run.state == .running
        )
    }

    /// What ended in the window; the first of it starts the clock and is not counted itself.
    private static func ended(
        _ subjects: String,
        run: Int,
        _ session: PostgresSession
    ) throws -> (count: Int, bytes: Int, seconds: Double) {
        let rows = try session.execute(
            """
            WITH ended AS (
                \(subjects)
            ), ranked AS (SELECT at, size, row_number() OVER (ORDER BY at) AS place FROM ended)
            SELECT greatest(count(*) - 1, 0), \(bytes("sum(size) FILTER (WHERE place > 1)")),
                coalesce(extract(epoch FROM now() - min(at)), 0)::double precision
            FROM ranked
            """,
            [.int(run), .double(Double(RunProgress.window))]
        )
        guard let row = rows.first else { return (0, 0, 0) }
        return (try row.int(0), try row.int(1), try row.double(2))
    }

    private static let endedLayers = """
        SELECT tasks.state_since AS at, layers.size
        FROM run_layers JOIN layers ON layers.id = run_layers.layer_id
            JOIN tasks ON tasks.kind = 'layer' AND tasks.subject_id = run_layers.layer_id
        WHERE run_layers.run_id = $1 AND NOT run_layers.is_reused AND tasks.state = 'done'
            AND tasks.state_since > now() - make_interval(secs => $2)
        """

    private static let endedImages = """
        SELECT tasks.state_since AS at, 0::bigint AS size
        FROM run_images JOIN tasks ON tasks.kind = 'inventory' AND tasks.subject_id = run_images.manifest_id
        WHERE run_images.run_id = $1 AND tasks.state = 'done'
            AND tasks.state_since > now() - make_interval(secs => $2)
        """

    private static let foldingImages = """
        SELECT count(*)
        FROM run_images JOIN tasks ON tasks.kind = 'inventory' AND tasks.subject_id = run_images.manifest_id
        WHERE run_images.run_id = $1 AND run_images.state = 'pending' AND tasks.state IN ('queued', 'leased')
        """
}
