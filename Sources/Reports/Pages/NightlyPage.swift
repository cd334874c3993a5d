import ScanModel

/// The page `report.html`: the fleet for people, its longest tables cut at a stated number of rows.
struct NightlyPage {
    let report: FleetReport
    let limits: PageLimits

    func render() throws(ReportError) -> [UInt8] {
        var fields: [String: Any] = [
            "title": "Fleet report",
            "subtitle": subtitle,
            "alerts": PageParts.alerts(
                totals: report.totals,
                hasAdvisories: !report.advisories.isEmpty,
                coverageGaps: report.coverage.count
            ),
            "cards": PageParts.cards(report.totals),
            "charts": charts,
            "vulnerabilityTable": vulnerabilityTable,
            "packageTable": packageTable,
            "imageTable": imageTable,
            "isComplete": report.failures.isEmpty && report.coverage.isEmpty && report.totals.covered > 0,
            "failureTable": failureTable,
            "coverageTable": coverageTable,
            "hasAdvisories": !report.advisories.isEmpty,
            "advisories": PageParts.advisories(report.advisories),
        ]
        if let delta = report.delta { fields["delta"] = deltaSection(delta) }
        return try PageTemplates.render("nightly", fields)
    }

    private var subtitle: String {
        let images = Figures.plural(report.totals.images, "image")
        guard !report.advisories.isEmpty else { return "\(images), matched against nothing" }
        let builds = report.advisories.prefix(4).map { "\($0.provider) \($0.build)" }.joined(separator: ", ")
        let more = report.advisories.count > 4 ? " and \(report.advisories.count - 4) more" : ""
        return "\(images), matched against \(builds)\(more)"
    }

    private var charts: [[String: Any]] {
        let worst = report.images.filter { $0.severities.total > 0 }
            .sorted {
                worseFirst($0.severities, $1.severities) ?? ascending($0.reference, $1.reference)
                    ?? ascending($0.platform, $1.platform) ?? ascending($0.digest, $1.digest) ?? false
            }
        let distros = report.distros.map {
            SVGChart.Bar(label: $0.distro.isEmpty ? "no distribution" : $0.distro, severities: $0.findings)
        }
        let images = worst.prefix(SVGChart.maxBars).map {
            SVGChart.Bar(
                label: $0.tag.isEmpty ? $0.repository : "\($0.repository):\($0.tag)",
                severities: $0.severities
            )
        }
        return [
            PageParts.severityChart(report.totals.bySeverity),
            report.delta.flatMap { PageParts.chart("Changes since \($0.since)", Self.deltaChart($0)) },
            PageParts.chart(
                "Findings by distribution",
                SVGChart.bars(title: "Findings by distribution and severity", distros),
                hasLegend: true
            ),
            PageParts.chart(
                "Most affected images",
                SVGChart.bars(title: "The most affected images, by severity", Array(images)),
                hasLegend: true
            ),
        ].compactMap(\.self)
    }

    private static func deltaChart(_ delta: FleetDelta) -> String {
        let bars = delta.changes.map { change, rows in
            let fill =
                switch change {
                case .new, .reopened: "f-high"
                case .fixed, .gone: "f-good"
                case .stillOpen, .suppressed: "f-negligible"
                }
            return SVGChart.Bar(
                label: change.label,
                parts: [.init(name: "vulnerable packages", value: rows.count, fill: fill)]
            )
        }
        return SVGChart.bars(title: "Changes since \(delta.since)", bars)
    }

    private var imageTable: [String: Any] {
        table(
            report.images,
            caption: "Images by name; counts are open findings. Gaps are places that could not be looked into",
            noun: "images",
            file: FleetFile.images,
            filter: "images-table",
            row: PageParts.image
        )
    }

    private var vulnerabilityTable: [String: Any] {
        table(
            report.vulnerabilities,
            caption: "Most pressing first: known exploited, then EPSS, then severity; the suppressed last",
            noun: "vulnerabilities",
            file: FleetFile.vulnerabilities,
            filter: "vulnerabilities-table",
            row: vulnerability
        )
    }

    private var packageTable: [String: Any] {
        table(
            report.packages,
            caption: "Package versions, worst first; counts are open vulnerabilities",
            noun: "packages",
            file: FleetFile.packages
        ) { row in
            [
                "name": row.name, "version": row.version, "type": row.type.rawValue,
                "figures": [PageParts.figure(row.imageCount)] + PageParts.figures(row.severities)
                    + [PageParts.figure(row.suppressed)],
            ]
        }
    }

    private var failureTable: [[String: Any]] {
        guard !report.failures.isEmpty else { return [] }
        let caption = "Images without a new result"
        return [
            table(report.failures, caption: caption, noun: "images", file: FleetFile.failures) { row in
                ["image": row.image, "state": row.state.rawValue, "reason": row.reason]
            }
        ]
    }

    private var coverageTable: [[String: Any]] {
        guard !report.coverage.isEmpty else { return [] }
        let caption = "Places inside layers that could not be looked into"
        return [
            table(report.coverage, caption: caption, noun: "gaps", file: FleetFile.coverage) { row in
                [
                    "layer": row.layer, "shortLayer": shortDigest(row.layer),
                    "path": row.path.isEmpty ? "the whole layer" : row.path, "reason": row.reason,
                    "images": Figures.count(row.images),
                ]
            }
        ]
    }

    private func deltaSection(_ delta: FleetDelta) -> [String: Any] {
        let changes = delta.changes.filter { !$0.rows.isEmpty }.map { change, rows in
            var fields = table(
                rows,
                caption: "\(change.label) since \(delta.since), most pressing first",
                noun: "changes",
                file: FleetFile.delta,
                row: deltaRow
            )
            fields["label"] = change.label
            fields["count"] = Figures.count(rows.count)
            fields["isOpen"] = change == .new || change == .reopened
            return fields
        }
        let isQuiet = !delta.changes.contains {
            $0.change != .stillOpen && $0.change != .suppressed && !$0.rows.isEmpty
        }
        return ["since": delta.since, "isQuiet": isQuiet, "changes": changes]
    }

    private func deltaRow(_ row: DeltaRow) -> [String: Any] {
        [
            "id": row.id, "link": PageParts.optional(PageParts.link(vulnerability: row.id) ?? ""), "kev": row.kev,
            "severity": row.severity.rawValue, "epss": Figures.epss(row.epss),
            "package": "\(row.package) \(row.version)", "fix": row.fixedVersions.joined(separator: ", "),
            "images": Figures.count(row.imageCount), "firstSeen": row.firstSeen ?? "",
        ]
    }

    private func vulnerability(_ row: VulnerabilityRow) -> [String: Any] {
        let packages = row.packages.prefix(limits.packagesPerRow).map { package -> [String: Any] in
            [
                "name": "\(package.name) \(package.version)", "isSuppressed": package.isSuppressed,
                "fix": PageParts.optional(package.fixedVersions.joined(separator: ", ")),
            ]
        }
        let more = row.packages.count - packages.count
        return [
            "id": row.id, "link": PageParts.optional(PageParts.link(vulnerability: row.id) ?? ""), "kev": row.kev,
            "aliases": PageParts.optional(row.aliases.joined(separator: ", ")), "severity": row.severity.rawValue,
            "cvss": Figures.cvss(row.cvssScore), "epss": Figures.epss(row.epss),
            "images": Figures.count(row.imageCount), "packages": Array(packages),
            "suppressed": PageParts.figure(row.suppressedImageCount),
            "suppressions": row.suppressions.prefix(limits.packagesPerRow).map(\.line),
            "more": PageParts.optional(more > 0 ? "and \(Figures.count(more)) more" : ""),
            "summary": PageParts.optional(row.summary), "fixState": row.fixState.label,
            "firstSeen": row.firstSeen ?? "",
        ]
    }

    /// A table's rows up to the limit, and where the rest is.
    private func table<Row>(
        _ rows: [Row],
        caption: String,
        noun: String,
        file: String,
        filter: String = "",
        row: (Row) -> [String: Any]
    ) -> [String: Any] {
        let shown = rows.prefix(limits.rowsPerTable)
        let left = rows.count - shown.count
        let note =
            left == 0
            ? ""
            : "The first \(Figures.count(shown.count)) of \(Figures.count(rows.count)) \(noun); "
                + "\(Figures.count(left)) more are in \(file)."
        return [
            "caption": caption, "note": PageParts.optional(note),
            "filter": PageParts.optional(shown.count > 10 ? filter : ""), "rows": shown.map(row),
        ]
    }
}

extension FixState {
    /// The words of the tables.
    var label: String {
        switch self {
        case .fixed: "fixed"
        case .notFixed: "no fix yet"
        case .wontFix: "will not be fixed"
        case .unknown: "unknown"
        }
    }
}
