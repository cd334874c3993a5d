import Advisories
import GRDB

/// Writes providers into a copy of an advisory file that nobody reads yet, made when the first one has something new.
///
/// Each provider is one transaction: what it had before stays until it is complete.
struct AdvisoryFileSink: AdvisorySink {
    private let replacement: FileReplacement
    /// What there is already.
    private let existing: AdvisoryFile?
    /// RFC 3339, the time that is recorded for what changed.
    private let now: String
    private var queue: DatabaseQueue?
    private var provider = ""
    private var previousBuild: String?
    private var firstRecord: Int64 = 0
    private var firstAffected: Int64 = 0
    private var nextRecord: Int64 = 0
    private var nextAffected: Int64 = 0
    /// Whether what the file says differs from what it said.
    private var hasChanged = false

    /// Opens what there is; throws where that is no advisory file.
    init(_ replacement: FileReplacement, now: String) throws {
        self.replacement = replacement
        self.now = now
        existing = replacement.hasExisting ? try AdvisoryFile(path: replacement.path) : nil
    }

    func known(provider: String) throws -> ProviderImport? { try existing?.summary(of: provider) }

    func receipts() throws -> [FeedReceipt] {
        try (existing?.receipts().values).map { $0.compactMap(StoredState.receipt) } ?? []
    }

    /// The new file.
    private mutating func database() throws -> DatabaseQueue {
        if let queue { return queue }
        if existing != nil { try replacement.copyExisting() }
        var configuration = Configuration()
        // A provider's transaction spans the calls between its `begin` and its end.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { db in
            // Nobody else sees the file before it is complete; after a crash it is thrown away.
            try db.execute(sql: "PRAGMA synchronous = OFF; PRAGMA cache_size = -65536")
        }
        let opened = try DatabaseQueue(path: replacement.temporaryPath, configuration: configuration)
        if existing == nil { try opened.write { db in try AdvisorySchema.create(db) } }
        queue = opened
        return opened
    }

    /// Runs `body` inside the provider's transaction.
    private mutating func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try database().writeWithoutTransaction(body)
    }

    /// Puts the new file in the place of the old one, where it says something new.
    mutating func commit() throws {
        guard let queue else { return }
        defer { self.queue = nil }
        guard hasChanged else { return try queue.close() }
        try queue.write { db in
            try db.execute(sql: "ANALYZE")
            guard try String.fetchOne(db, sql: "PRAGMA quick_check") == "ok" else {
                throw AdvisoryFileError(.damaged, "\(replacement.path): the new file failed its check")
            }
        }
        try queue.close()
        try replacement.commit()
    }

    mutating func begin(provider: String) throws {
        self.provider = provider
        let state = try write { db in
            try db.beginTransaction(.immediate)
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
            return (
                build: row.map { $0["build"] as String },
                record: try Int64.fetchOne(db, sql: "SELECT max(number) FROM record") ?? 0,
                affected: try Int64.fetchOne(db, sql: "SELECT max(number) FROM affected") ?? 0
            )
        }
        previousBuild = state.build
        firstRecord = state.record + 1
        firstAffected = state.affected + 1
        nextRecord = firstRecord
        nextAffected = firstAffected
    }

    mutating func append(_ records: [AdvisoryRecord]) throws {
        let (record, affected) = (nextRecord, nextAffected)
        let next = try write { db in
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
        try write { db in
            let insert = try db.cachedStatement(sql: "INSERT OR REPLACE INTO epss VALUES (?, ?, ?, ?)")
            for score in scores {
                try insert.execute(arguments: [score.cve, provider, score.score, score.percentile])
            }
        }
    }

    mutating func append(kev entries: [KEVEntry]) throws {
        let provider = provider
        try write { db in
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
        try write { db in
            let insert = try db.cachedStatement(sql: StoredEnrichment.insert)
            for enrichment in enrichments { try insert.execute(arguments: StoredEnrichment.arguments(enrichment)) }
        }
    }

    mutating func append(support statements: [SupportStatement]) throws {
        let provider = provider
        try write { db in
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

    /// A provider that says what it said before keeps its rows.
    mutating func finish(_ summary: ProviderImport) throws {
        let text = try StoredState.text(summary)
        let arguments: StatementArguments = [
            summary.provider, summary.build, summary.records, summary.skipped, now, firstRecord, nextRecord - 1,
            firstAffected, nextAffected - 1, text,
        ]
        guard summary.build != previousBuild else {
            return try write { db in
                try db.rollback()
                try db.execute(
                    sql: "UPDATE provider SET summary = ?, skipped = ? WHERE name = ?",
                    arguments: [text, summary.skipped, summary.provider]
                )
            }
        }
        hasChanged = true
        try write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO provider VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: arguments
            )
            try db.commit()
        }
    }

    mutating func abandon() throws { try write { db in try db.rollback() } }

    /// Files that were merely packed anew are no reason to write a new file.
    mutating func conclude(_ outcome: ImportOutcome) throws {
        let open = try existing?.problems() ?? [:]
        let isNews = outcome.problems.contains { open[$0.subject] != $0.reason }
        let isSettled = outcome.settled.contains { open[$0] != nil }
        if isNews || isSettled { hasChanged = true }
        guard hasChanged else { return }
        let now = now
        try write { db in
            for receipt in outcome.receipts {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO input VALUES (?, ?)",
                    arguments: [receipt.name, try StoredState.text(receipt)]
                )
            }
            for subject in outcome.settled.sorted() where open[subject] != nil {
                try db.execute(sql: "DELETE FROM problem WHERE subject = ?", arguments: [subject])
            }
            for problem in outcome.problems {
                try db.execute(
                    sql: """
                        INSERT INTO problem VALUES (?, ?, ?)
                        ON CONFLICT (subject) DO UPDATE SET reason = excluded.reason
                        """,
                    arguments: [problem.subject, problem.reason, now]
                )
            }
        }
    }
}
