package import Reports
import ScanModel

extension ScanDocument {
    /// The document as JSON with sorted keys.
    package func json() throws -> [UInt8] { try ReportJSON.encode(self) }

    /// What there is to do, most pressing first, what was not looked at, and a summary; without advisories, the packages.
    ///
    /// `day`, `YYYY-MM-DD`, is what the support of the distribution is judged by. Suppressed flaws are counted, and listed
    /// below the others where `showsSuppressed`.
    package func table(
        _ appearance: TextAppearance = .plain,
        day: String? = nil,
        showsSuppressed: Bool = false
    ) -> String {
        var parts: [String] = []
        if !isMatched {
            parts.append(packageTable(appearance))
        } else if !open.isEmpty {
            parts.append(vulnerabilityTable(appearance))
        }
        if showsSuppressed { parts.append(suppressionTable(appearance)) }
        if let collected { parts.append(collected.table(appearance)) }
        if !coverage.isEmpty { parts.append(gapTable(appearance)) }
        if let policy { parts.append(policy.table(appearance)) }
        var lines = [summary]
        if let notice = day.flatMap({ distro?.supportNotice(on: $0) }) {
            lines.append(appearance.colour ? TextStyle.bad.paint(notice) : notice)
        }
        parts.append(lines.joined(separator: "\n") + "\n")
        return parts.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// The columns that a terminal of `width` has room for, from the most to the least wanted.
    private func vulnerabilityTable(_ appearance: TextAppearance) -> String {
        let isWide = appearance.width.map { $0 >= 110 } ?? true
        let hasKEV = open.contains(where: \.kev)
        var columns: [TextTable.Column] = [.init("VULNERABILITY"), .init("SEVERITY"), .init("EPSS", .right)]
        if hasKEV { columns.append(.init("KEV")) }
        columns += [.init("PACKAGE", shrinks: true), .init("VERSION", shrinks: true), .init("FIX", shrinks: true)]
        if isWide { columns.append(.init("TYPE")) }
        var table = TextTable(columns)
        for row in open.byRisk() {
            var cells: [TextTable.Cell] = [
                .init(row.id), .init(row.severity),
                .init(Figures.epss(row.epss)),
            ]
            if hasKEV { cells.append(.init(row.kev ? "yes" : "", style: row.kev ? .bad : .plain)) }
            cells += [
                .init(row.package.name), .init(row.package.version),
                .init(row.fixLabel, style: row.fix.state == .fixed ? .good : .plain),
            ]
            if isWide { cells.append(.init(row.package.type.rawValue)) }
            table.append(cells)
        }
        return table.isEmpty ? "" : table.render(appearance)
    }

    private func suppressionTable(_ appearance: TextAppearance) -> String {
        var table = TextTable([
            .init("SUPPRESSED"), .init("SEVERITY"), .init("PACKAGE", shrinks: true), .init("VERSION", shrinks: true),
            .init("STATUS"), .init("WHY", shrinks: true), .init("SOURCE", shrinks: true), .init("UNTIL"),
        ])
        for row in suppressed.byRisk() {
            guard let suppression = row.suppression else { continue }
            table.append(
                [
                    row.id, row.severity.rawValue, row.package.name, row.package.version, suppression.status.rawValue,
                    suppression.why, suppression.source, suppression.expires ?? "",
                ].map { .init($0, style: .faint) }
            )
        }
        return table.isEmpty ? "" : table.render(appearance)
    }

    private func packageTable(_ appearance: TextAppearance) -> String {
        var table = TextTable([.init("PACKAGE", shrinks: true), .init("VERSION", shrinks: true), .init("TYPE")])
        for item in packages { table.append([.init(item.name), .init(item.version), .init(item.type.rawValue)]) }
        return table.isEmpty ? "" : table.render(appearance)
    }

    /// The places that were not looked into: they must not pass for clean.
    private func gapTable(_ appearance: TextAppearance) -> String {
        let shown = 10
        var table = TextTable([.init("NOT LOOKED AT", shrinks: true), .init("REASON", shrinks: true), .init("LAYER")])
        for gap in coverage.prefix(shown) {
            table.append([
                .init(gap.path.isEmpty ? "the whole layer" : gap.path, style: .bad), .init(gap.reason),
                .init(gap.layer?.short ?? ""),
            ])
        }
        let left = coverage.count - shown
        return table.render(appearance) + (left > 0 ? "and \(Figures.count(left)) more: see -o json\n" : "")
    }

    /// One line: what was found, and whether something was not looked at.
    package var summary: String {
        var parts = [
            distro.map { ReportText.line($0.name) } ?? "no distribution", Figures.plural(packages.count, "package"),
        ]
        parts += isMatched ? findingSummary : ["not matched against advisories"]
        let stale = provenance.advisories.count { $0.problem != nil }
        if stale > 0 { parts.append("\(Figures.plural(stale, "feed")) could not be renewed (see -o json)") }
        if !coverage.isEmpty { parts.append("\(Figures.plural(coverage.count, "gap")) in coverage") }
        return parts.joined(separator: "; ")
    }

    private var findingSummary: [String] {
        let counted = open
        let counts = Severity.worstFirst
            .map { severity in (counted.count { $0.severity == severity }, severity) }
            .filter { $0.0 > 0 }
            .map { "\(Figures.count($0.0)) \($0.1.rawValue)" }
        let found = Figures.plural(counted.count, "vulnerability", "vulnerabilities")
        var parts = [counts.isEmpty ? found : "\(found) (\(counts.joined(separator: ", ")))"]
        let exploited = counted.count(where: \.kev)
        if exploited > 0 { parts.append("\(Figures.count(exploited)) known to be exploited") }
        if !counted.isEmpty { parts.append("\(Figures.count(counted.count { $0.fix.state == .fixed })) with a fix") }
        let suppressed = vulnerabilities.count - counted.count
        if suppressed > 0 { parts.append("\(Figures.count(suppressed)) suppressed") }
        return parts
    }
}
