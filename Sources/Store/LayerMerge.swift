import Codecs
import Foundation
import Postgres
package import ScanModel

/// A layer's analysis in the form in which it is stored.
package struct StoredLayer: Sendable {
    /// A report, a path table or a table of files is stored, and read again, up to this size, 1 GiB.
    package static let maxExpandedBytes = 1 << 30

    package var report: [UInt8]
    package var paths: [UInt8]
    package var diffID: Digest?
    package var gaps: [CoverageGap]
    /// What was collected of its files; `nil` where nothing was.
    let facts: StoredFacts?

    /// Encodes and compresses; CPU work that belongs on a worker's thread.
    ///
    /// Throws ``StoreError/Code/refused`` for more than `maxBytes` of anything: nobody could read it again, and images would
    /// fail of it that do not say which of their layers it was.
    package init(_ layer: AnalysedLayer, maxBytes: Int = StoredLayer.maxExpandedBytes) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        report = try Self.compressed(Array(try encoder.encode(layer.report)), "report", atMost: maxBytes)
        paths = try Self.compressed(layer.paths.serialized, "table of paths", atMost: maxBytes)
        diffID = layer.report.diffID
        gaps = layer.report.gaps
        facts = try layer.facts.map { try StoredFacts($0, maxBytes: maxBytes) }
    }

    /// Compresses a part of what is stored of a layer.
    static func compressed(_ bytes: [UInt8], _ part: String, atMost limit: Int) throws -> [UInt8] {
        guard bytes.count <= limit else {
            throw StoreError(.refused, "the layer's \(part) has \(bytes.count) bytes, more than \(limit)")
        }
        return try Zstd.compress(bytes)
    }

    /// Reads back what was stored.
    static func decode(report: [UInt8], paths: [UInt8]) throws -> AnalysedLayer {
        let reportBytes = try Zstd.decompress(report, maxBytes: maxExpandedBytes)
        guard let table = PathTable(serialized: try Zstd.decompress(paths, maxBytes: maxExpandedBytes)) else {
            throw StoreError(.damaged, "a stored path table is damaged")
        }
        return AnalysedLayer(
            report: try LayerReport(stored: reportBytes),
            paths: table
        )
    }
}

/// A layer's analysis as it was read from the database.
package struct StoredAnalysis: Sendable, Hashable {
    let report: [UInt8]
    let paths: [UInt8]
    /// `nil` where nothing was collected of its files, or nobody asked.
    let facts: StoredFacts?

    /// Bytes as they are stored.
    package var byteCount: Int { report.count + paths.count + (facts?.byteCount ?? 0) }

    /// Decompresses and decodes; CPU work that belongs on a worker's thread.
    package func decoded() throws -> AnalysedLayer {
        var layer = try StoredLayer.decode(report: report, paths: paths)
        layer.facts = try facts?.decoded()
        return layer
    }
}

extension Store {
    /// Stores a layer's analysis, if the claim still holds.
    ///
    /// The attempt is checked in the statement that ends the task, within the transaction that writes the report: a
    /// worker that was paused past its lease changes nothing and gets ``StoreError/Code/superseded``.
    package func merge(_ layer: StoredLayer, of claim: Claim) async throws {
        let fingerprint = layer.fingerprint
        try await pool.transaction { session in
            // The layer before its task, in which order planning takes them: a plan would wait for this, and this for it.
            _ = try session.execute(
                "UPDATE layers SET diff_id = $2 WHERE id = $1 AND diff_id IS DISTINCT FROM $2",
                [.int(claim.subject), .text(layer.diffID?.description)]
            )
            try Self.end(claim, session)
            _ = try session.execute(
                """
                INSERT INTO layer_reports (layer_id, analysis_version, report, paths, fingerprint)
                VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (layer_id) DO UPDATE SET analysis_version = excluded.analysis_version,
                    report = excluded.report, paths = excluded.paths, fingerprint = excluded.fingerprint
                """,
                [
                    .int(claim.subject), .text(claim.analysisVersion), .bytes(layer.report), .bytes(layer.paths),
                    .bytes(fingerprint),
                ]
            )
            try Self.setFacts(layer.facts, layer: claim.subject, session)
            _ = try session.execute("DELETE FROM layer_gaps WHERE layer_id = $1", [.int(claim.subject)])
            _ = try session.execute(
                """
                INSERT INTO layer_gaps (layer_id, path, reason)
                SELECT $1::bigint, path, reason FROM unnest($2::text[], $3::text[]) AS given(path, reason)
                ON CONFLICT DO NOTHING
                """,
                [
                    .int(claim.subject), .textArray(layer.gaps.map { Self.indexed($0.path) }),
                    .textArray(layer.gaps.map { Self.indexed($0.reason) }),
                ]
            )
        }
    }

    /// Bytes of a gap's path, and of its reason: both together are a key, of which PostgreSQL takes 2.7 KB.
    private static let maxGapBytes = 1024

    /// A part of a gap as it is stored, with a sign where it was cut: a path in an image may be longer.
    private static func indexed(_ text: String) -> String {
        StorableText.cut(text, atMost: maxGapBytes) + (text.utf8.count > maxGapBytes ? "…" : "")
    }

    /// Ends a task for good, or throws where another attempt owns it by now.
    static func end(_ claim: Claim, _ session: PostgresSession) throws {
        let ended = try session.execute(
            """
            UPDATE tasks SET state = 'done', lease_until = NULL, is_alone = false, error = NULL
            WHERE id = $1 AND attempt = $2 AND state = 'leased'
            """,
            [.int(claim.task), .int(claim.attempt)]
        ).affected
        guard ended == 1 else { throw superseded(claim) }
    }

    static func superseded(_ claim: Claim) -> StoreError {
        StoreError(.superseded, "task \(claim.task): attempt \(claim.attempt) lost its lease")
    }

    /// The stored analyses of an image's layers, from the lowest to the highest; decoding is the caller's, as CPU work.
    package func storedLayers(manifest: Int) async throws -> [StoredAnalysis] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT layer_reports.report, layer_reports.paths
                FROM manifest_layers LEFT JOIN layer_reports USING (layer_id)
                WHERE manifest_layers.manifest_id = $1 ORDER BY manifest_layers.position
                """,
                [.int(manifest)]
            ).map { row in
                guard let report = try row.optionalBytes(0), let paths = try row.optionalBytes(1) else {
                    throw StoreError(.notFound, "a layer has no report yet")
                }
                return StoredAnalysis(report: report, paths: paths, facts: nil)
            }
        }
    }
}

/// Text that PostgreSQL takes.
enum StorableText {
    /// Without NUL characters, which its text type cannot hold.
    static func clean(_ text: String) -> String {
        text.utf8.contains(0) ? text.replacing("\u{0}", with: "\u{fffd}") : text
    }

    /// The same of its first `limit` bytes.
    static func cut(_ text: String, atMost limit: Int) -> String {
        clean(text.utf8.count > limit ? String(decoding: text.utf8.prefix(limit), as: UTF8.self) : text)
    }
}
