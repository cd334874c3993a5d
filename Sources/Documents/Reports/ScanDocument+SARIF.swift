import Reports
import ScanModel

extension ScanDocument {
    /// The findings as SARIF 2.1.0, most pressing first, fit for code scanning.
    ///
    /// A rule is a vulnerability, a result one package with it. No clock is asked: the optional times are left out.
    package func sarif() throws -> [UInt8] { try ReportJSON.encode(SARIFReport(self).log) }
}

/// The making of the SARIF document of one scan.
struct SARIFReport {
    private let document: ScanDocument
    private let limits: SARIFLimits
    private let evidence: EvidencePaths

    init(_ document: ScanDocument, limits: SARIFLimits = SARIFLimits()) {
        self.document = document
        self.limits = limits
        evidence = EvidencePaths(document)
    }

    var log: SARIFLog {
        let rows = document.vulnerabilities.byRisk().prefix(limits.results)
        let rules = SARIFRules(rows, packagesInHelp: limits.packagesInHelp)
        let image = document.image
        return SARIFLog(
            runs: [
                SARIFLog.Run(
                    tool: .init(driver: .init(version: document.provenance.version, rules: rules.all)),
                    automationDetails: .init(id: "tallyman/\(ReportText.line(document.imageName))/"),
                    invocations: [
                        .init(executionSuccessful: document.isMatched, toolExecutionNotifications: notifications)
                    ],
                    results: results(rows, rules),
                    properties: .init(
                        source: document.source,
                        imageReference: image.reference,
                        imageDigest: image.digest?.description,
                        imageID: image.imageID?.description,
                        platform: image.platform,
                        distro: document.distro?.label,
                        layers: image.layers.map(\.description),
                        advisories: document.provenance.advisories
                    )
                )
            ]
        )
    }

    private func results(_ rows: ArraySlice<VulnerabilityEntry>, _ rules: SARIFRules) -> [SARIFLog.Result] {
        var seen: [String: Int] = [:]
        return rows.map { row in
            let paths = evidence.paths(of: row)
            // Neither version nor layer nor tag: an alert stays the same while its image is built anew.
            let fingerprint = StableIdentity.fingerprint([
                document.imageName, row.id, row.package.type.rawValue, row.package.name, paths.first ?? "",
            ])
            let occurrence = seen[fingerprint, default: 0] + 1
            seen[fingerprint] = occurrence
            return SARIFLog.Result(
                ruleId: row.id,
                ruleIndex: rules.index(of: row.id),
                level: row.severity.sarifLevel,
                message: .init(plain: "\(row.packageLabel) is affected by \(row.title(atMost: 1000)). \(row.remedy)"),
                locations: locations(paths, layer: row.layer, name: row.package.name),
                partialFingerprints: ["primaryLocationLineHash": "\(fingerprint):\(occurrence)"],
                suppressions: row.suppression.map { [.init(justification: $0.explanation)] },
                properties: .init(
                    purl: row.package.purl,
                    layer: row.layer?.description,
                    fixState: row.fix.state.rawValue,
                    fixedVersions: row.fix.versions,
                    severity: row.severity.rawValue
                )
            )
        }
    }

    /// At least one: a result without a place is not shown.
    private func locations(_ paths: [String], layer: Digest?, name: String) -> [SARIFLog.Location] {
        if paths.isEmpty { return [location("", layer: layer, name: name)] }
        return paths.prefix(limits.locations).map { location($0, layer: layer, name: name) }
    }

    private func location(_ path: String, layer: Digest?, name: String) -> SARIFLog.Location {
        var uri = ReportText.relativeURI(path)
        // What names no evidence is placed at the source itself.
        if uri.isEmpty { uri = ReportText.relativeURI(document.source) }
        let place = [document.imageLabel, layer?.description].compactMap { $0 }.joined(separator: "@")
        return SARIFLog.Location(
            physicalLocation: .init(artifactLocation: .init(uri: uri.isEmpty ? "image" : uri)),
            logicalLocations: [.init(name: name, fullyQualifiedName: "\(place):\(path)")],
            message: layer.map { .init(plain: "layer \($0)") }
        )
    }

    private var notifications: [SARIFLog.Notification] {
        var notes: [SARIFLog.Notification] = []
        func add(_ level: String, _ text: String, _ locations: [SARIFLog.Location]? = nil) {
            notes.append(.init(level: level, message: .init(plain: text), locations: locations))
        }
        if !document.isMatched { add("error", ScanDocument.unmatchedMessage) }
        if let support = document.distro?.supportStatement { add("note", support) }
        let found = document.vulnerabilities.count
        if found > limits.results {
            add(
                "warning",
                "Of \(Figures.count(found)) findings the \(Figures.count(limits.results)) most pressing are in this document, "
                    + "which is as many as code scanning takes."
            )
        }
        if found > limits.shownResults {
            add(
                "warning",
                "Code scanning shows \(Figures.count(limits.shownResults)) of \(Figures.count(found)) findings."
            )
        }
        for gap in document.coverage.prefix(limits.gaps) {
            let place = gap.path.isEmpty ? "a layer" : ReportText.line(gap.path)
            add(
                "warning",
                "Not looked at: \(place): \(ReportText.line(gap.reason))",
                [location(gap.path, layer: gap.layer, name: gap.path)]
            )
        }
        let left = document.coverage.count - limits.gaps
        if left > 0 { add("warning", "\(Figures.plural(left, "more gap")) in coverage.") }
        return notes
    }
}

extension Severity {
    /// Section 3.27.10; the levels say which alerts stop a pull request.
    var sarifLevel: String {
        switch self {
        case .critical, .high: "error"
        case .medium: "warning"
        case .low, .negligible, .unknown: "note"
        }
    }
}
