package import Reports
import ScanModel

extension ScanDocument {
    /// The document as JSON with sorted keys.
    package func json() throws -> [UInt8] { try ReportJSON.encode(self) }

    /// What there is to do first, then a summary; without advisories, the packages.
    ///
    /// Suppressed flaws are counted, and listed below the others where `showsSuppressed`.
    package func table(_ appearance: TextAppearance = .plain, showsSuppressed: Bool = false) -> String {
        var parts: [String] = []
        if provenance.advisories.isEmpty {
            parts.append(packageTable(appearance))
        } else {
            parts.append(vulnerabilityTable(appearance))
            if showsSuppressed { parts.append(suppressionTable(appearance)) }
        }
        return (parts.filter { !$0.isEmpty } + [summary + "\n"]).joined(separator: "\n")
    }

    private func vulnerabilityTable(_ appearance: TextAppearance) -> String {
        var table = TextTable([
            .init("VULNERABILITY"), .init("SEVERITY"), .init("EPSS", .right), .init("KEV"),
            .init("PACKAGE", shrinks: true), .init("VERSION", shrinks: true), .init("FIX", shrinks: true),
            .init("TYPE"),
        ])
        for row in open.sorted(by: { $0.isMorePressing(than: $1) }) {
            table.append([
                .init(row.id), .init(row.severity), .init(Figures.epss(row.epss)),
                .init(row.kev ? "exploited" : "", style: row.kev ? .bad : .plain), .init(row.package.name),
                .init(row.package.version), .init(row.fix.label), .init(row.package.type.rawValue),
            ])
        }
        return table.isEmpty ? "" : table.render(appearance)
    }

    private func suppressionTable(_ appearance: TextAppearance) -> String {
        var table = TextTable([
            .init("SUPPRESSED"), .init("SEVERITY"), .init("PACKAGE", shrinks: true), .init("VERSION", shrinks: true),
            .init("STATUS"), .init("WHY", shrinks: true), .init("SOURCE", shrinks: true), .init("UNTIL"),
        ])
        for row in suppressed.sorted(by: { $0.isMorePressing(than: $1) }) {
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

    /// One line: what was found, and whether something was not looked at.
    package var summary: String {
        var parts = [distro?.name ?? "no distribution", Figures.plural(packages.count, "package")]
        if provenance.advisories.isEmpty {
            parts.append("not matched against advisories")
        } else {
            let open = open
            let counts = Severity.worstFirst
                .map { severity in (open.count { $0.severity == severity }, severity) }
                .filter { $0.0 > 0 }
                .map { "\(Figures.count($0.0)) \($0.1.rawValue)" }
            let fixed = open.count { $0.fix.state == .fixed }
            let found = Figures.plural(open.count, "vulnerability", "vulnerabilities")
            parts.append(counts.isEmpty ? found : "\(found) (\(counts.joined(separator: ", ")))")
            if !open.isEmpty { parts.append("\(Figures.count(fixed)) with a fix") }
            let suppressed = vulnerabilities.count - open.count
            if suppressed > 0 { parts.append("\(Figures.count(suppressed)) suppressed") }
        }
        if !coverage.isEmpty { parts.append("\(Figures.plural(coverage.count, "gap")) in coverage (see -o json)") }
        return parts.joined(separator: "; ")
    }
}

extension VulnerabilityEntry.Fix {
    /// The versions that end the flaw, or why there is none.
    fileprivate var label: String {
        switch state {
        case .fixed: versions.joined(separator: ", ")
        case .wontFix: "won't fix"
        case .notFixed: "none yet"
        case .unknown: ""
        }
    }
}
