import Postgres
import ScanModel
import VEX

/// The findings of a report that are suppressed, as temporary tables beside `report_images` and `report_matches`.
///
/// `report_suppressed`: a row for each suppressed finding of each image that is not gone, with the number of the reason in
/// ``suppressions``. `report_pairs`: for each package and flaw with such a row, in how many images it is found and in how
/// many suppressed. `report_lapsed`: packages and flaws that an exception covered on the earlier day and no longer does.
///
/// What is said is weighed once for a package and a flaw, and image by image only where the answer depends on it.
struct SuppressionTables {
    private(set) var suppressions: [Suppression] = []
    private var numbers: [Suppression: Int] = [:]
    private let session: PostgresSession

    /// A match that something is said about, by the numbers of the package and the vulnerability.
    private struct Pair: Hashable {
        var package: Int
        var flaw: Int
    }

    /// Makes the tables as of `day`, `YYYY-MM-DD`.
    ///
    /// `earlier` is the day that a delta compares with.
    init(_ session: PostgresSession, _ index: inout FleetIndex, asOf day: String, since earlier: String? = nil) throws {
        self.session = session
        try session.script(
            """
            CREATE TEMPORARY TABLE suppressed_places (image integer, package_id bigint, vulnerability_id bigint,
                suppression integer) ON COMMIT DROP;
            CREATE TEMPORARY TABLE report_pairs (package_id bigint, vulnerability_id bigint, suppressed bigint,
                images bigint, is_open boolean) ON COMMIT DROP;
            CREATE TEMPORARY TABLE report_lapsed (package_id bigint, vulnerability_id bigint) ON COMMIT DROP;
            """
        )
        let fleet = try FleetSuppressions(session, asOf: day)
        if !fleet.suppressions.isEmpty || !fleet.suppressions.expired.isEmpty {
            try weigh(fleet, before: earlier.map(fleet.suppressions(asOf:)), &index)
        }
        try session.script(
            """
            ANALYZE suppressed_places; ANALYZE report_pairs;
            CREATE TEMPORARY TABLE report_suppressed ON COMMIT DROP AS
            SELECT image, package_id, vulnerability_id, severity, fix_state, is_kev, suppression
            FROM suppressed_places JOIN report_matches USING (package_id, vulnerability_id);
            CREATE INDEX ON report_suppressed (image);
            ANALYZE report_suppressed
            """
        )
    }

    private mutating func weigh(_ fleet: FleetSuppressions, before: Suppressions?, _ index: inout FleetIndex) throws {
        let pairs = try pairs(of: Array(fleet.flaws.keys))
        let purls = try FleetSuppressions.purls(of: Set(pairs.map(\.package)), session)
        var identities: [Int: ImageIdentity]?
        let nowhere = ImageIdentity(reference: nil, digests: [])
        var places: [[PostgresValue]] = []
        var sums: [[PostgresValue]] = []
        var lapsed: [[PostgresValue]] = []
        for pair in pairs {
            guard let purl = purls[pair.package] else { continue }
            let now = fleet.about(pair.flaw, purl: purl)
            let then = before.flatMap { fleet.about(pair.flaw, purl: purl, in: $0) }
            guard now != nil || then != nil else { continue }
            let depends = now?.dependsOnImage == true || then?.dependsOnImage == true
            if depends, identities == nil { identities = try self.images() }
            var (images, hidden, hasLapsed) = (0, 0, false)
            // The same in every image, unless it depends on them.
            let whole = depends ? nil : now?.suppression(in: nowhere)
            if !depends { hasLapsed = whole == nil && then?.suppression(in: nowhere) != nil }
            index.forEachImage(of: [pair.package], exposed: true) { image in
                images += 1
                var suppression = whole
                if depends, let identity = identities?[image] {
                    suppression = now?.suppression(in: identity)
                    hasLapsed = hasLapsed || (suppression == nil && then?.suppression(in: identity) != nil)
                }
                guard let suppression else { return }
                hidden += 1
                places.append([
                    .int(image), .int(pair.package), .int(pair.flaw), .int(number(of: suppression)),
                ])
            }
            if hasLapsed { lapsed.append([.int(pair.package), .int(pair.flaw)]) }
            if hidden > 0 {
                sums.append([
                    .int(pair.package), .int(pair.flaw), .int(hidden), .int(images), .bool(images > hidden),
                ])
            }
        }
        _ = try session.copyIn(
            "COPY suppressed_places (image, package_id, vulnerability_id, suppression) FROM STDIN",
            rows: places
        )
        _ = try session.copyIn(
            "COPY report_pairs (package_id, vulnerability_id, suppressed, images, is_open) FROM STDIN",
            rows: sums
        )
        _ = try session.copyIn("COPY report_lapsed (package_id, vulnerability_id) FROM STDIN", rows: lapsed)
    }

    private mutating func number(of suppression: Suppression) -> Int {
        if let number = numbers[suppression] { return number }
        numbers[suppression] = suppressions.count
        suppressions.append(suppression)
        return suppressions.count - 1
    }

    private func pairs(of flaws: [Int]) throws -> [Pair] {
        try session.execute(
            """
            SELECT DISTINCT package_id, vulnerability_id FROM report_matches
            WHERE vulnerability_id = ANY($1::bigint[]) ORDER BY 1, 2
            """,
            [.intArray(flaws)]
        ).map { Pair(package: try $0.int(0), flaw: try $0.int(1)) }
    }

    private func images() throws -> [Int: ImageIdentity] {
        var images: [Int: ImageIdentity] = [:]
        for row in try session.execute(
            """
            SELECT image, host, repository, tag, report_images.digest, manifests.digest, manifests.config_digest
            FROM report_images JOIN manifests ON manifests.id = report_images.manifest_id
            """
        ) {
            images[try row.int(0)] = try ImageIdentity(row, from: 1)
        }
        return images
    }
}

extension ImageIdentity {
    /// Reads host, repository, tag, and the digests of what the tag names, of the manifest and of the configuration, from
    /// `column` on.
    init(_ row: PostgresRow, from column: Int) throws {
        self.init(
            host: try row.string(column),
            repository: try row.string(column + 1),
            tag: try row.string(column + 2),
            digests: [
                try row.optionalString(column + 3), try row.string(column + 4), try row.string(column + 5),
            ]
        )
    }

    /// An image of the fleet; one that is known by its digest alone has that as its tag.
    init(host: String, repository: String, tag: String, digests: [String?]) {
        let digest = Digest(tag)
        self.init(
            reference: ImageReference(
                registry: host,
                repository: repository,
                tag: digest == nil ? tag : nil,
                digest: digest
            ),
            digests: digests.compactMap(\.self)
        )
    }
}
