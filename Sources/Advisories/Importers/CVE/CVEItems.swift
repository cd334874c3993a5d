import ScanModel

/// What one record of a CVE database comes to: what it says of the CVE, and the programs that it names.
enum CVEItems {
    /// The items of one record; the ranges make an advisory of their own, which the rating is joined to by the CVE.
    static func items(_ enrichment: CVEEnrichment, _ ranges: [AffectedRange]) -> [FeedItem] {
        guard !ranges.isEmpty, !enrichment.isRejected else { return [.enrichment(enrichment)] }
        let record = AdvisoryRecord(
            id: enrichment.cve,
            provider: enrichment.provider,
            published: enrichment.published,
            modified: enrichment.modified,
            affected: ranges
        )
        return [.enrichment(enrichment), .advisory(record)]
    }

    /// A CVE identifier; throws where `text` is none.
    static func identifier(_ text: String?, limits: AdvisoryLimits) throws(RecordProblem) -> String {
        guard let id = BoundedText.name(text, limits: limits), id.hasPrefix("CVE-"), id.utf8.count <= 40 else {
            throw RecordProblem("no CVE identifier")
        }
        return id
    }

    /// The English text among texts in several languages, each with a member `lang`.
    static func english(_ texts: JSONValue?, limits: AdvisoryLimits) -> String {
        let text = texts?.elements.first { $0["lang"]?.string?.lowercased().hasPrefix("en") == true }?["value"]?.string
        return BoundedText.clean(text ?? "", maxBytes: limits.maxSummaryBytes)
    }

    /// The identifiers of weaknesses, `CWE-79`, among `texts`.
    static func weaknesses(_ texts: [String], limits: AdvisoryLimits) -> [String] {
        BoundedText.names(texts, limits: limits).filter { $0.hasPrefix("CWE-") && $0.utf8.count <= 12 }
    }
}
