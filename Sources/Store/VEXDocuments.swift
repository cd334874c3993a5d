import Foundation
import Postgres
package import VEX

/// A VEX document that the fleet keeps.
package struct StoredVEX: Sendable, Encodable {
    /// Its own identifier, else the name of its file.
    package let id: String
    package let format: String
    package let author: String
    package let statements: Int
    /// The day on which it came in, `YYYY-MM-DD`.
    package let imported: String
}

extension Store {
    /// Keeps documents; one of an identifier that is there already replaces that, and counts as the later.
    package func add(_ documents: [VEXDocument]) async throws {
        try await pool.transaction { session in
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            for document in documents {
                let name = StorableText.clean(document.id)
                _ = try session.execute("DELETE FROM vex_documents WHERE name = $1", [.text(name)])
                let id = try session.execute(
                    """
                    INSERT INTO vex_documents (name, format, author, statements) VALUES ($1, $2, $3, $4) RETURNING id
                    """,
                    [
                        .text(name), .text(document.format.rawValue), .text(StorableText.clean(document.author)),
                        .int(document.statements.count),
                    ]
                ).first?.int(0)
                guard let id else { throw StoreError(.damaged, "\(name) could not be kept") }
                _ = try session.copyIn("COPY vex_statements (document_id, position, names, payload) FROM STDIN") {
                    writer in
                    for (position, statement) in document.statements.enumerated() {
                        try writer.writeRow([
                            .int(id), .int(position), .textArray(statement.names.map(StorableText.clean)),
                            .text(String(decoding: try encoder.encode(statement), as: UTF8.self)),
                        ])
                    }
                }
            }
        }
    }

    /// All documents, in the order in which they came.
    package func vexDocuments() async throws -> [StoredVEX] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT name, format, author, statements, to_char(imported_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')
                FROM vex_documents ORDER BY id
                """
            ).map {
                StoredVEX(
                    id: try $0.string(0),
                    format: try $0.string(1),
                    author: try $0.string(2),
                    statements: try $0.int(3),
                    imported: try $0.string(4)
                )
            }
        }
    }

    /// Forgets a document; `false` where there is none of that identifier.
    package func removeVEX(_ id: String) async throws -> Bool {
        try await pool.run { session in
            try session.execute("DELETE FROM vex_documents WHERE name = $1", [.text(id)]).affected > 0
        }
    }
}
