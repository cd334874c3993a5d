package import FleetAPI
import Postgres

extension Store {
    /// Streams every package of every image of a run's fleet, in report order: a batch of images at a time.
    ///
    /// `body` is called on the connection's own thread and may wait.
    package func forEachPackage(run: Int, _ body: @Sendable (ExportedPackage) throws -> Void) async throws {
        try await pool.transaction(attempts: 1, isolation: .repeatableRead) { session in
            try ReportTables.create(run: run, session)
            let count = try session.count("SELECT count(*) FROM report_images")
            for start in stride(from: 0, to: count, by: Self.imageBatch) {
                for row in try session.execute(
                    """
                    SELECT report_images.host || '/' || report_images.repository
                            || CASE WHEN report_images.tag LIKE 'sha256:%' THEN '@' ELSE ':' END || report_images.tag,
                        manifests.digest, manifests.platform, \(Self.heldColumns)
                    FROM report_images JOIN manifests ON manifests.id = report_images.manifest_id
                        CROSS JOIN (\(Self.heldTables))
                    WHERE image_sets.manifest_id = report_images.manifest_id AND report_images.image BETWEEN $1 AND $2 AND report_images.state <> 'gone'
                    ORDER BY report_images.image, packages.type, packages.name COLLATE "C",
                        packages.version COLLATE "C", packages.fingerprint, image_sets.layer
                    """,
                    [.int(start), .int(start + Self.imageBatch - 1)]
                ) {
                    try body(
                        ExportedPackage(
                            image: try row.string(0),
                            digest: try row.string(1),
                            platform: try row.string(2),
                            held: try Self.held(row, from: 3)
                        )
                    )
                }
            }
        }
    }
}
