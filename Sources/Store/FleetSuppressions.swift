import Foundation
import Postgres
import VEX

/// What the fleet's exceptions and VEX documents say about flaws that it has, as of a day.
struct FleetSuppressions {
    /// A flaw that something is said about, with all its names.
    struct Flaw {
        var name: String
        var aliases: [String]
    }

    /// By the number of the vulnerability.
    let flaws: [Int: Flaw]
    let suppressions: Suppressions
    private let documents: [VEXDocument]
    private let exceptions: [FindingException]

    /// Loads what is said about the vulnerabilities of these numbers, of all where `ids` is `nil`.
    ///
    /// Only that is loaded: a fleet keeps more statements than it has flaws. `day` is `YYYY-MM-DD`; `isAnythingSaid` is the
    /// answer to ``isAnything`` where that was asked already.
    init(_ session: PostgresSession, asOf day: String, among ids: [Int]? = nil, isAnythingSaid: Bool? = nil) throws {
        flaws = try isAnythingSaid ?? Self.isAnythingSaid(session) ? Self.flaws(session, among: ids) : [:]
        guard !flaws.isEmpty else {
            documents = []
            exceptions = []
            suppressions = Suppressions(documents: [], today: day)
            return
        }
        let names = PostgresValue.textArray(Set(flaws.values.flatMap { [$0.name] + $0.aliases }).sorted())
        documents = try Self.documents(session, naming: names)
        exceptions = try session.execute(
            "SELECT \(ExceptionColumns.list) FROM exceptions WHERE vulnerability = ANY($1::text[]) ORDER BY id",
            [names]
        ).map { try ExceptionColumns.exception($0) }
        suppressions = Suppressions(documents: documents, exceptions: exceptions, today: day)
    }

    /// The same as of another day.
    func suppressions(asOf day: String) -> Suppressions {
        Suppressions(documents: documents, exceptions: exceptions, today: day)
    }

    /// What is said about the vulnerability of this number in a package; `nil` where nothing is.
    func about(_ vulnerability: Int, purl: String, in suppressions: Suppressions? = nil) -> PackageVerdict? {
        guard let flaw = flaws[vulnerability] else { return nil }
        let verdict = (suppressions ?? self.suppressions).about(id: flaw.name, aliases: flaw.aliases, purl: purl)
        return verdict.isEmpty ? nil : verdict
    }

    /// The purls of packages by their numbers.
    static func purls(of packages: Set<Int>, _ session: PostgresSession) throws -> [Int: String] {
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

    /// Whether anything is said at all, about whatever flaw.
    static func isAnythingSaid(_ session: PostgresSession) throws -> Bool {
        try session.executeKept(isAnything, []).first?.bool(0) == true
    }

    static let isAnything = "SELECT EXISTS (SELECT FROM exceptions) OR EXISTS (SELECT FROM vex_statements)"

    private static func flaws(_ session: PostgresSession, among ids: [Int]?) throws -> [Int: Flaw] {
        var flaws: [Int: Flaw] = [:]
        for row in try session.execute(
            """
            WITH stated AS (
                SELECT vulnerability AS name FROM exceptions UNION SELECT unnest(names) FROM vex_statements
            )
            SELECT DISTINCT vulnerabilities.id, vulnerabilities.name, vulnerabilities.aliases
            FROM vulnerabilities
                CROSS JOIN LATERAL unnest(vulnerabilities.aliases || vulnerabilities.name) AS known(name)
                JOIN stated ON stated.name = known.name
            WHERE $1::bigint[] IS NULL OR vulnerabilities.id = ANY($1::bigint[])
            """,
            [ids.map { .intArray($0) } ?? .null]
        ) {
            flaws[try row.int(0)] = Flaw(name: try row.string(1), aliases: try row.strings(2))
        }
        return flaws
    }

    /// The documents with those of their statements that name one of the flaws, in the order in which they came.
    private static func documents(_ session: PostgresSession, naming names: PostgresValue) throws -> [VEXDocument] {
        let decoder = JSONDecoder()
        var documents: [VEXDocument] = []
        var last: Int?
        for row in try session.execute(
            """
            SELECT vex_documents.id, vex_documents.name, vex_documents.format, vex_documents.author, payload
            FROM vex_statements JOIN vex_documents ON vex_documents.id = vex_statements.document_id
            WHERE EXISTS (SELECT 1 FROM unnest(names) AS stated(name)
                WHERE stated.name IN (SELECT unnest($1::text[])))
            ORDER BY vex_documents.id, position
            """,
            [names]
        ) {
            let id = try row.int(0)
            if id != last {
                last = id
                documents.append(
                    VEXDocument(
                        format: VEXDocument.Format(rawValue: try row.string(2)) ?? .openVEX,
                        id: try row.string(1),
                        author: try row.string(3),
                        statements: []
                    )
                )
            }
            let statement = try decoder.decode(VEXStatement.self, from: Data(try row.string(4).utf8))
            documents[documents.count - 1].statements.append(statement)
        }
        return documents
    }
}
