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

    /// How many images subscribers are told of in one transaction, and in how many transactions of one pass.
    private static let watchersAPage = 500
    private static let pagesAPass = 4
    /// Held by the process that tells: "noti" as a number.
    private static let tellingLock = 0x6e6f_7469

    /// Writes an event for each subscribed image that the noted changes concern, and a notice where a channel listens; returns
    /// how many changes were taken.
    ///
    /// What there is is taken as one wave, and told a few pages a pass: an import that changes what is in every base image
    /// concerns all that is subscribed to. What is noted meanwhile is the next wave. One process at a time does this; where
    /// another one is at it, nothing is done.
    package func tellChangedFindings() async throws -> Int {
        let isWaiting = try await pool.run { session in
            try session.execute(
                "SELECT EXISTS (SELECT FROM finding_changes) OR EXISTS (SELECT FROM finding_wave)"
            ).first?.bool(0) == true
        }
        guard isWaiting else { return 0 }
        let taken = try await pool.transaction { session -> Int in
            guard try Self.mayTell(session),
                try session.execute("SELECT EXISTS (SELECT FROM finding_wave)").first?.bool(0) == false
            else { return 0 }
            _ = try session.execute("SET LOCAL statement_timeout = 0")
            return try session.count(Self.takenWave)
        }
        for _ in 0..<Self.pagesAPass {
            let isOver = try await pool.transaction { session -> Bool in
                guard try Self.mayTell(session) else { return true }
                let told = try session.count(Self.toldPage, [.int(Self.listedChanges), .int(Self.watchersAPage)])
                guard told < Self.watchersAPage else { return false }
                _ = try session.execute("DELETE FROM finding_wave")
                return true
            }
            if isOver { break }
        }
        return taken
    }

    private static func mayTell(_ session: PostgresSession) throws -> Bool {
        try session.execute("SELECT pg_try_advisory_xact_lock($1)", [.int(tellingLock)]).first?.bool(0) ?? false
    }

    /// Takes the noted changes, and notes who is to be told: from the images that they touch, a few of the fleet's as a rule, to
    /// who subscribed to those and sees them.
    ///
    /// An image counts where it was analysed before the change: what comes with a new image is no change of it.
    private static let takenWave = """
        WITH taken AS (
            DELETE FROM finding_changes RETURNING *
        ), changed AS MATERIALIZED (
            SELECT DISTINCT ON (package_id, vulnerability_id) * FROM taken ORDER BY package_id, vulnerability_id, id DESC
        ), wave AS (
            INSERT INTO finding_wave (place, package_id, has_owner, vulnerability_id, is_gone, changed_at, severity)
            SELECT row_number() OVER (ORDER BY known.severity DESC, vulnerabilities.name, changed.package_id),
                changed.package_id, packages.owner IS NOT NULL, changed.vulnerability_id, changed.is_gone,
                changed.changed_at, known.severity
            FROM changed JOIN packages ON packages.id = changed.package_id
                JOIN vulnerabilities ON vulnerabilities.id = changed.vulnerability_id
                CROSS JOIN LATERAL (
                    SELECT coalesce(array_position(
                        ARRAY['unknown', 'negligible', 'low', 'medium', 'high', 'critical'], severity) - 1, 0) AS severity
                    FROM package_vulnerabilities AS known
                    WHERE known.package_id = changed.package_id AND known.vulnerability_id = changed.vulnerability_id
                    ORDER BY found_from DESC LIMIT 1) AS known
            RETURNING package_id, has_owner, changed_at
        ), touched AS MATERIALIZED (
            SELECT DISTINCT image_sets.manifest_id
            FROM (
                SELECT DISTINCT sets.id
                FROM (SELECT DISTINCT package_id, has_owner FROM wave) AS named CROSS JOIN LATERAL (
                    SELECT id, owned_ids FROM package_sets
                    WHERE package_ids @> ARRAY[named.package_id::integer] OFFSET 0) AS sets
                WHERE named.has_owner OR NOT named.package_id = ANY(sets.owned_ids)) AS held
                JOIN image_sets ON image_sets.set_id = held.id
        ), watched AS (
            INSERT INTO finding_watchers (account, key, manifest_id)
            SELECT subscriptions.account, subscriptions.key, tags.manifest_id
            FROM touched JOIN tags ON tags.manifest_id = touched.manifest_id AND tags.valid_until IS NULL
                JOIN image_analyses ON image_analyses.manifest_id = tags.manifest_id
                    AND image_analyses.analyzed_at < (SELECT max(changed_at) FROM wave)
                JOIN repositories ON repositories.id = tags.repository_id
                JOIN registries ON registries.id = repositories.registry_id
                JOIN subscriptions ON subscriptions.kind = 'vuln_update' AND subscriptions.is_active
                    AND subscriptions.key = \(NotificationFacts.tagKey("tags.name"))
                \(NotificationFacts.joinedAccount)
            WHERE \(NotificationFacts.isSeen("tags.manifest_id", as: "tags.name", of: "tags.repository_id"))
            ORDER BY tags.manifest_id, subscriptions.account, subscriptions.key
        )
        SELECT count(*) FROM taken
        """

    /// Tells the first `$2` of those who are to be told, `$1` changes of each kind by name; returns how many there were.
    ///
    /// Images share their sets of packages: the changes of a set are ranked once for all images that hold it, as numbers, and
    /// what a change is called is looked up for those alone that are listed. A package stands in one set of an image. The
    /// payload stays text: annotations are any JSON that a client sends, and jsonb does not take all of it (`\u0000`).
    private static let toldPage = """
        WITH page AS (
            DELETE FROM finding_watchers WHERE id IN (SELECT id FROM finding_watchers ORDER BY id LIMIT $2) RETURNING *
        ), images AS MATERIALIZED (
            SELECT manifests.id, manifests.digest, image_analyses.analyzed_at
            FROM (SELECT DISTINCT manifest_id FROM page) AS named JOIN manifests ON manifests.id = named.manifest_id
                JOIN image_analyses ON image_analyses.manifest_id = named.manifest_id
        ), held AS MATERIALIZED (
            SELECT sets.id AS set_id, wave.changed_at, wave.is_gone, count(*) AS changes, max(wave.severity) AS severity,
                (array_agg(wave.place ORDER BY wave.place))[:$1::integer] AS places
            FROM (SELECT DISTINCT set_id FROM images JOIN image_sets ON image_sets.manifest_id = images.id) AS used
                JOIN package_sets AS sets ON sets.id = used.set_id
                CROSS JOIN LATERAL unnest(sets.package_ids) AS listed(package_id)
                JOIN finding_wave AS wave ON wave.package_id = listed.package_id
            WHERE wave.has_owner OR NOT wave.package_id = ANY(sets.owned_ids)
            GROUP BY 1, 2, 3
        ), affected AS MATERIALIZED (
            SELECT images.id, held.is_gone, held.changes, held.severity, held.places
            FROM images JOIN image_sets ON image_sets.manifest_id = images.id
                JOIN held ON held.set_id = image_sets.set_id AND held.changed_at > images.analyzed_at
        ), listed AS MATERIALIZED (
            SELECT id, is_gone, place FROM (
                SELECT id, is_gone, place, row_number() OVER (PARTITION BY id, is_gone ORDER BY place) AS number
                FROM affected CROSS JOIN LATERAL unnest(places) AS place) AS ranked
            WHERE number <= $1::integer
        ), described AS MATERIALIZED (
            SELECT wave.place, json_build_object('vuln', vulnerabilities.name, 'severity', initcap(known.severity),
                'package', packages.name || '-' || packages.version, 'package_name', packages.name,
                'package_version', packages.version,
                'package_type', CASE packages.type WHEN 'deb' THEN 'dpkg' WHEN 'apk' THEN 'apkg'
                    WHEN 'java-archive' THEN 'java' WHEN 'go-module' THEN 'go' ELSE packages.type END,
                'fix', coalesce(nullif(array_to_string(known.fixed_versions, ','), ''), 'None')) AS finding
            FROM finding_wave AS wave JOIN packages ON packages.id = wave.package_id
                JOIN vulnerabilities ON vulnerabilities.id = wave.vulnerability_id
                CROSS JOIN LATERAL (
                    SELECT severity, fixed_versions FROM package_vulnerabilities AS known
                    WHERE known.package_id = wave.package_id AND known.vulnerability_id = wave.vulnerability_id
                    ORDER BY found_from DESC LIMIT 1) AS known
            WHERE wave.place IN (SELECT place FROM listed)
        ), named AS (
            SELECT listed.id, json_build_object(
                'added', coalesce(json_agg(finding ORDER BY place) FILTER (WHERE NOT is_gone), '[]'::json),
                'updated', '[]'::json,
                'removed', coalesce(json_agg(finding ORDER BY place) FILTER (WHERE is_gone), '[]'::json)) AS findings
            FROM listed JOIN described USING (place) GROUP BY 1
        ), counted AS (
            SELECT id, max(severity) AS severity, json_build_object(
                'added', coalesce(sum(changes) FILTER (WHERE NOT is_gone), 0),
                'removed', coalesce(sum(changes) FILTER (WHERE is_gone), 0)) AS counts
            FROM affected GROUP BY 1
        ), summed AS MATERIALIZED (
            SELECT subscriptions.account, subscriptions.key, counted.severity, \(NotificationFacts.isHeard) AS is_heard,
                json_build_object('imageDigest', images.digest, 'diff_vulnerability_result', named.findings,
                    'counts', counted.counts,
                    'annotations', coalesce(account_images.annotations, '{}')::json) AS payload
            FROM page AS subscriptions JOIN images ON images.id = subscriptions.manifest_id
                JOIN named ON named.id = images.id JOIN counted ON counted.id = images.id
                LEFT JOIN account_images ON account_images.account = subscriptions.account
                    AND account_images.manifest_id = subscriptions.manifest_id
        ), told AS (
            INSERT INTO notifications (account, kind, subject, severity, payload)
            SELECT account, 'vuln_update', key, severity, payload::text FROM summed WHERE is_heard
            ORDER BY account, key
        ), noted AS (
            INSERT INTO events (account, level, type, message, resource_type, resource_id, service, host, details)
            SELECT account, \(EventType.vulnerabilities.columns), key, 'catalog', 'tallyman',
                left(payload::text, -1) || ', "subscription_type": "vuln_update"}'
            FROM summed ORDER BY account, key
        )
        SELECT count(*) FROM page
        """
}
