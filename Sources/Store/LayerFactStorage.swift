import Codecs
import Foundation
import Postgres
import ScanModel

/// What was collected of a layer's files, as it is stored.
struct StoredFacts: Sendable, Hashable {
    let parts: [String]
    let attributes: [UInt8]
    let digests: [UInt8]
    let found: [UInt8]

    /// Encodes and compresses; digests are as they are, for nothing makes them smaller.
    ///
    /// Throws ``StoreError/Code/refused`` for more than `maxBytes` of either.
    init(_ facts: LayerFacts, maxBytes: Int) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        parts = (facts.parts.map(\.rawValue) + facts.searched.map(Self.text)).sorted()
        attributes = try StoredLayer.compressed(facts.attributes.serialized, "table of files", atMost: maxBytes)
        digests = facts.digests.serialized
        found =
            facts.found.isEmpty
            ? []
            : try StoredLayer.compressed(
                Array(try encoder.encode(facts.found)),
                "list of what was found in files",
                atMost: maxBytes
            )
    }

    init(parts: [String], attributes: [UInt8], digests: [UInt8], found: [UInt8]) {
        self.parts = parts
        self.attributes = attributes
        self.digests = digests
        self.found = found
    }

    /// What an expression that was searched for stands as among the parts: `content=NAME=REGEX`, or `content==REGEX`.
    private static let searchedMark = "content="

    private static func text(_ pattern: NamedPattern) -> String {
        "\(searchedMark)\(pattern.name ?? "")=\(pattern.pattern)"
    }

    private static func pattern(_ text: String) -> NamedPattern? {
        guard text.hasPrefix(searchedMark) else { return nil }
        let fields = text.dropFirst(searchedMark.count).split(
            separator: "=",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard fields.count == 2 else { return nil }
        return NamedPattern(name: fields[0].isEmpty ? nil : String(fields[0]), pattern: String(fields[1]))
    }

    /// Bytes as they are stored.
    var byteCount: Int { attributes.count + digests.count + found.count }

    func decoded() throws -> LayerFacts {
        guard
            let attributes = FileAttributeTable(
                serialized: try Zstd.decompress(attributes, maxBytes: StoredLayer.maxExpandedBytes)
            ),
            let digests = FileDigestTable(serialized: digests)
        else { throw StoreError(.damaged, "a stored table of files is damaged") }
        let found =
            found.isEmpty
            ? []
            : try JSONDecoder().decode(
                [FoundFile].self,
                from: Data(try Zstd.decompress(found, maxBytes: StoredLayer.maxExpandedBytes))
            )
        return LayerFacts(
            parts: Set(parts.compactMap { CollectedPart(rawValue: $0) }),
            searched: Set(parts.compactMap(Self.pattern)),
            attributes: attributes,
            digests: digests,
            found: found
        )
    }
}

extension Store {
    /// Stores what was collected of a layer, in the transaction that stores its report; `nil` takes away what there was.
    static func setFacts(_ facts: StoredFacts?, layer: Int, _ session: PostgresSession) throws {
        guard let facts else {
            _ = try session.execute("DELETE FROM layer_facts WHERE layer_id = $1", [.int(layer)])
            return
        }
        _ = try session.execute(
            """
            INSERT INTO layer_facts (layer_id, parts, attributes, digests, found) VALUES ($1, $2::text[], $3, $4, $5)
            ON CONFLICT (layer_id) DO UPDATE SET parts = excluded.parts, attributes = excluded.attributes,
                digests = excluded.digests, found = excluded.found
            """,
            [
                .int(layer), .textArray(facts.parts), .bytes(facts.attributes), .bytes(facts.digests),
                .bytes(facts.found),
            ]
        )
    }

    /// The stored analyses of an image's layers with what was collected of their files, from the lowest to the highest.
    package func storedLayersWithFacts(manifest: Int) async throws -> [StoredAnalysis] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT layer_reports.report, layer_reports.paths, layer_facts.parts, layer_facts.attributes,
                    layer_facts.digests, layer_facts.found
                FROM manifest_layers LEFT JOIN layer_reports USING (layer_id) LEFT JOIN layer_facts USING (layer_id)
                WHERE manifest_layers.manifest_id = $1 ORDER BY manifest_layers.position
                """,
                [.int(manifest)]
            ).map { row in
                guard let report = try row.optionalBytes(0), let paths = try row.optionalBytes(1) else {
                    throw StoreError(.notFound, "a layer has no report yet")
                }
                guard let attributes = try row.optionalBytes(3) else {
                    return StoredAnalysis(report: report, paths: paths, facts: nil)
                }
                return StoredAnalysis(
                    report: report,
                    paths: paths,
                    facts: StoredFacts(
                        parts: try row.strings(2),
                        attributes: attributes,
                        digests: try row.optionalBytes(4) ?? [],
                        found: try row.optionalBytes(5) ?? []
                    )
                )
            }
        }
    }
}
