/// What a matching pass did, for `fleet rematch`.
package struct RematchReport: Hashable, Sendable, Codable {
    /// Distinct package versions that were matched.
    package var packages: Int
    package var seconds: Double
    /// Findings, a vulnerability in a package version each, that were never there before.
    package var opened: Int
    /// Findings that had been fixed.
    package var reopened: Int
    /// Findings that no longer hold.
    package var fixed: Int
    /// The findings themselves, as far as they were asked for; `new`, `reopened` and `fixed` of it are filled.
    package var findings: FleetDelta

    package init(packages: Int, seconds: Double, opened: Int, reopened: Int, fixed: Int, findings: FleetDelta) {
        self.packages = packages
        self.seconds = seconds
        self.opened = opened
        self.reopened = reopened
        self.fixed = fixed
        self.findings = findings.inReportOrder()
    }

    private enum CodingKeys: String, CodingKey {
        case packages, seconds, opened = "new", reopened, fixed, findings
    }

    /// The counts in a line, then a table of the findings.
    package func text(_ appearance: TextAppearance) -> String {
        let line =
            "\(Figures.count(packages)) package versions matched in \(Figures.decimal(seconds, places: 2)) s: "
            + "\(Figures.count(opened)) new findings, \(Figures.count(reopened)) reopened, \(Figures.count(fixed)) fixed\n"
        let rows = [("new", findings.new), ("reopened", findings.reopened), ("fixed", findings.fixed)]
        guard rows.contains(where: { !$0.1.isEmpty }) else { return line }
        var table = TextTable([
            .init("CHANGE"), .init("VULNERABILITY"), .init("SEVERITY"), .init("PACKAGE", shrinks: true),
            .init("VERSION", shrinks: true), .init("FIXED IN", shrinks: true), .init("IMAGES", .right),
        ])
        for (change, findings) in rows {
            for row in findings {
                table.append([
                    .init(change), .init(row.id), .init(row.severity), .init(row.package), .init(row.version),
                    .init(row.fixedVersions.joined(separator: ", "), style: .good), .init(row.imageCount),
                ])
            }
        }
        let shown = rows.reduce(0) { $0 + $1.1.count }
        let rest = opened + reopened + fixed - shown
        return line + table.render(appearance) + (rest > 0 ? "and \(Figures.count(rest)) more: --limit\n" : "")
    }
}
