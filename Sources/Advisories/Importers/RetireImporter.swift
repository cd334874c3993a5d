import Bytes
import OnePassJSON
import ScanModel
import Versions

/// Imports Retire.js' repositories (RetireJS/retire.js, README and `repository/`): JSON objects of components, each with
/// its flaws.
///
/// The one for npm and the one for libraries in web pages are feeds of their own.
///
/// The browser repository is published in several forms of one content; only the newest that is there is read.
struct RetireImporter: AdvisoryImporter {
    private let isBrowser: Bool

    init(isBrowser: Bool) { self.isBrowser = isBrowser }

    let isOneRecordPerFile = false

    func canRead(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            guard var components = try? JSONMembers(bytes) else { return false }  // Not an object: another format.
            // The first component tells; what breaks off is refused when it is read.
            while let component = try? components.next() {
                guard var fields = try? JSONMembers(component.value) else { return false }  // Likewise.
                var names: Set<String> = []
                while let field = try? fields.next() { names.insert(field.name) }  // Likewise.
                guard names.contains("vulnerabilities") else { return false }
                guard component.name != "retire-example" else { continue }
                return names.contains("extractors") == isBrowser
            }
            return false
        }
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? {
        isBrowser ? "retirejs-browser" : "retirejs-npm"
    }

    /// The number behind `-v` in the file's name; files without one are the oldest form.
    func edition(of file: FeedFile) -> String? {
        guard isBrowser else { return nil }
        let name = file.name.split(separator: "/").last.map(String.init) ?? ""
        guard let word = name.split(separator: "-").first(where: { $0.hasPrefix("v") }) else { return "000" }
        let number = word.dropFirst().prefix { $0.isASCII && $0.isNumber }.prefix(3)
        return String(repeating: "0", count: 3 - number.count) + number
    }

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        try file.content.withUnsafeBytes { bytes in
            var components = try file.frame { () throws(JSONError) in try JSONMembers(bytes) }
            while let component = try file.frame({ () throws(JSONError) in try components.next() }) {
                for record in records(component, file: file, provider: provider, limits: limits, counts: &counts) {
                    counts.records += 1
                    try emit(.advisory(record))
                }
            }
        }
        return counts
    }

    private func records(
        _ component: (name: String, value: UnsafeRawBufferPointer),
        file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        counts: inout ImportCounts
    ) -> [AdvisoryRecord] {
        let document: JSONValue
        do throws(RecordProblem) {
            document = try RecordProblem.parse(component.value, limits: limits)
        } catch {
            counts.skip("\(file.name) \(component.name): \(error.reason)", limits: limits)
            return []
        }
        var records: [AdvisoryRecord] = []
        for (index, flaw) in (document["vulnerabilities"]?.elements ?? []).enumerated() {
            do throws(RecordProblem) {
                records.append(
                    try record(flaw, index, of: component.name, document, provider: provider, limits: limits)
                )
            } catch {
                counts.skip("\(file.name) \(component.name): \(error.reason)", limits: limits)
            }
        }
        return records
    }

    private func record(
        _ flaw: JSONValue,
        _ index: Int,
        of component: String,
        _ document: JSONValue,
        provider: String,
        limits: AdvisoryLimits
    ) throws(RecordProblem) -> AdvisoryRecord {
        let names = flaw["identifiers"]
        let cves = BoundedText.names(names?["CVE"]?.strings ?? [], limits: limits).filter { $0.hasPrefix("CVE-") }
        let github = BoundedText.name(names?["githubID"]?.string, limits: limits).flatMap {
            $0.hasPrefix("GHSA-") ? $0 : nil
        }
        guard let own = BoundedText.name("RETIREJS-\(component)-\(index + 1)", limits: limits) else {
            throw RecordProblem("unusable name")
        }
        // Several CVEs under one entry are several flaws that one release fixed.
        let isBulletin = cves.count > 1
        let id = isBulletin ? own : cves.first ?? github ?? own
        let below = BoundedText.name(flaw["below"]?.string, limits: limits)
        // A tilde, above every digit as text, is how the repository writes "every version".
        let end = below == "~" ? nil : below
        let from = BoundedText.name(flaw["atOrAbove"]?.string, limits: limits)
        guard below != nil || from != nil else { throw RecordProblem("no versions") }
        let span = VersionSpan(
            lower: from.map { .init(version: $0, isIncluded: true) },
            upper: end.map { .init(version: $0, isIncluded: false) }
        )
        let summary = names?["summary"]?.string ?? ""
        return AdvisoryRecord(
            id: id,
            provider: provider,
            aliases: isBulletin ? [] : [github].compactMap(\.self).filter { $0 != id },
            covers: isBulletin ? cves : [],
            severity: SeverityWord.severity(flaw["severity"]?.string) ?? .unknown,
            summary: BoundedText.clean(summary, maxBytes: limits.maxSummaryBytes),
            urls: BoundedText.urls(flaw["info"]?.strings ?? [], limits: limits),
            affected: try package(component, document, limits: limits).map { template throws(RecordProblem) in
                try AffectedSpans(affected: [span]).ranges(template)
            } ?? []
        )
    }

    /// The npm package of a component; `nil` for a library that is not known to be one.
    private func package(_ component: String, _ document: JSONValue, limits: AdvisoryLimits) -> AffectedRange? {
        let stated = BoundedText.name(document["npmname"]?.string, limits: limits)
        guard let name = stated ?? (isBrowser ? nil : BoundedText.name(component, limits: limits)) else { return nil }
        return AffectedRange(ecosystem: "npm", package: name, scheme: .npm, fixState: .unknown)
    }
}
