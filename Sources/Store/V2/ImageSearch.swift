package import FleetAPI
import Postgres
import Reports
import ScanModel

/// Which images are looked for; `nil` members do not count.
package struct ImageFilter: Sendable {
    package var registry: String?
    package var repository: String?
    package var tag: String?
    package var platform: String?
    package var distro: String?
    package var isAnalysed: Bool?

    package init() {}

    var namesTags: Bool { registry != nil || repository != nil || tag != nil }
}

extension Store {
    /// Images that tags name now, the newest first.
    package func images(_ filter: ImageFilter, _ page: PageRequest) async throws -> Page<APIImage> {
        let below = try page.number(0, otherwise: .max)
        let rows = try await pool.transaction(isolation: .repeatableRead) { session in
            try NarrowQuestion.begin(session)
            var parameters: [PostgresValue] = [.int(below), .int(page.limit + 1)]
            let condition = Self.condition(filter, &parameters)
            let chosen = "id < $1 AND \(condition) ORDER BY id DESC LIMIT $2"
            return try Self.listedImages(chosen, parameters, keeping: page.limit, session)
        }
        return Page(rows, limit: page.limit) { ["\($0.number)"] }
    }

    /// An image by its digest, whether a tag names it or not.
    package func image(digest: String) async throws -> APIImage? {
        try await pool.transaction(isolation: .repeatableRead) { session in
            try NarrowQuestion.begin(session)
            return try Self.listedImages("digest = $1", [.text(digest)], keeping: 1, session).first
        }
    }

    /// The condition on `manifests`.
    private static func condition(_ filter: ImageFilter, _ parameters: inout [PostgresValue]) -> String {
        func next(_ value: PostgresValue) -> String {
            parameters.append(value)
            return "$\(parameters.count)"
        }
        var parts: [String] = []
        if filter.namesTags {
            var named = ["tags.valid_until IS NULL"]
            if let host = filter.registry { named.append("registries.host = \(next(.text(host)))") }
            if let name = filter.repository { named.append("repositories.name = \(next(.text(name)))") }
            if let tag = filter.tag { named.append("tags.name = \(next(.text(tag)))") }
            parts.append(
                """
                manifests.id IN (SELECT tags.manifest_id FROM tags
                    JOIN repositories ON repositories.id = tags.repository_id
                    JOIN registries ON registries.id = repositories.registry_id WHERE \(named.joined(separator: " AND ")))
                """
            )
        } else {
            parts.append(isTagged("manifests.id"))
        }
        if let platform = filter.platform { parts.append("platform = \(next(.text(platform)))") }
        if let distro = filter.distro {
            parts.append(
                """
                EXISTS (SELECT FROM image_analyses JOIN distros ON distros.id = image_analyses.distro
                    WHERE image_analyses.manifest_id = manifests.id AND \(distroName) = \(next(.text(distro))))
                """
            )
        }
        if let isAnalysed = filter.isAnalysed {
            let there = "EXISTS (SELECT FROM image_analyses WHERE image_analyses.manifest_id = manifests.id)"
            parts.append(isAnalysed ? there : "NOT \(there)")
        }
        return parts.joined(separator: " AND ")
    }

    /// Whether a tag names the manifest in `column` now.
    static func isTagged(_ column: String) -> String {
        "EXISTS (SELECT FROM tags WHERE tags.manifest_id = \(column) AND tags.valid_until IS NULL)"
    }

    private static let distroName =
        "distros.distro_id || CASE WHEN distros.version_id = '' THEN '' ELSE '-' || distros.version_id END"

    /// The images for which `chosen` holds, with what is in them; only of the first `most` the findings are counted.
    private static func listedImages(
        _ chosen: String,
        _ parameters: [PostgresValue],
        keeping most: Int,
        _ session: PostgresSession
    ) throws -> [APIImage] {
        var images = try session.execute(
            """
            WITH chosen AS MATERIALIZED (
                SELECT id, digest, platform, size, layer_count FROM manifests WHERE \(chosen)
            )
            SELECT chosen.id, chosen.digest, chosen.platform, \(distroName), \(AnchoreSQL.time("analyzed_at")),
                chosen.size, chosen.layer_count, coalesce(packages, 0)
            FROM chosen LEFT JOIN image_analyses ON image_analyses.manifest_id = chosen.id
                LEFT JOIN distros ON distros.id = image_analyses.distro
                LEFT JOIN LATERAL (
                    SELECT sum(cardinality(package_ids))::bigint AS packages
                    FROM image_sets JOIN package_sets ON package_sets.id = set_id
                    WHERE image_sets.manifest_id = chosen.id) AS held ON true
            ORDER BY chosen.id DESC
            """,
            parameters
        ).map { row in
            APIImage(
                number: try row.int(0),
                digest: try row.string(1),
                platform: try row.string(2),
                distro: try row.optionalString(3),
                analysedAt: try row.optionalString(4),
                bytes: try row.optionalInt(5),
                layers: try row.optionalInt(6),
                packages: try row.int(7)
            )
        }
        let shown = images.prefix(most).map(\.number)
        let tagged = try TaggedImages(session, of: shown)
        let counts = try ImageCounts(session, of: shown, tagged)
        for index in images.indices.prefix(most) {
            images[index].references = tagged.references(of: images[index].number)
            counts.fill(&images[index])
        }
        return images
    }
}

/// What the findings of some images come to.
private struct ImageCounts {
    private struct Count {
        var severities = SeverityCounts()
        var fixable = 0
        var kev = 0
        var suppressed = 0
    }

    private var counts: [Int: Count] = [:]

    /// Counts once for each set of packages, however many of the images have it.
    init(_ session: PostgresSession, of images: [Int], _ tagged: TaggedImages) throws {
        guard !images.isEmpty else { return }
        for row in try session.execute(Self.counted, [.intArray(images)]) {
            guard let severity = Severity(rawValue: try row.string(1)) else { continue }
            counts[try row.int(0), default: Count()].severities[severity] += try row.int(2)
            counts[try row.int(0), default: Count()].fixable += try row.int(3)
            counts[try row.int(0), default: Count()].kev += try row.int(4)
        }
        let said = try FleetSuppressions(session, asOf: try Store.today(session))
        guard !said.flaws.isEmpty else { return }
        let rows = try session.execute(Self.concerned, [.intArray(images), .intArray(said.flaws.keys.sorted())])
        let purls = try FleetSuppressions.purls(of: Set(rows.map { try $0.int(1) }), session)
        for row in rows {
            let image = try row.int(0)
            guard let purl = purls[try row.int(1)], let severity = Severity(rawValue: try row.string(3)),
                tagged.suppression(said.about(try row.int(2), purl: purl), in: image) != nil
            else { continue }
            counts[image, default: Count()].severities[severity] -= 1
            counts[image, default: Count()].suppressed += 1
            if try row.bool(4) { counts[image, default: Count()].fixable -= 1 }
            if try row.bool(5) { counts[image, default: Count()].kev -= 1 }
        }
    }

    func fill(_ image: inout APIImage) {
        guard let count = counts[image.number] else { return }
        image.findings = count.severities
        image.fixable = count.fixable
        image.kev = count.kev
        image.suppressed = count.suppressed
    }

    private static let counted = """
        WITH held AS MATERIALIZED (SELECT manifest_id, set_id FROM image_sets WHERE manifest_id = ANY($1::bigint[])),
        counted AS MATERIALIZED (
            SELECT sets.set_id, known.severity, count(*) AS found,
                count(*) FILTER (WHERE known.fix_state = 'fixed') AS fixable, count(*) FILTER (WHERE is_kev) AS kev
            FROM (SELECT DISTINCT set_id FROM held) AS sets JOIN package_sets ON package_sets.id = sets.set_id
                CROSS JOIN LATERAL unnest(package_sets.package_ids) AS listed(package_id)
                JOIN package_vulnerabilities AS known ON known.package_id = listed.package_id
                    AND known.found_until IS NULL
                JOIN vulnerabilities ON vulnerabilities.id = known.vulnerability_id
            WHERE NOT listed.package_id = ANY(package_sets.owned_ids)
            GROUP BY 1, 2
        )
        SELECT held.manifest_id, severity, sum(found)::bigint, sum(fixable)::bigint, sum(kev)::bigint
        FROM held JOIN counted ON counted.set_id = held.set_id GROUP BY 1, 2
        """

    private static let concerned = """
        SELECT image_sets.manifest_id, known.package_id, known.vulnerability_id, known.severity,
            known.fix_state = 'fixed', is_kev
        FROM image_sets JOIN package_sets ON package_sets.id = set_id
            CROSS JOIN LATERAL unnest(package_sets.package_ids) AS listed(package_id)
            JOIN package_vulnerabilities AS known ON known.package_id = listed.package_id
                AND known.found_until IS NULL
            JOIN vulnerabilities ON vulnerabilities.id = known.vulnerability_id
        WHERE image_sets.manifest_id = ANY($1::bigint[]) AND known.vulnerability_id = ANY($2::bigint[])
            AND NOT listed.package_id = ANY(package_sets.owned_ids)
        """
}
