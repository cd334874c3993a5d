package import Advisories
import Foundation
import GRDB
package import Matching
package import ScanModel

/// The advisories of the one-shot commands: one SQLite file, read-only once it is in place.
///
/// Safe to use from several threads: reads take turns. A file that an import replaces in the meantime stays readable
/// here until this value is gone.
package final class AdvisoryFile: AdvisorySource, Sendable {
    private let queue: DatabaseQueue

    /// The most keys, numbers or CVEs in one statement.
    private static let chunk = 1000

    /// Opens the file at `path`; throws `AdvisoryFileError` where there is none or it is not ours.
    package init(path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            throw AdvisoryFileError(.missing, "\(path): no advisories have been imported")
        }
        var configuration = Configuration()
        configuration.readonly = true
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.read { db in try AdvisorySchema.check(db, path: path) }
        } catch let error as DatabaseError {
            throw AdvisoryFileError(.damaged, "\(path): \(error.message ?? "not an advisory file")")
        }
    }

    /// The ranges filed under each of `keys`; keys without any are left out.
    package func candidates(for keys: [PackageKey]) throws -> [PackageKey: [Candidate]] {
        var candidates: [PackageKey: [Candidate]] = [:]
        let sql = """
            WITH wanted (ecosystem, package) AS (VALUES %) SELECT \(StoredRange.columns) FROM wanted
            CROSS JOIN affected USING (ecosystem, package) ORDER BY affected.number
            """
        try read(Array(Set(keys)).sorted(), sql: sql, placeholder: "(?, ?)", { [$0.ecosystem, $0.name] }) { row in
            let range = StoredRange.range(row)
            let key = PackageKey(ecosystem: range.ecosystem, name: range.package)
            candidates[key, default: []].append(Candidate(record: row[0], range: range))
        }
        return candidates
    }

    /// Those of `releases` under which anything is filed.
    package func known(releases: Set<String>) throws -> Set<String> {
        var known: Set<String> = []
        let sql = """
            WITH wanted (ecosystem) AS (VALUES %) SELECT ecosystem FROM wanted
            WHERE EXISTS (SELECT 1 FROM affected WHERE affected.ecosystem = wanted.ecosystem)
            """
        try read(releases.sorted(), sql: sql, placeholder: "(?)", { [$0] }) { row in known.insert(row[0]) }
        return known
    }

    /// The records with these numbers, without their ranges.
    package func records(_ numbers: Set<Int64>) throws -> [Int64: AdvisoryRecord] {
        var records: [Int64: AdvisoryRecord] = [:]
        let sql = "SELECT \(StoredRecord.columns) FROM record WHERE number IN (%)"
        try read(numbers.sorted(), sql: sql, { [$0] }) { row in records[row[0]] = StoredRecord.record(row) }
        return records
    }

    /// The EPSS scores of these CVEs.
    package func epss(_ cves: Set<String>) throws -> [String: EPSSScore] {
        var scores: [String: EPSSScore] = [:]
        let sql = "SELECT cve, score, percentile FROM epss WHERE cve IN (%)"
        try read(cves.sorted(), sql: sql, { [$0] }) { row in
            let score = EPSSScore(cve: row[0], score: row[1], percentile: row[2])
            scores[score.cve] = score
        }
        return scores
    }

    /// The KEV entries of these CVEs.
    package func kev(_ cves: Set<String>) throws -> [String: KEVEntry] {
        var entries: [String: KEVEntry] = [:]
        let sql = "SELECT cve, date_added, due_date, ransomware, name FROM kev WHERE cve IN (%)"
        try read(cves.sorted(), sql: sql, { [$0] }) { row in
            let entry = KEVEntry(cve: row[0], dateAdded: row[1], dueDate: row[2], ransomware: row[3], name: row[4])
            entries[entry.cve] = entry
        }
        return entries
    }

    /// What the publishers of ratings say about these CVEs.
    package func enrichments(_ cves: Set<String>) throws -> [String: [CVEEnrichment]] {
        var found: [String: [CVEEnrichment]] = [:]
        let sql = "SELECT \(StoredEnrichment.columns) FROM enrichment WHERE cve IN (%)"
        try read(cves.sorted(), sql: sql, { [$0] }) { row in
            let enrichment = StoredEnrichment.enrichment(row)
            found[enrichment.cve, default: []].append(enrichment)
        }
        return found
    }

    /// Until when, and how far, the distribution answers for the release of `distro`.
    package func support(of distro: Distro) throws -> DistroSupport {
        let keys = DistroSupport.keys(of: distro)
        var statements: [SupportStatement] = []
        let sql = """
            SELECT ecosystem, package, kind, date, last_version, note FROM support WHERE ecosystem IN (%)
            ORDER BY rowid
            """
        try read(keys, sql: sql, { [$0] }) { row in
            guard let kind = SupportStatement.Kind(rawValue: row[2]) else { return }
            statements.append(
                SupportStatement(
                    ecosystem: row[0],
                    package: row[1],
                    kind: kind,
                    date: row[3],
                    lastVersion: row[4],
                    note: row[5]
                )
            )
        }
        return DistroSupport(statements)
    }

    /// The findings of each subject, in the order of `subjects`: a few set-based queries, however many there are.
    package func match(_ subjects: [MatchSubject]) throws -> [[Finding]] { try MatchPass(self).findings(subjects) }

    /// What the file holds, by provider, and what else went wrong since.
    package func status() throws -> [ProviderStatus] {
        let checks = FeedChecks(besideFile: queue.path)
        return try queue.read { db in
            var status = try Row.fetchAll(db, sql: "SELECT name, build, records, imported, summary FROM provider")
                .map { row in
                    ProviderStatus(
                        provider: row[0],
                        build: row[1],
                        records: row[2],
                        imported: row[3],
                        checked: checks.times[row[0]],
                        date: StoredState.summary(row[4])?.date
                    )
                }
            for row in try Row.fetchAll(db, sql: "SELECT subject, reason, since FROM problem") {
                let problem = ProviderStatus.Problem(reason: row[1], since: row[2])
                if let index = status.firstIndex(where: { $0.provider == row[0] }) {
                    status[index].problem = problem
                } else {
                    status.append(
                        ProviderStatus(provider: row[0], build: "", records: 0, imported: "", problem: problem)
                    )
                }
            }
            return status.sorted { $0.provider < $1.provider }
        }
    }

    /// What the file holds of `provider`.
    func summary(of provider: String) throws -> ProviderImport? {
        try queue.read { db in
            try String.fetchOne(db, sql: "SELECT summary FROM provider WHERE name = ?", arguments: [provider])
                .flatMap(StoredState.summary)
        }
    }

    /// What earlier imports made of their files, as text by name.
    func receipts() throws -> [String: String] {
        try queue.read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT name, receipt FROM input")
            return Dictionary(rows.map { ($0[0], $0[1]) }) { $1 }
        }
    }

    /// The open problems by subject.
    func problems() throws -> [String: String] {
        try queue.read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT subject, reason FROM problem")
            return Dictionary(rows.map { ($0[0], $0[1]) }) { $1 }
        }
    }

    /// What `body` makes of each row of `sql`.
    func rows<Value>(_ sql: String, _ arguments: StatementArguments, _ body: (Row) -> Value) throws -> [Value] {
        try queue.read { db in
            var found: [Value] = []
            let rows = try Row.fetchCursor(db, sql: sql, arguments: arguments)
            while let row = try rows.next() { found.append(body(row)) }
            return found
        }
    }

    /// Runs `sql` for `values` a chunk at a time, `%` standing for the placeholders.
    private func read<Value>(
        _ values: [Value],
        sql: String,
        placeholder: String = "?",
        _ bind: (Value) -> [(any DatabaseValueConvertible)?],
        _ body: (Row) throws -> Void
    ) throws {
        for start in stride(from: 0, to: values.count, by: Self.chunk) {
            let part = values[start..<min(start + Self.chunk, values.count)]
            let marks = repeatElement(placeholder, count: part.count).joined(separator: ", ")
            let arguments = StatementArguments(part.flatMap(bind))
            try queue.read { db in
                let statement = sql.replacingOccurrences(of: "%", with: marks)
                let rows = try Row.fetchCursor(db, sql: statement, arguments: arguments)
                while let row = try rows.next() { try body(row) }
            }
        }
    }
}

/// What an advisory file holds of one provider; also a feed or file of which it holds nothing, for its problem.
package struct ProviderStatus: Sendable, Codable, Equatable {
    /// Why the last attempt to renew it brought nothing.
    package struct Problem: Sendable, Codable, Equatable {
        package var reason: String
        /// RFC 3339.
        package var since: String

        package init(reason: String, since: String) {
            self.reason = reason
            self.since = since
        }
    }

    package var provider: String
    /// `sha256:…`, the same whenever the content is the same; empty where there is none.
    package var build: String
    package var records: Int
    /// RFC 3339: when this content first came in.
    package var imported: String
    /// RFC 3339: when its feeds were last found to be what is here; `nil` where only `imported` is known.
    package var checked: String?
    /// The publisher's own date of the data, where it states one.
    package var date: String?
    package var problem: Problem?

    package init(
        provider: String,
        build: String,
        records: Int,
        imported: String,
        checked: String? = nil,
        date: String? = nil,
        problem: Problem? = nil
    ) {
        self.provider = provider
        self.build = build
        self.records = records
        self.imported = imported
        self.checked = checked
        self.date = date
        self.problem = problem
    }

    /// Whether there is anything to match against.
    package var isPresent: Bool { !build.isEmpty }
}
