import Reports
import SBOM
import ScanModel

/// One test case: a package and what was found in it.
struct JUnitCase {
    private enum Outcome {
        case passed
        case failed([VulnerabilityEntry])
        /// There is nothing to do, with the reason.
        case skipped(String)
        case errored(String)
    }

    private let name: String
    private let className: String
    private let outcome: Outcome
    /// Findings that do not make the case fail.
    private var others: [VulnerabilityEntry] = []

    var isFailure: Bool { if case .failed = outcome { true } else { false } }
    var isSkipped: Bool { if case .skipped = outcome { true } else { false } }
    var isError: Bool { if case .errored = outcome { true } else { false } }

    /// A case for each package of the document, in its order; copies of one package in several places are one case.
    static func all(of document: ScanDocument, threshold: Severity) -> [JUnitCase] {
        // Jenkins takes what stands before the last dot for the package of the class.
        let group = ReportText.line(document.imageName).replacing(".", with: "_")
        guard document.isMatched else {
            return [
                JUnitCase(
                    name: "advisories",
                    className: "\(group).scan",
                    outcome: .errored(ScanDocument.unmatchedMessage)
                )
            ]
        }
        let found = Dictionary(grouping: document.vulnerabilities.byRisk(), by: { $0.package })
        var seen: Set<VulnerabilityEntry.AffectedPackage> = []
        return document.packages.compactMap { item in
            let key = VulnerabilityEntry.AffectedPackage(
                purl: item.purl,
                type: item.type,
                name: item.name,
                version: item.version
            )
            guard seen.insert(key).inserted else { return nil }
            return JUnitCase(key, found[key] ?? [], group: group, threshold: threshold)
        }
    }

    private init(name: String, className: String, outcome: Outcome) {
        self.name = name
        self.className = className
        self.outcome = outcome
    }

    private init(
        _ item: VulnerabilityEntry.AffectedPackage,
        _ rows: [VulnerabilityEntry],
        group: String,
        threshold: Severity
    ) {
        name = "\(ReportText.line(item.name)) \(ReportText.line(item.version))"
        className = "\(group).\(item.type.rawValue.replacing(".", with: "_"))"
        let unique = Self.unique(rows)
        let counted = unique.filter { $0.reaches(threshold) }
        others = unique.filter { !$0.reaches(threshold) }
        if !counted.isEmpty {
            outcome = .failed(counted)
        } else if !unique.isEmpty, unique.allSatisfy({ !$0.isOpen }) {
            outcome = .skipped("Every finding is suppressed.")
        } else {
            outcome = .passed
        }
    }

    private static func unique(_ rows: [VulnerabilityEntry]) -> [VulnerabilityEntry] {
        var seen: Set<String> = []
        return rows.filter { seen.insert($0.id).inserted }
    }

    /// One element of the result at most: readers take the first.
    func write(to text: inout XMLText) {
        if case .passed = outcome, others.isEmpty {
            text.leaf("testcase", "", ["classname": className, "name": name])
            return
        }
        text.element("testcase", ["classname": className, "name": name]) { text in
            switch outcome {
            case .passed: text.leaf("system-out", lines(others))
            case .failed(let rows):
                let message = "\(Figures.plural(rows.count, "vulnerability", "vulnerabilities")): \(names(rows))"
                text.leaf("failure", lines(rows + others), ["message": message, "type": rows[0].severity.rawValue])
            case .skipped(let reason):
                text.leaf("skipped", ([reason] + others.map(line)).joined(separator: "\n"), ["message": reason])
            case .errored(let reason): text.leaf("error", reason, ["message": reason, "type": "unmatched"])
            }
        }
    }

    private func names(_ rows: [VulnerabilityEntry]) -> String {
        let shown = rows.prefix(10).map { ReportText.line($0.id) }.joined(separator: ", ")
        return rows.count > 10 ? "\(shown) and \(rows.count - 10) more" : shown
    }

    private func lines(_ rows: [VulnerabilityEntry]) -> String { rows.map(line).joined(separator: "\n") }

    private func line(_ row: VulnerabilityEntry) -> String {
        var parts = ["\(row.title(atMost: 500)) [\(row.ratingLabel)] \(row.remedy)"]
        if let suppression = row.suppression { parts.append("Suppressed: \(suppression.explanation).") }
        if let address = VulnerabilityPage.address(of: row.id) { parts.append(address) }
        return parts.joined(separator: " ")
    }
}
