import ScanModel

/// The tables of the nightly report as CSV: every row of the fleet, however many.
enum FleetCSV {
    static func images(_ rows: [ImageRow]) -> [UInt8] {
        var writer = CSVWriter(
            columns: [
                "registry", "repository", "tag", "digest", "platform", "distro", "state", "reason", "packages",
                "findings",
            ] + Severity.worstFirst.map(\.rawValue) + [
                "fixable", "kev", "coverage_gaps", "suppressed", "last_seen",
            ]
        )
        for row in rows {
            writer.append(
                [
                    row.registry, row.repository, row.tag, row.digest, row.platform, row.distro, row.state.rawValue,
                    row.reason, String(row.packages), String(row.severities.total),
                ] + Severity.worstFirst.map { String(row.severities[$0]) }
                    + [
                        String(row.fixable), String(row.kev), String(row.coverageGaps), String(row.suppressed),
                        row.lastSeen ?? "",
                    ]
            )
        }
        return writer.take()
    }

    static func vulnerabilities(_ rows: [VulnerabilityRow]) -> [UInt8] {
        var writer = CSVWriter(columns: [
            "id", "aliases", "severity", "cvss", "epss", "kev", "fix_state", "images", "packages", "fixed_versions",
            "first_seen", "summary", "suppressed_images", "suppression",
        ])
        for row in rows {
            writer.append([
                row.id, row.aliases.joined(separator: " "), row.severity.rawValue, Figures.cvss(row.cvssScore),
                row.epss.map { Figures.decimal($0, places: 5) } ?? "", row.kev ? "true" : "false",
                row.fixState.rawValue, String(row.imageCount),
                row.packages.map { "\($0.name) \($0.version)" }.joined(separator: "; "),
                row.packages.map { $0.fixedVersions.joined(separator: " ") }.joined(separator: "; "),
                row.firstSeen ?? "", row.summary, String(row.suppressedImageCount),
                row.suppressions.map(\.line).joined(separator: "; "),
            ])
        }
        return writer.take()
    }

    static func failures(_ rows: [FailureRow]) -> [UInt8] {
        var writer = CSVWriter(columns: ["image", "state", "reason"])
        for row in rows { writer.append([row.image, row.state.rawValue, row.reason]) }
        return writer.take()
    }

    static func coverage(_ rows: [CoverageRow]) -> [UInt8] {
        var writer = CSVWriter(columns: ["layer", "path", "reason", "images"])
        for row in rows { writer.append([row.layer, row.path, row.reason, String(row.images)]) }
        return writer.take()
    }

    static func packages(_ rows: [PackageRow]) -> [UInt8] {
        var writer = CSVWriter(
            columns: ["type", "name", "version", "images"] + Severity.worstFirst.map(\.rawValue) + ["suppressed"]
        )
        for row in rows {
            writer.append(
                [row.type.rawValue, row.name, row.version, String(row.imageCount)]
                    + Severity.worstFirst.map { String(row.severities[$0]) } + [String(row.suppressed)]
            )
        }
        return writer.take()
    }

    static func delta(_ delta: FleetDelta) -> [UInt8] {
        var writer = CSVWriter(columns: [
            "change", "id", "severity", "epss", "kev", "type", "package", "version", "fixed_versions", "images",
            "first_seen",
        ])
        for (change, rows) in delta.changes {
            for row in rows {
                writer.append([
                    change.rawValue, row.id, row.severity.rawValue,
                    row.epss.map { Figures.decimal($0, places: 5) } ?? "", row.kev ? "true" : "false",
                    row.type.rawValue, row.package, row.version, row.fixedVersions.joined(separator: " "),
                    String(row.imageCount), row.firstSeen ?? "",
                ])
            }
        }
        return writer.take()
    }
}

/// What became of a finding since the earlier report.
enum FindingChange: String, CaseIterable {
    case new, reopened, fixed, gone
    case stillOpen = "still-open"
    case suppressed

    /// The word for people.
    var label: String {
        switch self {
        case .new: "New"
        case .reopened: "Reopened"
        case .fixed: "Fixed"
        case .gone: "Gone with their images"
        case .stillOpen: "Still open"
        case .suppressed: "Suppressed"
        }
    }
}

extension FleetDelta {
    /// The lists in the order in which reports show them.
    var changes: [(change: FindingChange, rows: [DeltaRow])] {
        FindingChange.allCases.map { change in
            switch change {
            case .new: (change, new)
            case .reopened: (change, reopened)
            case .fixed: (change, fixed)
            case .gone: (change, gone)
            case .stillOpen: (change, stillOpen)
            case .suppressed: (change, suppressed)
            }
        }
    }
}

extension Suppression {
    /// Status, words and source in one line.
    var line: String { "\(status.rawValue)\(why.isEmpty ? "" : ": \(why)") (\(source))" }
}
