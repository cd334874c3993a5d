import Advisories
import GRDB

/// Writes providers into an advisory file that nobody reads yet.
struct AdvisoryFileSink: AdvisorySink {
    private let queue: DatabaseQueue
    /// RFC 3339, the time that is recorded for what changed.
    private let now: String
    private var provider = ""
    private var previous: (build: String, imported: String)?
    private var firstRecord: Int64 = 0
    private var firstAffected: Int64 = 0
    private var nextRecord: Int64 = 0
    private var nextAffected: Int64 = 0
    /// Whether any provider's content differs from what the file held.
    private(set) var hasChanged = false

    init(_ queue: DatabaseQueue, now: String) {
        self.queue = queue
        self.now = now
    }

    mutating func begin(provider: String) throws {
        self.provider = provider
        let state = try queue.write { db in
            let row = try Row.fetchOne(db, sql: "SELECT * FROM provider WHERE name = ?", arguments: [provider])
            if let row {
                try db.execute(
                    sql: "DELETE FROM record WHERE number BETWEEN ? AND ?",
                    arguments: [row["first_record"] as Int64, row["last_record"] as Int64]
                )
                try db.execute(
                    sql: "DELETE FROM affected WHERE number BETWEEN ? AND ?",
                    arguments: [row["first_affected"] as Int64, row["last_affected"] as Int64]
                )
            }
            for table in ["epss", "kev", "enrichment", "support"] {
                try db.execute(sql: "DELETE FROM \(table) WHERE provider = ?", arguments: [provider])
            }
            let before: (String, String)? = row.map { ($0["build"], $0["imported"]) }
            return (
                previous: before,
                record: try Int64.fetchOne(db, sql: "SELECT max(number) FROM record") ?? 0,
                affected: try Int64.fetchOne(db, sql: "SELECT max(number) FROM affected") ?? 0
            )
        }
        previous = state.previous.map { (build: $0.0, imported: $0.1) }
        firstRecord = state.record + 1
        firstAffected = state.affected + 1
        nextRecord = firstRecord
        nextAffected = firstAffected
    }

    mutating func append(_ records: [AdvisoryRecord]) throws {
        let (record, affected) = (nextRecord, nextAffected)
        let next = try queue.write { db in
            var record = record
            var affected = affected
            let insertRecord = try db.cachedStatement(
                sql: "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            )
            let insertRange = try db.cachedStatement(
                sql: "INSERT INTO affected VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            )
            for entry in records {
                try insertRecord.execute(arguments: StoredRecord.arguments(entry, number: record))
                // A withdrawn record can be looked up, and has nothing that could match.
                for range in entry.isWithdrawn ? [] : entry.affected {
                    try insertRange.execute(
                        arguments: StoredRange.arguments(range, number: affected, record: record)
                    )
                    affected += 1
                }
                record += 1
            }
            return (record, affected)
        }
        (nextRecord, nextAffected) = next
    }

    mutating func append(epss scores: [EPSSScore]) throws {
        let provider = provider
        try queue.write { db in
            let insert = try db.cachedStatement(sql: "INSERT OR REPLACE INTO epss VALUES (?, ?, ?, ?)")
            for score in scores {
                try insert.execute(arguments: [score.cve, provider, score.score, score.percentile])
            }
        }
    }

    mutating func append(kev entries: [KEVEntry]) throws {
        let provider = provider
        try queue.write { db in
            let insert = try db.cachedStatement(sql: "INSERT OR REPLACE INTO kev VALUES (?, ?, ?, ?, ?, ?)")
            for entry in entries {
                try insert.execute(
                    arguments: [
                        entry.cve, provider, entry.dateAdded, entry.dueDate, entry.ransomware, entry.name,
                    ]
                )
            }
        }
    }

    mutating func append(enrichments: [CVEEnrichment]) throws {
        try queue.write { db in
            let insert = try db.cachedStatement(sql: StoredEnrichment.insert)
            for enrichment in enrichments { try insert.execute(arguments: StoredEnrichment.arguments(enrichment)) }
        }
    }

    mutating func append(support statements: [SupportStatement]) throws {
        let provider = provider
        try queue.write { db in
            let insert = try db.cachedStatement(sql: "INSERT INTO support VALUES (?, ?, ?, ?, ?, ?, ?)")
            for item in statements {
                try insert.execute(
                    arguments: [
                        item.ecosystem, item.package, provider, item.kind.rawValue, item.date, item.lastVersion,
                        item.note,
                    ]
                )
            }
        }
    }

    mutating func finish(_ summary: ProviderImport) throws {
        let isSame = previous?.build == summary.build
        if !isSame { hasChanged = true }
        let imported = isSame ? previous?.imported ?? now : now
        let arguments: StatementArguments = [
            summary.provider, summary.build, summary.records, summary.skipped, imported,
            firstRecord, nextRecord - 1, firstAffected, nextAffected - 1,
        ]
        try queue.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO provider VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: arguments
            )
        }
    }
}
