import Postgres
package import VEX

/// An exception that the fleet keeps.
package struct StoredException: Sendable {
    package let number: Int
    package let exception: FindingException
    /// The day on which it came in, `YYYY-MM-DD`.
    package let created: String
}

extension Store {
    /// Adds exceptions; one for a scope that has one already replaces it.
    ///
    /// Returns how many were new.
    package func add(_ exceptions: [FindingException]) async throws -> Int {
        // Of several for one scope in a file the last counts, and no statement may touch a row twice.
        var byScope: [[String]: FindingException] = [:]
        for exception in exceptions {
            byScope[[exception.id, exception.package ?? ""] + exception.images] = exception
        }
        let sorted = byScope.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
        return try await pool.transaction { session in
            var added = 0
            for exception in sorted {
                if try Self.put(exception, session).isNew { added += 1 }
            }
            return added
        }
    }

    /// Adds an exception or replaces the one for its scope; returns its number and whether it was new.
    package func put(_ exception: FindingException) async throws -> (number: Int, isNew: Bool) {
        try await pool.run { try Self.put(exception, $0) }
    }

    private static func put(
        _ exception: FindingException,
        _ session: PostgresSession
    ) throws -> (number: Int, isNew: Bool) {
        let row = try session.execute(
            """
            INSERT INTO exceptions (vulnerability, package, images, reason, justification, author, expires, source)
            VALUES ($1, $2, $3::text[], $4, $5, $6, $7, $8)
            ON CONFLICT (vulnerability, coalesce(package, ''), images) DO UPDATE SET reason = excluded.reason,
                justification = excluded.justification, author = excluded.author, expires = excluded.expires,
                source = excluded.source
            RETURNING xmax = 0, id
            """,
            [
                .text(exception.id), .text(exception.package), .textArray(exception.images), .text(exception.reason),
                .text(exception.justification), .text(exception.author), .text(exception.expires),
                .text(StorableText.clean(exception.source)),
            ]
        ).first
        guard let row else { throw StoreError(.damaged, "an exception was not kept") }
        return (try row.int(1), try row.bool(0))
    }

    /// All exceptions, by flaw and then by number.
    package func exceptions() async throws -> [StoredException] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT \(ExceptionColumns.list), id, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')
                FROM exceptions ORDER BY vulnerability COLLATE "C", id
                """
            ).map {
                StoredException(
                    number: try $0.int(ExceptionColumns.count),
                    exception: try ExceptionColumns.exception($0),
                    created: try $0.string(ExceptionColumns.count + 1)
                )
            }
        }
    }

    /// Takes an exception away; `false` where there is none of that number.
    package func removeException(_ number: Int) async throws -> Bool {
        try await pool.run { session in
            try session.execute("DELETE FROM exceptions WHERE id = $1", [.int(number)]).affected > 0
        }
    }

    /// The exceptions that ended before `day`, `YYYY-MM-DD`, and would count for a flaw of the fleet.
    package func expiredExceptions(by day: String) async throws -> [FindingException] {
        try await pool.transaction(isolation: .repeatableRead) { session in
            try FleetSuppressions(session, asOf: day).suppressions.expired
        }
    }
}

/// An exception as its row states it.
enum ExceptionColumns {
    static let list = "vulnerability, package, reason, author, expires, images, source, justification"
    static let count = 8

    static func exception(_ row: PostgresRow) throws -> FindingException {
        try FindingException(
            id: try row.string(0),
            package: try row.optionalString(1),
            reason: try row.string(2),
            author: try row.optionalString(3),
            expires: try row.optionalString(4),
            images: try row.strings(5),
            source: try row.string(6),
            justification: try row.optionalString(7)
        )
    }
}
