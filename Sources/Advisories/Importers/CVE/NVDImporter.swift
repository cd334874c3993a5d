import Bytes
import ScanModel

/// Imports NVD's records in the form of its API 2.0 (nvd.nist.gov/developers/vulnerabilities): pages of the API and feeds,
/// objects with an array `vulnerabilities`.
package struct NVDImporter: AdvisoryImporter {
    package init() {}

    package let isOneRecordPerFile = false

    package func canRead(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            guard var members = try? JSONMembers(bytes) else { return false }  // Not an object: another format.
            // The mark stands before the records; a page that breaks off is refused when it is read.
            while let member = try? members.next() {
                guard member.name != "vulnerabilities" else { return false }
                if member.name == "format" { return member.value.elementsEqual(#""NVD_CVE""#.utf8) }
            }
            return false
        }
    }

    package func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "nvd" }

    /// The `timestamp` of the page or feed, which stands before the records.
    package func date(of file: FeedFile) -> String? {
        file.content.withUnsafeBytes { bytes in
            guard var members = try? JSONMembers(bytes) else { return nil }  // Refused when it is read.
            while let member = try? members.next() {  // Likewise.
                guard member.name != "vulnerabilities" else { return nil }
                guard member.name == "timestamp" else { continue }
                return BoundedText.date(String(decoding: member.value.dropFirst().dropLast().prefix(40), as: UTF8.self))
            }
            return nil
        }
    }

    package func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        try file.forEachElement(of: "vulnerabilities") { number, bytes in
            let items: [FeedItem]
            do throws(RecordProblem) {
                let record = try RecordProblem.parse(bytes, limits: limits)
                guard let cve = record["cve"] else { throw RecordProblem("no cve") }
                items = try Self.items(cve, provider: provider, limits: limits)
            } catch {
                return counts.skip("\(file.name) record \(number): \(error.reason)", limits: limits)
            }
            counts.records += 1
            for item in items { try emit(item) }
        }
        return counts
    }

    private static func items(
        _ cve: JSONValue,
        provider: String,
        limits: AdvisoryLimits
    ) throws(RecordProblem) -> [FeedItem] {
        let id = try CVEItems.identifier(cve["id"]?.string, limits: limits)
        var vectors: [CVSSVector] = []
        var primary: [CVSSVector] = []
        for list in cve["metrics"]?.object?.members ?? [] {
            for metric in list.value.elements.prefix(limits.maxAliases) {
                guard let vector = metric["cvssData"]?["vectorString"]?.string.flatMap(CVSS.parse) else { continue }
                vectors.append(vector)
                if metric["type"]?.string == "Primary" { primary.append(vector) }
            }
        }
        let weaknesses = (cve["weaknesses"]?.elements ?? []).flatMap { $0["description"]?.elements ?? [] }
        var ranges = CPERanges(limits: limits)
        ranges.add(configurations: cve["configurations"])
        let enrichment = CVEEnrichment(
            cve: id,
            provider: provider,
            // NVD's own assessment counts before those that it only repeats.
            severity: CVSS.severity(ofAll: primary.isEmpty ? vectors : primary),
            cvss: CVSS.sorted(vectors),
            published: BoundedText.date(cve["published"]?.string),
            modified: BoundedText.date(cve["lastModified"]?.string),
            summary: CVEItems.english(cve["descriptions"], limits: limits),
            urls: BoundedText.urls(
                (cve["references"]?.elements ?? []).compactMap { $0["url"]?.string },
                limits: limits
            ),
            weaknesses: CVEItems.weaknesses(weaknesses.compactMap { $0["value"]?.string }, limits: limits),
            knownExploited: BoundedText.date(cve["cisaExploitAdd"]?.string),
            isRejected: cve["vulnStatus"]?.string == "Rejected"
        )
        return CVEItems.items(enrichment, ranges.ranges)
    }
}

extension FeedFile {
    /// Calls `body` with each element of the array `member` of the file's object, and its number from 1.
    func forEachElement(of member: String, _ body: (Int, UnsafeRawBufferPointer) throws -> Void) throws {
        try content.withUnsafeBytes { bytes in
            var members = try frame { () throws(JSONError) in try JSONMembers(bytes) }
            while let found = try frame({ () throws(JSONError) in try members.next() }) {
                guard found.name == member else { continue }
                var elements = try frame { () throws(JSONError) in try JSONElements(found.value) }
                var number = 0
                while let element = try frame({ () throws(JSONError) in try elements.next() }) {
                    number += 1
                    try body(number, element)
                }
            }
        }
    }
}
