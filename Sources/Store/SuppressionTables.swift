import Postgres
import ScanModel
import VEX

/// The findings of a report that are suppressed, as temporary tables beside those of ``ReportTables``.
///
/// `report_suppressed`: a row for each suppressed finding of each image, with the number of the reason in
/// ``suppressions``. `report_pairs`: for each package and flaw with such a row, in how many images it is found and in how
/// many suppressed. `report_lapsed`: packages and flaws that an exception covered on the earlier day and no longer does.
///
/// What is said is weighed once for a package and a flaw, and image by image only where the answer depends on it.
struct SuppressionTables {
    private(set) var suppressions: [Suppression] = []
    private var numbers: [Suppression: Int] = [:]
    private let session: PostgresSession

    /// Makes the tables as of `day`, `YYYY-MM-DD`.
    ///
    /// `earlier` is the day that a delta compares with.
    init(_ session: PostgresSession, asOf day: String, since earlier: String? = nil) throws {
        self.session = session
        try session.script(
            """
            CREATE TEMPORARY TABLE suppressed_pairs (package_id bigint, vulnerability_id bigint, image integer,
                suppression integer) ON COMMIT DROP;
            CREATE TEMPORARY TABLE report_lapsed (package_id bigint, vulnerability_id bigint) ON COMMIT DROP;
            """
        )
        let fleet = try FleetSuppressions(session, asOf: day)
        if !fleet.suppressions.isEmpty || !fleet.suppressions.expired.isEmpty {
            try weigh(fleet, before: earlier.map(fleet.suppressions(asOf:)))
        }
        try session.script(Self.tables)
    }

    private static let tables = """
        ANALYZE suppressed_pairs;
        CREATE TEMPORARY TABLE report_suppressed ON COMMIT DROP AS
        SELECT report_images.image, report_images.state = 'gone' AS is_gone, report_findings.manifest_id,
            report_findings.package_id, report_findings.vulnerability_id, report_findings.layer,
            report_findings.severity, report_findings.fix_state, report_findings.is_kev, suppressed_pairs.suppression
        FROM suppressed_pairs
            JOIN report_findings ON report_findings.package_id = suppressed_pairs.package_id
                AND report_findings.vulnerability_id = suppressed_pairs.vulnerability_id
            JOIN report_images ON report_images.manifest_id = report_findings.manifest_id
                AND (suppressed_pairs.image IS NULL OR suppressed_pairs.image = report_images.image);
        ANALYZE report_suppressed;

        CREATE TEMPORARY TABLE report_pairs ON COMMIT DROP AS
        WITH hidden AS (
            SELECT package_id, vulnerability_id, count(*) AS suppressed FROM report_suppressed WHERE NOT is_gone
            GROUP BY 1, 2
        )
        SELECT package_id, vulnerability_id, hidden.suppressed, count(*) AS images, count(*) > hidden.suppressed AS is_open
        FROM hidden JOIN report_findings USING (package_id, vulnerability_id)
            JOIN report_images ON report_images.manifest_id = report_findings.manifest_id
                AND report_images.state <> 'gone'
        GROUP BY package_id, vulnerability_id, hidden.suppressed;
        ANALYZE report_pairs;
        """

    private mutating func weigh(_ fleet: FleetSuppressions, before: Suppressions?) throws {
        let pairs = try pairs(of: Array(fleet.flaws.keys))
        let purls = try purls(of: Set(pairs.map(\.package)))
        var rows: [[PostgresValue]] = []
        var lapsed: [[PostgresValue]] = []
        var dependent: [(package: Int, flaw: Int, now: PackageVerdict?, before: PackageVerdict?)] = []
        let nowhere = ImageIdentity(reference: nil, digests: [])
        for (package, flaw) in pairs {
            guard let purl = purls[package] else { continue }
            let now = fleet.about(flaw, purl: purl)
            let then = before.flatMap { fleet.about(flaw, purl: purl, in: $0) }
            if now?.dependsOnImage == true || then?.dependsOnImage == true {
                dependent.append((package, flaw, now, then))
            } else if let suppression = now?.suppression(in: nowhere) {
                rows.append([.int(package), .int(flaw), .null, .int(number(of: suppression))])
            } else if then?.suppression(in: nowhere) != nil {
                lapsed.append([.int(package), .int(flaw)])
            }
        }
        let identities = dependent.isEmpty ? [:] : try images()
        for (index, image) in try places(of: dependent.map { ($0.package, $0.flaw) }) {
            guard dependent.indices.contains(index), let identity = identities[image] else { continue }
            let (package, flaw, now, then) = dependent[index]
            if let suppression = now?.suppression(in: identity) {
                rows.append([.int(package), .int(flaw), .int(image), .int(number(of: suppression))])
            } else if then?.suppression(in: identity) != nil {
                lapsed.append([.int(package), .int(flaw)])
            }
        }
        let columns = "(package_id, vulnerability_id, image, suppression)"
        _ = try session.copyIn("COPY suppressed_pairs \(columns) FROM STDIN", rows: rows)
        _ = try session.copyIn("COPY report_lapsed (package_id, vulnerability_id) FROM STDIN", rows: lapsed)
    }

    private mutating func number(of suppression: Suppression) -> Int {
        if let number = numbers[suppression] { return number }
        numbers[suppression] = suppressions.count
        suppressions.append(suppression)
        return suppressions.count - 1
    }

    private func pairs(of flaws: [Int]) throws -> [(package: Int, flaw: Int)] {
        try session.execute(
            """
            SELECT DISTINCT package_id, vulnerability_id
            FROM report_findings JOIN report_images USING (manifest_id)
            WHERE vulnerability_id = ANY($1::bigint[]) ORDER BY 1, 2
            """,
            [.intArray(flaws)]
        ).map { (try $0.int(0), try $0.int(1)) }
    }

    private func purls(of packages: Set<Int>) throws -> [Int: String] {
        var purls: [Int: String] = [:]
        for row in try session.execute(
            """
            SELECT packages.id, \(PackageColumns.list) FROM packages LEFT JOIN distros ON distros.id = packages.distro
            WHERE packages.id = ANY($1::bigint[])
            """,
            [.intArray(packages.sorted())]
        ) {
            purls[try row.int(0)] = try PackageColumns(row, from: 1).purl
        }
        return purls
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

    /// The images in which the pairs are found, each with the pair's place in the list.
    private func places(of pairs: [(package: Int, flaw: Int)]) throws -> [(pair: Int, image: Int)] {
        guard !pairs.isEmpty else { return [] }
        return try session.execute(
            """
            SELECT wanted.place - 1, report_images.image
            FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS wanted(package_id, vulnerability_id, place)
                JOIN report_findings USING (package_id, vulnerability_id)
                JOIN report_images ON report_images.manifest_id = report_findings.manifest_id
            ORDER BY 1, 2
            """,
            [.intArray(pairs.map(\.package)), .intArray(pairs.map(\.flaw))]
        ).map { (try $0.int(0), try $0.int(1)) }
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
