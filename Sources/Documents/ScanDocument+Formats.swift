package import Reports
import ScanModel

extension ScanDocument {
    /// The document as JSON with sorted keys.
    package func json() throws -> [UInt8] { try ReportJSON.encode(self) }

    /// What there is to do first, then a summary; without advisories, the packages.
    package func table(_ appearance: TextAppearance = .plain) -> String {
        var out = ""
        if provenance.advisories.isEmpty {
            out += packageTable(appearance)
        } else if !vulnerabilities.isEmpty {
            out += vulnerabilityTable(appearance)
        }
        if !out.isEmpty { out += "\n" }
        return out + summary + "\n"
    }

    private func vulnerabilityTable(_ appearance: TextAppearance) -> String {
        var table = TextTable([
            .init("VULNERABILITY"), .init("SEVERITY"), .init("EPSS", .right), .init("KEV"),
            .init("PACKAGE", shrinks: true), .init("VERSION", shrinks: true), .init("FIX", shrinks: true),
            .init("TYPE"),
        ])
        for row in vulnerabilities.sorted(by: { $0.isMorePressing(than: $1) }) {
            table.append([
                .init(row.id), .init(row.severity), .init(Figures.epss(row.epss)),
                .init(row.kev ? "exploited" : "", style: row.kev ? .bad : .plain), .init(row.package.name),
                .init(row.package.version), .init(row.fix.label), .init(row.package.type.rawValue),
            ])
        }
        return table.render(appearance)
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
            let counts = Severity.worstFirst
                .map { (count(of: $0), $0) }
                .filter { $0.0 > 0 }
                .map { "\(Figures.count($0.0)) \($0.1.rawValue)" }
            let fixed = vulnerabilities.count { $0.fix.state == .fixed }
            let found = Figures.plural(vulnerabilities.count, "vulnerability", "vulnerabilities")
            parts.append(counts.isEmpty ? found : "\(found) (\(counts.joined(separator: ", ")))")
            if !vulnerabilities.isEmpty { parts.append("\(Figures.count(fixed)) with a fix") }
        }
        let stale = provenance.advisories.count { $0.problem != nil }
        if stale > 0 { parts.append("\(Figures.plural(stale, "feed")) could not be renewed (see -o json)") }
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
