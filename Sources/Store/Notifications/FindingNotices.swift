import AnchoreAPI
import Postgres

/// Events and notices of images whose findings changed.
///
/// A pass of matching writes which matches began and ended, in its own transaction and once for the whole fleet; which images
/// that concerns is worked out afterwards, so that a pass is not held up by the number of subscribers.
extension Store {
    /// The most changes of each kind that a notice lists; all of them are counted.
    private static let listedChanges = 50

    /// Whether changes of findings are of interest to anybody: they are events where no channel listens, too.
    private static let areFindingsWatched = """
        SELECT EXISTS (SELECT FROM subscriptions WHERE kind = 'vuln_update' AND is_active)
        """

    /// Notes which matches began and ended, where somebody wants to know.
    static func note(
        opened: [(package: Int, flaw: Int)],
        ended: [(package: Int, flaw: Int)],
        _ session: PostgresSession
    ) throws {
        guard !opened.isEmpty || !ended.isEmpty,
            try session.execute(areFindingsWatched).first?.bool(0) == true
        else { return }
        let changes = opened + ended
        _ = try session.execute(
            """
            INSERT INTO finding_changes (package_id, vulnerability_id, is_gone)
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::boolean[])
            """,
            [
                .intArray(changes.map(\.package)), .intArray(changes.map(\.flaw)),
                .boolArray(changes.indices.map { $0 >= opened.count }),
            ]
        )
    }

    /// Writes an event for each subscribed image that the noted changes concern, and a notice where a channel listens; returns
    /// how many changes were taken.
    package func tellChangedFindings() async throws -> Int {
        let isWaiting = try await pool.run { session in
            try session.execute("SELECT EXISTS (SELECT FROM finding_changes)").first?.bool(0) == true
        }
        guard isWaiting else { return 0 }
        return try await pool.transaction { session in
            _ = try session.execute("SET LOCAL statement_timeout = 0")
            return try session.count(Self.changedImages, [.int(Self.listedChanges)])
        }
    }

    /// Works from the images that the changes touch, a few of the fleet's as a rule, to who subscribed to them.
    ///
    /// An image counts where it was analysed before the change: what comes with a new image is no change of it.
    private static let changedImages = """
        WITH taken AS (
            DELETE FROM finding_changes RETURNING *
        ), changed AS MATERIALIZED (
            SELECT DISTINCT ON (package_id, vulnerability_id) * FROM taken ORDER BY package_id, vulnerability_id, id DESC
        ), places AS MATERIALIZED (
            SELECT touched.package_id, package_sets.id AS set_id
            FROM (SELECT DISTINCT package_id FROM changed) AS touched
                JOIN packages ON packages.id = touched.package_id
                JOIN package_sets ON package_sets.package_ids @> ARRAY[touched.package_id::integer]
            WHERE packages.owner IS NOT NULL OR NOT touched.package_id = ANY(package_sets.owned_ids)
        ), touched AS MATERIALIZED (
            SELECT DISTINCT image_sets.manifest_id FROM places JOIN image_sets ON image_sets.set_id = places.set_id
        ), watched AS MATERIALIZED (
            SELECT subscriptions.account, subscriptions.key, tags.manifest_id, image_analyses.analyzed_at,
                \(NotificationFacts.isHeard) AS is_heard
            FROM touched JOIN tags ON tags.manifest_id = touched.manifest_id AND tags.valid_until IS NULL
                JOIN repositories ON repositories.id = tags.repository_id
                JOIN registries ON registries.id = repositories.registry_id
                JOIN subscriptions ON subscriptions.kind = 'vuln_update' AND subscriptions.is_active
                    AND subscriptions.key = \(NotificationFacts.tagKey("tags.name"))
                \(NotificationFacts.joinedAccount)
                JOIN image_analyses ON image_analyses.manifest_id = tags.manifest_id
            WHERE \(NotificationFacts.isSeen("tags.manifest_id", as: "tags.name", of: "tags.repository_id"))
        ), described AS MATERIALIZED (
            SELECT changed.package_id, changed.vulnerability_id, vulnerabilities.name AS flaw,
                array_position(ARRAY['unknown', 'negligible', 'low', 'medium', 'high', 'critical'], known.severity) - 1
                    AS rank,
                json_build_object('vuln', vulnerabilities.name, 'severity', initcap(known.severity),
                    'package', packages.name || '-' || packages.version, 'package_name', packages.name,
                    'package_version', packages.version,
                    'package_type', CASE packages.type WHEN 'deb' THEN 'dpkg' WHEN 'apk' THEN 'apkg'
                        WHEN 'java-archive' THEN 'java' WHEN 'go-module' THEN 'go' ELSE packages.type END,
                    'fix', coalesce(nullif(array_to_string(known.fixed_versions, ','), ''), 'None')) AS finding
            FROM changed JOIN packages ON packages.id = changed.package_id
                JOIN vulnerabilities ON vulnerabilities.id = changed.vulnerability_id
                CROSS JOIN LATERAL (
                    SELECT severity, fixed_versions FROM package_vulnerabilities AS known
                    WHERE known.package_id = changed.package_id AND known.vulnerability_id = changed.vulnerability_id
                    ORDER BY found_from DESC LIMIT 1) AS known
        ), affected AS (
            SELECT DISTINCT watched.account, watched.key, watched.manifest_id, watched.is_heard, changed.package_id,
                changed.vulnerability_id, changed.is_gone
            FROM watched JOIN image_sets ON image_sets.manifest_id = watched.manifest_id
                JOIN places ON places.set_id = image_sets.set_id
                JOIN changed ON changed.package_id = places.package_id AND changed.changed_at > watched.analyzed_at
        ), placed AS (
            SELECT affected.*, described.rank, described.finding, row_number() OVER (
                PARTITION BY account, key, is_gone ORDER BY rank DESC, flaw, affected.package_id) AS place
            FROM affected JOIN described USING (package_id, vulnerability_id)
        ), summed AS MATERIALIZED (
            SELECT placed.account, placed.key, placed.is_heard, max(placed.rank) AS severity, json_build_object(
                'imageDigest', manifests.digest,
                'diff_vulnerability_result', json_build_object(
                    'added', coalesce(json_agg(finding ORDER BY place)
                        FILTER (WHERE NOT is_gone AND place <= $1), '[]'::json),
                    'updated', '[]'::json,
                    'removed', coalesce(json_agg(finding ORDER BY place)
                        FILTER (WHERE is_gone AND place <= $1), '[]'::json)),
                'counts', json_build_object('added', count(*) FILTER (WHERE NOT is_gone),
                    'removed', count(*) FILTER (WHERE is_gone)),
                'annotations', coalesce(min(account_images.annotations), '{}')::json) AS payload
            FROM placed JOIN manifests ON manifests.id = placed.manifest_id
                LEFT JOIN account_images ON account_images.account = placed.account
                    AND account_images.manifest_id = placed.manifest_id
            GROUP BY placed.account, placed.key, placed.is_heard, placed.manifest_id, manifests.digest
        ), told AS (
            INSERT INTO notifications (account, kind, subject, severity, payload)
            SELECT account, 'vuln_update', key, severity, payload::text FROM summed WHERE is_heard
            ORDER BY account, key
        ), noted AS (
            INSERT INTO events (account, level, type, message, resource_type, resource_id, service, host, details)
            SELECT account, \(EventType.vulnerabilities.columns), key, 'catalog', 'tallyman',
                (payload::jsonb || '{"subscription_type": "vuln_update"}')::text
            FROM summed ORDER BY account, key
        )
        SELECT count(*) FROM taken
        """
}
