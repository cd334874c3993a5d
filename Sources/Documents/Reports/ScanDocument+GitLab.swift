import Reports
import ScanModel

extension ScanDocument {
    /// The findings as GitLab's container scanning report, schema 15.0.4, most pressing first; suppressed ones are left out.
    ///
    /// The schema wants to know when the scan began and ended. Both are `time`, RFC 3339 in UTC: when the advisories came in,
    /// which is what the findings are true as of. No clock is asked, so the same advisory file gives the same bytes.
    package func gitLabReport(asOf time: String?) throws -> [UInt8] {
        let tool = GitLabReport.Tool(version: provenance.version)
        let moment = Self.gitLabTime(time)
        let evidence = EvidencePaths(self)
        var seen: Set<String> = []
        return try ReportJSON.encode(
            GitLabReport(
                scan: .init(
                    analyzer: tool,
                    scanner: tool,
                    status: isMatched ? "success" : "failure",
                    startTime: moment,
                    endTime: moment,
                    messages: gitLabMessages
                ),
                vulnerabilities: open.byRisk().compactMap { row in
                    let finding = gitLabFinding(row, paths: evidence.paths(of: row))
                    // Copies in several places are one finding to GitLab, which looks at the package and not at the path.
                    return seen.insert(finding.id).inserted ? finding : nil
                }
            )
        )
    }

    private func gitLabFinding(_ row: VulnerabilityEntry, paths: [String]) -> GitLabReport.Finding {
        let address = VulnerabilityPage.address(of: row.id)
        return GitLabReport.Finding(
            id: StableIdentity.uuid([
                imageName, row.id, row.package.type.rawValue, row.package.name, row.package.version, row.package.purl,
            ]),
            name: row.title(atMost: 255),
            description: row.summary.isEmpty ? row.id : row.summary,
            severity: row.severity.gitLabWord,
            solution: row.remedy,
            identifiers: ([row.id] + row.aliases).prefix(20).map(GitLabReport.Identifier.init),
            links: address.map { [.init(url: $0)] } ?? [],
            details: gitLabDetails(row, paths),
            location: .init(
                dependency: .init(
                    package: .init(name: ReportText.line(row.package.name)),
                    version: ReportText.line(row.package.version)
                ),
                operatingSystem: distro.map(\.label).flatMap { $0.isEmpty ? nil : $0 } ?? "Unknown",
                image: ReportText.line(imageLabel, atMost: 1000)
            )
        )
    }

    private func gitLabDetails(_ row: VulnerabilityEntry, _ paths: [String]) -> [String: GitLabReport.Detail] {
        let shown = paths.prefix(20).map { ReportText.line($0) }.joined(separator: "\n")
        let fields: [(key: String, name: String, value: String)] = [
            ("purl", "Package URL", ReportText.line(row.package.purl, atMost: 1000)), ("paths", "Found in", shown),
            ("layer", "Layer", row.layer?.description ?? ""), ("rating", "Rating", row.ratingLabel),
            ("provider", "Stated by", row.provider),
        ]
        let filled = fields.filter { !$0.value.isEmpty }
        return Dictionary(filled.map { ($0.key, GitLabReport.Detail(name: $0.name, value: $0.value)) }) { first, _ in
            first
        }
    }

    private var gitLabMessages: [GitLabReport.Message] {
        var messages: [GitLabReport.Message] = []
        if !isMatched { messages.append(.init(level: "fatal", value: Self.unmatchedMessage)) }
        if let support = distro?.supportStatement { messages.append(.init(level: "info", value: support)) }
        let suppressed = vulnerabilities.count - open.count
        if suppressed > 0 {
            let text =
                "\(Figures.plural(suppressed, "finding")) left out: statements or exceptions say that they need no work."
            messages.append(.init(level: "info", value: text))
        }
        for gap in coverage.prefix(1000) {
            let place = gap.path.isEmpty ? "a layer" : ReportText.line(gap.path)
            messages.append(.init(level: "warn", value: "Not looked at: \(place): \(ReportText.line(gap.reason))"))
        }
        let left = coverage.count - 1000
        if left > 0 { messages.append(.init(level: "warn", value: "\(Figures.plural(left, "more gap")) in coverage.")) }
        return messages
    }

    /// `YYYY-MM-DDThh:mm:ss` without a zone, as the schema wants it; the beginning of 1970 where there is no such time.
    private static func gitLabTime(_ time: String?) -> String {
        let digits = Array((time ?? "").utf8.prefix(19))
        let pattern = Array("0000-00-00T00:00:00".utf8)
        let isTime =
            digits.count == pattern.count
            && zip(digits, pattern).allSatisfy { byte, expected in
                expected == UInt8(ascii: "0")
                    ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == expected
            }
        return isTime ? String(decoding: digits, as: UTF8.self) : "1970-01-01T00:00:00"
    }
}

extension GitLabReport.Identifier {
    /// GitLab knows some kinds of identifiers by their type.
    fileprivate init(_ id: String) {
        let kind = id.split(separator: "-").first.map { String($0).lowercased() } ?? ""
        let isKnown = ["cve", "ghsa", "osvdb", "usn", "rhsa", "elsa"].contains(kind)
        let name = ReportText.line(id)
        self.init(
            type: isKnown ? kind : "tallyman",
            name: name.isEmpty ? "unknown" : name,
            value: name.isEmpty ? "unknown" : name,
            url: VulnerabilityPage.address(of: id)
        )
    }
}

extension Severity {
    fileprivate var gitLabWord: String {
        switch self {
        case .critical: "Critical"
        case .high: "High"
        case .medium: "Medium"
        case .low: "Low"
        case .negligible: "Info"
        case .unknown: "Unknown"
        }
    }
}
