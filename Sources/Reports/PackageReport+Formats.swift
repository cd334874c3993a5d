import ScanModel

extension PackageReport: QueryDocument {
    package func inReportOrder() -> PackageReport {
        let ordered = versions.map { version in
            var version = version
            version.images = version.images.inReportOrder()
            return version
        }
        return PackageReport(name: name, versions: ordered.inReportOrder())
    }

    /// A table of the images by version.
    package func text(_ appearance: TextAppearance) -> String {
        var facts = FactList()
        facts.append("Package", name)
        facts.append("Versions", Figures.count(versions.count))
        facts.append("Images", Figures.count(Set(versions.flatMap { $0.images.map(\.image) }).count))
        guard !versions.isEmpty else { return facts.render(appearance) }
        // Beyond the last column cells are dropped, so the figure stands there where there is any.
        let hasSuppressed = versions.contains { $0.suppressed > 0 }
        var table = TextTable(
            [
                .init("TYPE"), .init("VERSION", shrinks: true), .init("VULNERABILITIES", .right), .init("WORST"),
                .init("IMAGE", shrinks: true), .init("DISTRO"), .init("LAYER"), .init("LICENCES", shrinks: true),
            ] + (hasSuppressed ? [.init("SUPPRESSED", .right)] : [])
        )
        for version in versions {
            let worst = version.severities.worst
            for holder in version.images {
                table.append([
                    .init(version.type.rawValue), .init(version.version), .init(version.severities.total),
                    worst.map { .init($0) } ?? "", .init(holder.image), .init(holder.distro),
                    .init(shortDigest(holder.layer)), .init(holder.licenses.joined(separator: "; ")),
                    .init(version.suppressed),
                ])
            }
        }
        return facts.render(appearance) + "\n" + table.render(appearance)
    }

    /// One line for each version and image.
    package func csv() -> [UInt8] {
        var writer = CSVWriter(
            columns: ["type", "package", "version", "image", "digest", "distro", "layer"]
                + Severity.worstFirst.map(\.rawValue) + ["licenses", "suppressed"]
        )
        for version in versions {
            for holder in version.images {
                writer.append(
                    [
                        version.type.rawValue, name, version.version, holder.image, holder.digest, holder.distro,
                        holder.layer,
                    ] + Severity.worstFirst.map { String(version.severities[$0]) }
                        + [holder.licenses.joined(separator: "; "), String(version.suppressed)]
                )
            }
        }
        return writer.take()
    }
}
