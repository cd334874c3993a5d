import Matching
import Postgres
import ScanModel

/// What a bundle asks of the fleet: what evaluations under it depend on beside the images themselves.
package struct EvaluationQuestion: Sendable {
    /// The account whose bundle it is.
    package var account: String
    package var policyID: String
    package var bundleDigest: String
    /// Who judges: another program may judge otherwise.
    package var program: String
    /// When it is asked, in seconds since 1970; `nil` for now, by the database's clock.
    package var moment: Int?
    /// Whether rules read open findings, their scores, whose those are, and since when they are known.
    package var findings: Bool
    package var scores: Bool
    package var vendorScores: Bool
    package var ages: Bool
    /// Whether rules read if there are advisories about a distribution.
    package var distroData: Bool
    /// What rules read of the age of feeds: a text made of when the oldest was renewed, and of now, in seconds since 1970.
    package var feedAge: @Sendable (_ oldestSync: Int?, _ now: Int) -> String

    package init(
        account: String,
        policyID: String,
        bundleDigest: String,
        program: String,
        moment: Int? = nil,
        findings: Bool,
        scores: Bool,
        vendorScores: Bool = false,
        ages: Bool,
        distroData: Bool,
        feedAge: @escaping @Sendable (_ oldestSync: Int?, _ now: Int) -> String
    ) {
        self.account = account
        self.policyID = policyID
        self.bundleDigest = bundleDigest
        self.program = program
        self.moment = moment
        self.findings = findings
        self.scores = scores
        self.vendorScores = vendorScores
        self.ages = ages
        self.distroData = distroData
        self.feedAge = feedAge
    }
}

/// When something is judged, by the database's clock, and how old the feeds are then.
struct EvaluationMoment {
    let seconds: Int
    /// `YYYY-MM-DD`.
    let day: String
    /// When the feeds were last found to be what is here, the one longest ago; `nil` where there are none.
    let oldestSync: Int?
    /// When what is judged was read, in microseconds since 1970, whatever the moment that was asked for.
    let readAt: Int
    /// Stands for all open matches, and what is known of their flaws.
    let matchesVersion: Int

    /// The question that ``init(_:)`` reads the answer to; `given` is the moment, in seconds since 1970, `nil` for now.
    static func statement(_ given: Int?) -> KeptStatement { KeptStatement(sql, [.int(given)]) }

    private static let sql = """
        SELECT floor(extract(epoch FROM at))::bigint, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
            (SELECT \(AnchoreSQL.seconds("min(coalesce(checked_at, imported_at))")) FROM advisory_providers),
            (extract(epoch FROM statement_timestamp()) * 1000000)::bigint,
            (SELECT matches_version FROM matching_rules)
        FROM (SELECT coalesce(to_timestamp($1::bigint), now())) AS present(at)
        """

    init(_ rows: PostgresRows) throws {
        guard let row = rows.first else { throw StoreError(.damaged, "the database has no time") }
        seconds = try row.int(0)
        day = try row.string(1)
        oldestSync = try row.optionalInt(2)
        readAt = try row.int(3)
        matchesVersion = try row.int(4)
    }
}

/// What evaluations of some images under one bundle are computed from, as texts that change whenever that does.
///
/// Each part is asked for once for all of the images. Part by part it stands for: who judges; how old feeds are, as far as
/// rules ask; what was collected of the image's layers; its Dockerfile and documents; its open findings, as far as rules see
/// them; which of those are suppressed; and which releases have advisories.
struct EvaluationBases {
    let moment: EvaluationMoment
    /// By the numbers of the images; those that are gone have none.
    private(set) var texts: [Int: String] = [:]
    let suppressed: SuppressedFindings
    /// The images whose distribution has advisories; empty where no rule asks.
    let withDistroData: Set<Int>

    /// What an evaluation would be kept by is computed where `forKeeping` says so: else texts leave out the findings.
    init(
        _ session: PostgresSession,
        of images: [Int],
        _ question: EvaluationQuestion,
        forKeeping: Bool = true
    ) throws {
        let numbers = PostgresValue.intArray(images)
        let (moment, releases, analyses) = try session.executeTogether([
            EvaluationMoment.statement(question.moment),
            KeptStatement(Self.distros, [.intArray(question.distroData ? images : [])]),
            KeptStatement(Self.analyses, [numbers, .text(question.account)]),
        ]) { answers in
            (try EvaluationMoment(answers.next()), try Self.releases(answers.next()), try answers.next())
        }
        self.moment = moment
        suppressed =
            question.findings
            ? try SuppressedFindings(session, in: images, asOf: moment.day) : SuppressedFindings()
        withDistroData = releases.isEmpty ? [] : try Self.withAdvisories(session, releases)
        let prints = question.findings && forKeeping ? try Self.prints(session, images, question) : [:]
        let shared = "\(question.program)/\(question.feedAge(moment.oldestSync, moment.seconds))"
        for row in analyses {
            let image = try row.int(0)
            texts[image] = [
                shared, try row.string(1), prints[image] ?? "", suppressed.text(of: image),
                withDistroData.contains(image) ? "known" : "",
            ].joined(separator: "/")
        }
    }

    private static let analyses = """
        SELECT manifests.id, concat_ws('/', manifests.size, image_documents.manifest_id IS NOT NULL,
            coalesce(md5(account_images.dockerfile), 'none'),
            (SELECT md5(string_agg(coalesce(encode(layer_reports.fingerprint, 'hex'), layer_reports.analysis_version,
                    'none'), ',' ORDER BY position))
                FROM manifest_layers LEFT JOIN layer_reports USING (layer_id)
                WHERE manifest_layers.manifest_id = manifests.id))
        FROM manifests
            LEFT JOIN image_documents ON image_documents.manifest_id = manifests.id
            LEFT JOIN account_images ON account_images.manifest_id = manifests.id AND account_images.account = $2
        WHERE manifests.id = ANY($1::bigint[])
        """

    /// What rules see of the open findings of images: first of each package, then of each set, then of each image.
    private static func prints(
        _ session: PostgresSession,
        _ images: [Int],
        _ question: EvaluationQuestion
    ) throws -> [Int: String] {
        var prints: [Int: String] = [:]
        let parameters: [PostgresValue] = [
            .intArray(images), .bool(question.scores), .bool(question.ages), .bool(question.vendorScores),
        ]
        for row in try session.execute(findings, parameters) { prints[try row.int(0)] = try row.string(1) }
        return prints
    }

    private static let findings = """
        WITH placed AS MATERIALIZED (
            SELECT manifest_id, layer, set_id FROM image_sets WHERE manifest_id = ANY($1::bigint[])
        ), members AS MATERIALIZED (
            SELECT package_sets.id AS set_id, listed.package_id, listed.package_id = ANY(owned_ids) AS is_owned
            FROM package_sets CROSS JOIN LATERAL unnest(package_ids) AS listed(package_id)
            WHERE package_sets.id IN (SELECT set_id FROM placed)
        ), open AS MATERIALIZED (
            SELECT known.package_id, packages.owner IS NOT NULL AS has_owner,
                md5(string_agg(ROW(known.vulnerability_id, vulnerabilities.aliases, known.severity, known.fixed_versions,
                    known.fix_state, CASE WHEN $2 THEN vulnerabilities.cvss_vector END, CASE WHEN $4 THEN known.provider END,
                    CASE WHEN $3 THEN extract(epoch FROM known.found_from) END,
                    CASE WHEN $3 THEN extract(epoch FROM known.fixed_from) END)::text, ','
                    ORDER BY known.vulnerability_id)) AS print
            FROM package_vulnerabilities AS known JOIN vulnerabilities ON vulnerabilities.id = known.vulnerability_id
                JOIN packages ON packages.id = known.package_id
            WHERE known.found_until IS NULL AND known.package_id IN (SELECT package_id FROM members)
            GROUP BY known.package_id, packages.owner
        ), sets AS MATERIALIZED (
            SELECT members.set_id, md5(string_agg(members.package_id || open.print, ',' ORDER BY members.package_id))
                AS print
            FROM members JOIN open ON open.package_id = members.package_id
            WHERE open.has_owner OR NOT members.is_owned GROUP BY members.set_id
        )
        SELECT placed.manifest_id, md5(string_agg(sets.print, ',' ORDER BY placed.layer))
        FROM placed JOIN sets ON sets.set_id = placed.set_id GROUP BY placed.manifest_id
        """

    private static let distros = """
        SELECT manifest_id, distro_id, version_id, distros.name, codename, id_like
        FROM image_inventories JOIN distros ON distros.id = distro WHERE manifest_id = ANY($1::bigint[])
        """

    /// The names that advisories have for the images' releases.
    private static func releases(_ rows: PostgresRows) throws -> [Int: [String]] {
        var releases: [Int: [String]] = [:]
        for row in rows {
            let distro = Distro(
                id: try row.string(1),
                versionID: try row.string(2),
                name: try row.string(3),
                idLike: try row.strings(5),
                codename: try row.optionalString(4)
            )
            releases[try row.int(0)] = DistroRelease.keys(of: distro)
        }
        return releases
    }

    private static func withAdvisories(_ session: PostgresSession, _ releases: [Int: [String]]) throws -> Set<Int> {
        let known = try FleetAdvisorySource(session).known(releases: Set(releases.values.joined()))
        return Set(releases.filter { !known.isDisjoint(with: $0.value) }.keys)
    }
}
