import Bytes
import ScanModel

/// Imports Anchore's additions to NVD (anchore/nvd-data-overrides): one JSON file a CVE, with `configurations` as NVD has
/// them and an `_annotation` that describes the flaw.
struct NVDOverrideImporter: OneRecordImporter {
    func canRead(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            guard var members = try? JSONMembers(bytes), let first = try? members.next(),  // Another format.
                first.name == "_annotation", var inner = try? JSONMembers(first.value)
            else { return false }
            // A record that breaks off is still one, and counted when it is read.
            while let member = try? inner.next() {
                if member.name == "cve_id" { return true }
            }
            return false
        }
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "nvd-overrides" }

    func items(of file: FeedFile, provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> [FeedItem] {
        let document = try RecordProblem.parseJSON(file, limits: limits)
        let note = document["_annotation"]
        let id = try CVEItems.identifier(note?["cve_id"]?.string, limits: limits)
        var ranges = CPERanges(limits: limits)
        ranges.add(configurations: document["cve"]?["configurations"])
        let enrichment = CVEEnrichment(
            cve: id,
            provider: provider,
            published: BoundedText.date(note?["published"]?.string),
            modified: BoundedText.date(note?["modified"]?.string),
            summary: BoundedText.clean(note?["description"]?.string ?? "", maxBytes: limits.maxSummaryBytes),
            urls: BoundedText.urls(note?["references"]?.strings ?? [], limits: limits)
        )
        return CVEItems.items(enrichment, ranges.ranges)
    }
}
