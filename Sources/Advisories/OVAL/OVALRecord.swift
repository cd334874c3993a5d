import ScanModel

/// Turns a definition into records.
struct OVALRecord {
    private let definition: OVALDefinition
    private let publisher: OVALPublisher
    private let fileName: String
    private let provider: String
    private let limits: AdvisoryLimits

    init(
        _ definition: OVALDefinition,
        _ publisher: OVALPublisher,
        fileName: String,
        provider: String,
        limits: AdvisoryLimits
    ) {
        self.definition = definition
        self.publisher = publisher
        self.fileName = fileName
        self.provider = provider
        self.limits = limits
    }

    /// One record, or, where the publisher defines a package instead of a flaw, one for each of its flaws.
    func records(_ statements: OVALStatements) throws(RecordProblem) -> [AdvisoryRecord] {
        let found = statements.statements(of: definition)
        let ranges = OVALRanges(definition, publisher, fileName: fileName, conditions: found.conditions, limits: limits)
        let byFlaw = definition.flaws.filter { $0.test != nil }
        guard byFlaw.isEmpty else {
            let byTest = Dictionary(grouping: found.statements, by: \.test)
            return try byFlaw.map { flaw throws(RecordProblem) in
                try record(flaws: [flaw], affected: try ranges.ranges(byTest[flaw.test] ?? []))
            }
        }
        return [try record(flaws: definition.flaws, affected: try ranges.ranges(found.statements))]
    }

    private func record(flaws: [OVALDefinition.Flaw], affected: [AffectedRange]) throws(RecordProblem) -> AdvisoryRecord
    {
        let cves = Set(flaws.flatMap { CVEText.identifiers(in: $0.name) } + references()).sorted()
        let isPackage = flaws.first?.test != nil
        let identifier: String
        if definition.kind == "patch" {
            identifier = bulletin()
        } else {
            let own =
                CVEText.identifiers(in: isPackage ? flaws.first?.name ?? "" : definition.title).first ?? cves.first
            identifier = own ?? definition.id
        }
        let isBulletin = definition.kind == "patch"
        let cvss = Set(flaws.flatMap(\.vectors).compactMap(Self.vector))
        let stated = [flaws.count == 1 ? flaws.first?.priority : nil, definition.severity, ratingInTitle()]
        return AdvisoryRecord(
            id: identifier,
            provider: provider,
            covers: isBulletin ? cves : [],
            severity: stated.lazy.compactMap { SeverityWord.severity($0) }.first ?? cvss.map(CVSS.severity).max()
                ?? .unknown,
            cvss: cvss.sorted { $0.version == $1.version ? $0.vector < $1.vector : $0.version > $1.version },
            published: date(definition.published),
            modified: date(definition.updated),
            // A package's definition describes the package, not the flaw.
            summary: isBulletin ? definition.title : isPackage ? "" : definition.summary,
            urls: urls(),
            affected: affected
        )
    }

    /// CVEs among the references; of Ubuntu's package form these are in the flaws alone.
    private func references() -> [String] {
        definition.references.prefix(limits.maxRanges).flatMap { CVEText.identifiers(in: $0.id) }
    }

    /// The bulletin's own identifier: what its title begins with, else a reference that is no CVE.
    private func bulletin() -> String {
        let first = definition.title.trimmingSpaces.prefix { $0 != " " && $0 != "\n" && $0 != "\t" }
        let token = String(first.last == ":" ? first.dropLast() : first)
        let letters = token.prefix { $0.isUppercase }
        if letters.count >= 3, token.dropFirst(letters.count).first == "-", token.contains(where: \.isNumber) {
            return BoundedText.name(token, limits: limits) ?? definition.id
        }
        let other = definition.references.first { !$0.id.isEmpty && CVEText.identifiers(in: $0.id).isEmpty }
        return other?.id ?? definition.id
    }

    /// `(IMPORTANT)` at the end of the title.
    private func ratingInTitle() -> String? {
        guard definition.title.hasSuffix(")"), let open = definition.title.lastIndex(of: "(") else { return nil }
        return String(definition.title[definition.title.index(after: open)...].dropLast())
    }

    /// A vector behind its score, `7.8/AV:N/…`, or alone.
    private static func vector(_ text: String) -> CVSSVector? {
        if let vector = CVSS.parse(text) { return vector }
        guard let slash = text.firstIndex(of: "/") else { return nil }
        return CVSS.parse(String(text[text.index(after: slash)...]))
    }

    private func date(_ text: String?) -> String? {
        guard let text else { return nil }
        return BoundedText.date(text) ?? BoundedText.date(String(text.prefix(10)))
    }

    private func urls() -> [String] {
        var urls: [String] = []
        for reference in definition.references where urls.count < limits.maxURLs {
            let url = reference.url
            guard url.hasPrefix("https://") || url.hasPrefix("http://"), url.utf8.count <= limits.maxURLBytes,
                url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), !urls.contains(url)
            else { continue }
            urls.append(url)
        }
        return urls
    }
}
