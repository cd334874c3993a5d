import Crypto
import Postgres
import ScanModel
import VEX

/// The open findings of some images that exceptions and VEX documents answer, as of a day.
struct SuppressedFindings {
    /// A flaw in a package, by their numbers.
    struct Finding: Hashable, Comparable {
        let package: Int
        let flaw: Int

        static func < (left: Finding, right: Finding) -> Bool {
            (left.package, left.flaw) < (right.package, right.flaw)
        }
    }

    /// By the numbers of the images.
    private var findings: [Int: Set<Finding>] = [:]

    /// Up to so many images, their own open flaws are looked up first: little is said about them, much about all.
    private static let fewImages = 1000

    init() {}

    /// Asks once for all images; nothing at all where nothing is said.
    init(_ session: PostgresSession, in images: [Int], asOf day: String) throws {
        guard try FleetSuppressions.isAnythingSaid(session) else { return }
        let flaws = images.count <= Self.fewImages ? try Self.openFlaws(session, in: images) : nil
        let said = try FleetSuppressions(session, asOf: day, among: flaws)
        guard !said.flaws.isEmpty else { return }
        let rows = try session.execute(
            Self.candidates,
            [.intArray(images), .intArray(said.flaws.keys.sorted())]
        )
        let purls = try FleetSuppressions.purls(of: Set(try rows.map { try $0.int(1) }), session)
        let nowhere = ImageIdentity(reference: nil, digests: [])
        var verdicts: [Finding: PackageVerdict?] = [:]
        var identities: [Int: ImageIdentity]?
        for row in rows {
            let image = try row.int(0)
            let finding = Finding(package: try row.int(1), flaw: try row.int(2))
            let verdict: PackageVerdict?
            if let known = verdicts[finding] {
                verdict = known
            } else {
                verdict = purls[finding.package].flatMap { said.about(finding.flaw, purl: $0) }
                verdicts[finding] = .some(verdict)
            }
            guard let verdict else { continue }
            if verdict.dependsOnImage, identities == nil { identities = try Self.identities(session, of: images) }
            let identity = verdict.dependsOnImage ? identities?[image] : nowhere
            guard let identity, verdict.suppression(in: identity) != nil else { continue }
            findings[image, default: []].insert(finding)
        }
    }

    func contains(_ package: Int, _ flaw: Int, in image: Int) -> Bool {
        findings[image]?.contains(Finding(package: package, flaw: flaw)) ?? false
    }

    /// A text that is the same as long as the image's suppressed findings are.
    func text(of image: Int) -> String {
        guard let found = findings[image] else { return "" }
        let list = found.sorted().map { "\($0.package)+\($0.flaw)" }.joined(separator: ",")
        return Hex.encode(SHA256.hash(data: Array(list.utf8)))
    }

    /// The flaws that are open in packages of images.
    private static func openFlaws(_ session: PostgresSession, in images: [Int]) throws -> [Int] {
        try session.execute(
            """
            SELECT DISTINCT known.vulnerability_id
            FROM image_sets JOIN package_sets ON package_sets.id = set_id
                CROSS JOIN LATERAL unnest(package_ids) AS listed(package_id)
                JOIN package_vulnerabilities AS known ON known.package_id = listed.package_id AND found_until IS NULL
            WHERE manifest_id = ANY($1::bigint[])
            """,
            [.intArray(images)]
        ).map { try $0.int(0) }
    }

    private static let candidates = """
        WITH placed AS MATERIALIZED (
            SELECT manifest_id, set_id FROM image_sets WHERE manifest_id = ANY($1::bigint[])
        ), known AS MATERIALIZED (
            SELECT package_id, vulnerability_id FROM package_vulnerabilities
            WHERE found_until IS NULL AND vulnerability_id = ANY($2::bigint[])
        ), members AS MATERIALIZED (
            SELECT package_sets.id AS set_id, listed.package_id, listed.package_id = ANY(owned_ids) AS is_owned
            FROM package_sets CROSS JOIN LATERAL unnest(package_ids) AS listed(package_id)
            WHERE package_sets.id IN (SELECT set_id FROM placed)
                AND listed.package_id IN (SELECT package_id FROM known)
        )
        SELECT placed.manifest_id, known.package_id, known.vulnerability_id
        FROM placed JOIN members ON members.set_id = placed.set_id
            JOIN known ON known.package_id = members.package_id
            JOIN packages ON packages.id = members.package_id
        WHERE packages.owner IS NOT NULL OR NOT members.is_owned
        """

    /// Each image as the tag names it that named it last.
    private static func identities(_ session: PostgresSession, of images: [Int]) throws -> [Int: ImageIdentity] {
        var identities: [Int: ImageIdentity] = [:]
        for row in try session.execute(Store.identitiesOfImages, [.intArray(images)]) {
            identities[try row.int(0)] = try ImageIdentity(row, from: 1)
        }
        return identities
    }
}
