import Advisories
import Reports
import ScanModel

/// One rule for each vulnerability, sorted by identifier.
struct SARIFRules {
    let all: [SARIFLog.Rule]
    private let positions: [String: Int]

    /// The rules of `rows`, whose order says which package is named first.
    init(_ rows: some Sequence<VulnerabilityEntry>, packagesInHelp: Int) {
        let groups = Dictionary(grouping: rows, by: \.id).sorted { $0.key < $1.key }
        all = groups.map { Self.rule($0.key, $0.value, packagesInHelp: packagesInHelp) }
        positions = Dictionary(groups.enumerated().map { ($0.element.key, $0.offset) }) { first, _ in first }
    }

    /// The position of the rule `id`, which one of the rows has.
    func index(of id: String) -> Int { positions[id] ?? -1 }

    private static func rule(_ id: String, _ rows: [VulnerabilityEntry], packagesInHelp: Int) -> SARIFLog.Rule {
        // The rating is the worst that a package of the image has; all else is the same in every row.
        let worst = rows.max { $0.severity < $1.severity } ?? rows[0]
        let names = Array(Set(rows.map { ReportText.line($0.package.name) })).sorted()
        let more = names.count > 3 ? " and \(names.count - 3) more" : ""
        let title =
            worst.summary.isEmpty
            ? "\(id) in \(names.prefix(3).joined(separator: ", "))\(more)" : worst.title(atMost: 1000)
        return SARIFLog.Rule(
            id: id,
            shortDescription: .init(text: ReportText.line(title, atMost: 255)),
            fullDescription: .init(text: title),
            helpUri: VulnerabilityPage.address(of: id),
            help: .init(text: help(worst, rows, packagesInHelp: packagesInHelp)),
            defaultConfiguration: .init(level: worst.severity.sarifLevel),
            properties: .init(
                securitySeverity: worst.securitySeverity,
                tags: ["security", "vulnerability", worst.severity.rawValue] + (worst.kev ? ["known-exploited"] : []),
                aliases: worst.aliases,
                cvss: worst.cvss.map(\.vector),
                epss: worst.epss,
                kev: worst.kev
            )
        )
    }

    private static func help(_ worst: VulnerabilityEntry, _ rows: [VulnerabilityEntry], packagesInHelp: Int) -> String {
        var lines = [worst.title(atMost: 1000), "Rating: \(worst.ratingLabel)"]
        if !worst.aliases.isEmpty { lines.append("Also known as: \(worst.aliases.prefix(20).joined(separator: ", "))") }
        var seen: Set<String> = []
        let packages = rows.map { "\($0.packageLabel): \($0.remedy)" }.filter { seen.insert($0).inserted }
        lines += packages.prefix(packagesInHelp)
        let left = packages.count - packagesInHelp
        if left > 0 { lines.append("and \(Figures.plural(left, "more package"))") }
        if let address = VulnerabilityPage.address(of: worst.id) { lines.append(address) }
        return lines.joined(separator: "\n")
    }
}

extension VulnerabilityEntry {
    /// The worst CVSS score, brought into the range of the severity that all our documents state.
    ///
    /// Code scanning makes a word of the number (from 9.0 critical, 7.0 high, 4.0 medium); a distribution that rates a flaw
    /// of 9.8 as low in its build has the last word there as in `--fail-on`.
    var securitySeverity: String {
        let range: ClosedRange<Double>
        switch severity {
        case .critical: range = 9...10
        case .high: range = 7...8.9
        case .medium: range = 4...6.9
        case .low: range = 0.1...3.9
        case .negligible: range = 0.1...0.1
        case .unknown: return "0.0"
        }
        let newest = cvss.filter { $0.version != "2.0" }
        let score = (newest.isEmpty ? cvss : newest).map(\.score).max() ?? range.lowerBound
        return Figures.cvss(min(max(score, range.lowerBound), range.upperBound))
    }
}
