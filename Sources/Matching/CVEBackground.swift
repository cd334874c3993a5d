import Advisories
import ScanModel

/// What the publishers of ratings say about the CVEs of one finding, taken together.
struct CVEBackground {
    /// The statements, those of the publisher that counts first in front.
    private let statements: [CVEEnrichment]

    /// NVD reviews what others submit; then the record itself with CISA's additions; then the rest by name.
    private static let order = ["nvd", "vulnrichment", "cve"]

    init(_ enrichments: [CVEEnrichment]) {
        statements = enrichments.filter { !$0.isRejected }.sorted { left, right in
            (Self.rank(left), left.provider, left.cve) < (Self.rank(right), right.provider, right.cve)
        }
    }

    private static func rank(_ enrichment: CVEEnrichment) -> Int {
        order.firstIndex(of: enrichment.provider) ?? order.count
    }

    /// The first publisher's that rates at all; the worst of its CVEs where a finding has several.
    var severity: Severity {
        guard let first = statements.first(where: { $0.severity != .unknown }) else { return .unknown }
        return statements.filter { $0.provider == first.provider }.map(\.severity).max() ?? .unknown
    }

    var cvss: [CVSSVector] { statements.flatMap(\.cvss) }

    var published: String? { statements.compactMap(\.published).min() }

    var summary: String { statements.lazy.map(\.summary).first { !$0.isEmpty } ?? "" }

    var urls: [String] { statements.lazy.map(\.urls).first { !$0.isEmpty } ?? [] }

    /// The most pressing where a finding has several CVEs.
    var ssvc: SSVC? {
        let points = statements.compactMap(\.ssvc)
        let order = ["active", "poc", "none"]
        return order.lazy.compactMap { word in points.first { $0.exploitation == word } }.first
    }

    /// From the record's own note, where the catalogue itself was not imported.
    var knownExploited: KEVEntry? {
        statements.lazy.compactMap { statement in
            statement.knownExploited.map {
                KEVEntry(cve: statement.cve, dateAdded: $0, dueDate: nil, ransomware: false, name: "")
            }
        }.first
    }
}
