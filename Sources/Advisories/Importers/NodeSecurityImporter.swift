import Bytes
import OnePassJSON
import ScanModel
import Versions

/// Imports the Node.js security working group's database (nodejs/security-wg, `vuln/npm` and `vuln/core`): one JSON file
/// a flaw, in packages of the npm registry or in Node.js itself.
///
/// The folders' `index.json` repeats the other files; it is read only where it comes without them.
struct NodeSecurityImporter: AdvisoryImporter {
    let isOneRecordPerFile = true

    func canRead(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            guard var members = try? JSONMembers(bytes) else { return false }  // Not an object: another format.
            var names: Set<String> = []
            // A record that breaks off is still one, and counted when it is read.
            while let member = try? members.next() {
                if names.isEmpty, let number = Int(member.name), number > 0, var inner = try? JSONMembers(member.value)
                {
                    // Likewise: the index is what it looks like by its first entry.
                    while let field = try? inner.next() { names.insert(field.name) }
                    return Self.isRecord(names)
                }
                names.insert(member.name)
                if Self.isRecord(names) { return true }
            }
            return false
        }
    }

    private static func isRecord(_ names: Set<String>) -> Bool {
        names.isSuperset(of: ["module_name", "vulnerable_versions"])
            || (names.isSuperset(of: ["vulnerable", "patched", "cve"]))
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "nodejs-security-wg" }

    /// Puts the index behind the files that it repeats.
    func edition(of file: FeedFile) -> String? { isIndex(file) ? "0" : "1" }

    private func isIndex(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            // A damaged file is none, and counted as a record when it is read.
            guard var members = try? JSONMembers(bytes), let first = try? members.next() else { return false }
            return Int(first.name) != nil
        }
    }

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        guard isIndex(file) else {
            let number = file.name.split(separator: "/").last?.split(separator: ".").first.map(String.init)
            return try ImportCounts.ofOneRecord(in: file, limits: limits, emit: emit) { () throws(RecordProblem) in
                let document = try RecordProblem.parseJSON(file, limits: limits)
                return [.advisory(try Self.record(document, number: number ?? "", provider: provider, limits: limits))]
            }
        }
        var counts = ImportCounts()
        try file.content.withUnsafeBytes { bytes in
            var members = try file.frame { () throws(JSONError) in try JSONMembers(bytes) }
            while let member = try file.frame({ () throws(JSONError) in try members.next() }) {
                let record: AdvisoryRecord
                do throws(RecordProblem) {
                    let document = try RecordProblem.parse(member.value, limits: limits)
                    record = try Self.record(document, number: member.name, provider: provider, limits: limits)
                } catch {
                    counts.skip("\(file.name) \(member.name): \(error.reason)", limits: limits)
                    continue
                }
                counts.records += 1
                try emit(.advisory(record))
            }
        }
        return counts
    }

    private static func record(
        _ document: JSONValue,
        number: String,
        provider: String,
        limits: AdvisoryLimits
    ) throws(RecordProblem) -> AdvisoryRecord {
        let module = document["module_name"]?.string
        guard let package = BoundedText.name(module ?? "node", limits: limits), Int(number) != nil else {
            throw RecordProblem("no package or no number")
        }
        let cves = BoundedText.names(
            (document["cves"]?.strings ?? []) + (document["cve"]?.strings ?? []),
            limits: limits
        ).filter { $0.hasPrefix("CVE-") }
        let requirement = Requirement(.node)
        var spans = AffectedSpans(affected: [])
        guard let vulnerable = (document["vulnerable_versions"] ?? document["vulnerable"])?.string else {
            throw RecordProblem("no affected versions")
        }
        spans.affected = try requirement.spans(vulnerable)
        let patched = (document["patched_versions"] ?? document["patched"])?.string ?? ""
        spans.patched = try requirement.spans(patched)
        let vectors = CVSS.sorted(vectors(document))
        let own = SeverityWord.severity(document["severity"]?.string)
        let text = document["title"]?.string ?? document["description"]?.string ?? document["overview"]?.string ?? ""
        let urls = [document["ref"]?.string].compactMap(\.self) + (document["references"]?.strings ?? [])
        return AdvisoryRecord(
            id: module == nil ? "NSWG-COR-\(number)" : "NSWG-ECO-\(number)",
            provider: provider,
            aliases: cves.count == 1 ? cves : [],
            covers: cves.count > 1 ? cves : [],
            severity: own ?? CVSS.severity(ofAll: vectors),
            cvss: vectors,
            published: BoundedText.date(document["publish_date"]?.string),
            modified: BoundedText.date(document["updated_at"]?.string),
            summary: BoundedText.clean(text, maxBytes: limits.maxSummaryBytes),
            urls: BoundedText.urls(urls, limits: limits),
            affected: try spans.ranges(
                AffectedRange(
                    ecosystem: module == nil ? "binary" : "npm",
                    package: package,
                    scheme: .npm,
                    fixState: .unknown
                )
            )
        )
    }

    /// `cvss_vector`, and `cvss` whose prefix some records leave out.
    private static func vectors(_ document: JSONValue) -> [CVSSVector] {
        [document["cvss_vector"]?.string, document["cvss"]?.string].compactMap { text in
            guard let text else { return nil }
            return CVSS.parse(text) ?? CVSS.parse("CVSS:\(text)")
        }
    }
}
