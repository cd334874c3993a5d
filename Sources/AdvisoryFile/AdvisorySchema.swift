import GRDB

/// The tables of the advisory file.
enum AdvisorySchema {
    /// "TMan", so that `file` and we can tell the file from another database.
    static let applicationID: Int32 = 0x544D_616E
    /// Raised whenever the tables or the normalised form change; other versions are refused.
    static let version: Int32 = 3

    /// Columns that hold more than one value.
    ///
    /// `summary` and `receipt` are JSON. Lists are lines of text; the vectors of `cvss` are version, score and vector
    /// with tabs between, and so are the three points of `ssvc`.
    private static let tables = """
        CREATE TABLE provider (
            name TEXT PRIMARY KEY NOT NULL,
            build TEXT NOT NULL,
            records INTEGER NOT NULL,
            skipped INTEGER NOT NULL,
            imported TEXT NOT NULL,
            first_record INTEGER NOT NULL,
            last_record INTEGER NOT NULL,
            first_affected INTEGER NOT NULL,
            last_affected INTEGER NOT NULL,
            summary TEXT NOT NULL
        );
        CREATE TABLE input (name TEXT PRIMARY KEY NOT NULL, receipt TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE problem (
            subject TEXT PRIMARY KEY NOT NULL, reason TEXT NOT NULL, since TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE record (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL,
            provider TEXT NOT NULL,
            aliases TEXT NOT NULL,
            covers TEXT NOT NULL,
            severity TEXT NOT NULL,
            cvss TEXT NOT NULL,
            published TEXT,
            modified TEXT,
            withdrawn TEXT,
            summary TEXT NOT NULL,
            urls TEXT NOT NULL
        );
        CREATE TABLE affected (
            number INTEGER PRIMARY KEY,
            record INTEGER NOT NULL,
            ecosystem TEXT NOT NULL,
            package TEXT NOT NULL,
            scheme TEXT NOT NULL,
            introduced TEXT,
            introduced_after TEXT,
            fixed TEXT,
            last_affected TEXT,
            versions TEXT NOT NULL,
            is_enumeration INTEGER NOT NULL,
            fix_state TEXT NOT NULL,
            severity TEXT,
            module TEXT,
            architectures TEXT
        );
        CREATE INDEX affected_by_package ON affected (ecosystem, package);
        CREATE TABLE epss (
            cve TEXT PRIMARY KEY NOT NULL,
            provider TEXT NOT NULL,
            score REAL NOT NULL,
            percentile REAL
        ) WITHOUT ROWID;
        CREATE TABLE kev (
            cve TEXT PRIMARY KEY NOT NULL,
            provider TEXT NOT NULL,
            date_added TEXT NOT NULL,
            due_date TEXT,
            ransomware INTEGER NOT NULL,
            name TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE enrichment (
            cve TEXT NOT NULL,
            provider TEXT NOT NULL,
            severity TEXT NOT NULL,
            cvss TEXT NOT NULL,
            published TEXT,
            modified TEXT,
            summary TEXT NOT NULL,
            urls TEXT NOT NULL,
            weaknesses TEXT NOT NULL,
            ssvc TEXT,
            known_exploited TEXT,
            is_rejected INTEGER NOT NULL,
            PRIMARY KEY (cve, provider)
        ) WITHOUT ROWID;
        CREATE TABLE support (
            ecosystem TEXT NOT NULL,
            package TEXT,
            provider TEXT NOT NULL,
            kind TEXT NOT NULL,
            date TEXT,
            last_version TEXT,
            note TEXT NOT NULL
        );
        CREATE INDEX support_by_release ON support (ecosystem);
        """

    static func create(_ db: Database) throws {
        try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
        try db.execute(sql: tables)
    }

    /// Throws where the file is none of ours or of another version.
    static func check(_ db: Database, path: String) throws {
        let application = try Int32.fetchOne(db, sql: "PRAGMA application_id")
        let version = try Int32.fetchOne(db, sql: "PRAGMA user_version")
        guard application == applicationID else { throw AdvisoryFileError(.damaged, "\(path): not an advisory file") }
        guard version == Self.version else {
            throw AdvisoryFileError(.damaged, "\(path): written by another version; remove it and import again")
        }
    }
}
