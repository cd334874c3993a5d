import ScanModel

/// The pieces that pages are put together from: values as the shared templates name them.
enum PageParts {
    /// A section that a template shows when there is text.
    static func optional(_ text: String) -> [String] { text.isEmpty ? [] : [text] }

    /// A cell with a count, faint when zero.
    static func figure(_ value: Int) -> [String: Any] { ["text": Figures.count(value), "isZero": value == 0] }

    /// The cells of a severity breakdown: critical, high, medium, low, and the rest as one.
    static func figures(_ counts: SeverityCounts) -> [[String: Any]] {
        let rest = SeverityCounts(negligible: counts.negligible, unknown: counts.unknown).total
        return [counts.critical, counts.high, counts.medium, counts.low, rest].map(figure)
    }

    static func alert(_ kind: String, _ lead: String, _ text: String) -> [String: Any] {
        ["kind": kind, "lead": lead, "text": text]
    }

    static func card(_ name: String, _ figure: String, _ note: String, kind: String = "") -> [String: Any] {
        ["name": name, "figure": figure, "note": note, "kind": kind]
    }

    /// A chart in its frame; `nil` when there is nothing to draw.
    static func chart(_ heading: String, _ svg: String, hasLegend: Bool = false) -> [String: Any]? {
        guard !svg.isEmpty else { return nil }
        let legend: [String: Any] = ["keys": Severity.worstFirst.map(\.rawValue)]
        return ["heading": heading, "svg": svg, "legend": hasLegend ? [legend] : []]
    }

    static func advisories(_ builds: [ProviderBuild]) -> [[String: Any]] {
        builds.map { build in
            [
                "provider": build.provider,
                "build": build.build,
                "records": Figures.count(build.records),
                "problem": optional(build.problem ?? ""),
            ]
        }
    }

    static func image(_ row: ImageRow) -> [String: Any] {
        let name = row.tag.isEmpty ? row.repository : "\(row.repository):\(row.tag)"
        let other = [row.fixable, row.kev, row.suppressed, row.coverageGaps]
        return [
            "registry": row.registry.isEmpty ? "" : row.registry + "/",
            "name": name,
            "digest": row.digest,
            "shortDigest": shortDigest(row.digest),
            "platform": row.platform,
            "distro": row.distro,
            "state": row.state.rawValue,
            "reason": optional(row.reason),
            "figures": [figure(row.packages)] + figures(row.severities) + other.map(figure),
        ]
    }

    /// What must be said before any figure: nothing matched, nothing found, not everything covered.
    static func alerts(totals: FleetTotals, hasAdvisories: Bool, coverageGaps: Int) -> [[String: Any]] {
        var alerts: [[String: Any]] = []
        if !hasAdvisories {
            alerts.append(
                alert(
                    "bad",
                    "No advisories.",
                    "Nothing was matched against vulnerability data. This page tells which images and packages there are, "
                        + "and nothing about their vulnerabilities."
                )
            )
        }
        if totals.images == 0 {
            alerts.append(alert("bad", "No images.", "No image was found, so nothing is covered."))
        } else if totals.covered == 0 {
            alerts.append(
                alert("bad", "Nothing is covered.", "\(Figures.plural(totals.images, "image")) found, none analysed.")
            )
        } else if totals.unsupported > 0 || totals.failed > 0 {
            let uncovered = totals.unsupported + totals.failed
            alerts.append(
                alert(
                    "warn",
                    "Not everything is covered.",
                    "\(Figures.count(uncovered)) of \(Figures.plural(totals.images, "image")) could not be analysed: "
                        + "\(Figures.count(totals.failed)) failed, \(Figures.count(totals.unsupported)) unsupported."
                )
            )
        }
        if totals.stale > 0 {
            alerts.append(
                alert(
                    "warn",
                    "Not everything is up to date.",
                    "\(Figures.plural(totals.stale, "image")) in repositories that could not be listed: shown, and counted in "
                        + "the figures below, as last seen."
                )
            )
        }
        if coverageGaps > 0 {
            alerts.append(
                alert(
                    "warn",
                    "Coverage gaps.",
                    "\(Figures.plural(coverageGaps, "place")) inside images could not be looked into."
                )
            )
        }
        return alerts
    }

    /// The figures that lead the nightly report and the dashboard.
    static func cards(_ totals: FleetTotals) -> [[String: Any]] {
        let urgent = SeverityCounts(critical: totals.bySeverity.critical, high: totals.bySeverity.high).total
        let uncovered = [
            (totals.unsupported, "unsupported"), (totals.failed, "failed"), (totals.stale, "stale"),
            (totals.gone, "gone"),
        ].compactMap { $0.0 > 0 ? "\(Figures.count($0.0)) \($0.1)" : nil }
        return [
            card(
                "Images covered",
                "\(Figures.count(totals.covered)) of \(Figures.count(totals.images))",
                uncovered.isEmpty
                    ? Figures.percent(totals.covered, of: totals.images) : uncovered.joined(separator: ", ")
            ),
            card(
                "Vulnerabilities",
                Figures.count(totals.vulnerabilities),
                "\(Figures.plural(totals.findings, "finding")) in \(Figures.plural(totals.distinctPackages, "package"))"
            ),
            card(
                "Critical and high",
                Figures.count(urgent),
                "\(Figures.count(totals.bySeverity.critical)) critical, \(Figures.count(totals.bySeverity.high)) high",
                kind: "t-high"
            ),
            card(
                "Known exploited",
                Figures.count(totals.kev),
                "findings in the CISA KEV catalogue",
                kind: "t-critical"
            ),
            card(
                "Fixable",
                Figures.count(totals.fixable),
                "\(Figures.percent(totals.fixable, of: totals.findings)) of findings",
                kind: "t-good"
            ),
            card(
                "Suppressed",
                Figures.count(totals.suppressed),
                "findings that VEX or an exception answers, in no other figure"
            ),
            card(
                "Distinct layers",
                Figures.count(totals.distinctLayers),
                "each analysed once for the whole fleet"
            ),
        ]
    }

    /// Findings by severity, one bar each.
    static func severityChart(_ counts: SeverityCounts) -> [String: Any]? {
        let bars = Severity.worstFirst.map { severity in
            SVGChart.Bar(
                label: severity.rawValue,
                parts: [.init(name: "findings", value: counts[severity], fill: "f-\(severity.rawValue)")]
            )
        }
        return chart("Findings by severity", SVGChart.bars(title: "Findings by severity", bars))
    }

    /// The record's page at its origin; `nil` where the origin is not plain.
    static func link(vulnerability id: String) -> String? { VulnerabilityPage.address(of: id) }
}
