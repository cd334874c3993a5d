import ScanModel

extension ImageReport: QueryDocument {
    package func inReportOrder() -> ImageReport {
        var report = self
        report.findings = findings.map { $0.inReportOrder() }.inReportOrder()
        report.coverage = coverage.inReportOrder()
        report.licenses = licenses.map {
            ImageLicense(license: $0.license, packages: $0.packages.inReportOrder())
        }.inReportOrder()
        report.advisories = advisories.inReportOrder()
        return report
    }

    /// The image's facts, its findings most pressing first, its layers, and what could not be looked into.
    package func text(_ appearance: TextAppearance) -> String {
        var facts = FactList()
        facts.append("Image", image)
        facts.append("Digest", digest)
        facts.append("Platform", platform)
        facts.append("Distro", distro)
        facts.append("State", reason.isEmpty ? state.rawValue : "\(state.rawValue): \(reason)")
        facts.append("Packages", Figures.count(packages))
        facts.append("Findings", findingSummary)
        let suppressed = findings.count { $0.suppression != nil }
        facts.append("Suppressed", suppressed == 0 ? "" : Figures.plural(suppressed, "finding"))
        facts.append("Coverage", coverage.isEmpty ? "" : Figures.plural(coverage.count, "gap"))
        facts.append("Advisories", advisories.line)
        var out = facts.render(appearance)
        let tables = [findingTable(), suppressionTable(), layerTable(), licenseTable(), gapTable()]
        for table in tables where !table.isEmpty {
            out += "\n" + table.render(appearance)
        }
        return out
    }

    /// One line for each finding, with the licences of its package.
    package func csv() -> [UInt8] {
        var stated: [ImageLicense.Package: [String]] = [:]
        for row in licenses { for package in row.packages { stated[package, default: []].append(row.license) } }
        var writer = CSVWriter(columns: FindingsCSV.columns + ["licenses"])
        for finding in findings {
            let package = ImageLicense.Package(type: finding.type, name: finding.package, version: finding.version)
            writer.append(
                FindingsCSV.fields(image: image, digest: digest, platform: platform, finding)
                    + [(stated[package] ?? []).joined(separator: "; ")]
            )
        }
        return writer.take()
    }

    private var findingSummary: String {
        let parts = Severity.worstFirst.compactMap { severity in
            let count = findings.count { $0.severity == severity && $0.suppression == nil }
            return count == 0 ? nil : "\(Figures.count(count)) \(severity.rawValue)"
        }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }

    private func findingTable() -> TextTable {
        var table = TextTable([
            .init("VULNERABILITY"), .init("SEVERITY"), .init("CVSS", .right), .init("EPSS", .right), .init("KEV"),
            .init("PACKAGE", shrinks: true), .init("VERSION", shrinks: true), .init("FIXED IN", shrinks: true),
            .init("LAYER"), .init("FIRST SEEN"),
        ])
        for finding in findings where finding.suppression == nil {
            table.append([
                .init(finding.id), .init(finding.severity), .init(Figures.cvss(finding.cvssScore)),
                .init(Figures.epss(finding.epss)), .init(finding.kev ? "yes" : "", style: .bad),
                .init(finding.package), .init(finding.version),
                .init(finding.fixedVersions.joined(separator: ", "), style: .good), .init(shortDigest(finding.layer)),
                .init(finding.firstSeen ?? ""),
            ])
        }
        return table
    }

    private func suppressionTable() -> TextTable {
        var table = TextTable([
            .init("SUPPRESSED"), .init("SEVERITY"), .init("PACKAGE", shrinks: true), .init("VERSION", shrinks: true),
            .init("STATUS"), .init("WHY", shrinks: true), .init("SOURCE", shrinks: true), .init("UNTIL"),
        ])
        for finding in findings {
            guard let suppression = finding.suppression else { continue }
            table.append(
                [
                    finding.id, finding.severity.rawValue, finding.package, finding.version,
                    suppression.status.rawValue, suppression.why, suppression.source, suppression.expires ?? "",
                ].map { .init($0, style: .faint) }
            )
        }
        return table
    }

    private func layerTable() -> TextTable {
        var table = TextTable([
            .init("LAYER"), .init("SIZE", .right), .init("PACKAGES", .right), .init("FINDINGS", .right),
            .init("IN IMAGES", .right),
        ])
        for layer in layers {
            table.append([
                .init(shortDigest(layer.digest)), .init(Figures.bytes(layer.bytes)), .init(layer.packages),
                .init(layer.findings), .init(layer.images),
            ])
        }
        return table
    }

    private func licenseTable() -> TextTable {
        var table = TextTable([
            .init("LICENCE", shrinks: true), .init("PACKAGES", .right), .init("AMONG THEM", shrinks: true),
        ])
        for row in licenses {
            let names = Set(row.packages.map(\.name)).sorted { ascending($0, $1) ?? false }.prefix(5)
            table.append([.init(row.license), .init(row.packages.count), .init(names.joined(separator: ", "))])
        }
        return table
    }

    private func gapTable() -> TextTable {
        var table = TextTable([.init("NOT COVERED"), .init("PATH", shrinks: true), .init("REASON", shrinks: true)])
        for gap in coverage {
            table.append([.init(shortDigest(gap.layer)), .init(gap.path), .init(gap.reason, style: .bad)])
        }
        return table
    }
}
