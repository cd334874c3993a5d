import ScanModel

extension LicensedPackage: ReportOrdered {
    static func precedes(_ left: LicensedPackage, _ right: LicensedPackage) -> Bool? {
        ascending(left.type, right.type) ?? ascending(left.package, right.package)
            ?? ascending(left.version, right.version)
    }
}

extension LicenseRow: ReportOrdered {
    static func precedes(_ left: LicenseRow, _ right: LicenseRow) -> Bool? { ascending(left.license, right.license) }
}

extension LicenseReport: QueryDocument {
    package func inReportOrder() -> LicenseReport {
        let rows = licenses.map { row in
            var row = row
            row.holders = row.holders.map { holders in
                holders.map { holder in
                    var holder = holder
                    holder.images.sort { ascending($0, $1) ?? false }
                    return holder
                }.inReportOrder()
            }
            return row
        }
        return LicenseReport(question: question, licenses: rows.inReportOrder())
    }

    /// The licences with their numbers; of one that was asked for, its packages and their images.
    package func text(_ appearance: TextAppearance) -> String {
        var facts = FactList()
        facts.append("Asked for", question ?? "")
        facts.append("Licences", Figures.count(licenses.count))
        guard !licenses.isEmpty else { return facts.render(appearance) }
        guard question != nil else { return facts.render(appearance) + "\n" + countTable.render(appearance) }
        return facts.render(appearance) + "\n" + holderTable.render(appearance)
    }

    private var countTable: TextTable {
        var table = TextTable([.init("LICENCE", shrinks: true), .init("PACKAGES", .right), .init("IMAGES", .right)])
        for row in licenses { table.append([.init(row.license), .init(row.packages), .init(row.images)]) }
        return table
    }

    private var holderTable: TextTable {
        var table = TextTable([
            .init("LICENCE", shrinks: true), .init("TYPE"), .init("PACKAGE", shrinks: true),
            .init("VERSION", shrinks: true), .init("IMAGE", shrinks: true),
        ])
        for row in licenses {
            for holder in row.holders ?? [] {
                for image in holder.imageLines {
                    table.append([
                        .init(row.license), .init(holder.type.rawValue), .init(holder.package), .init(holder.version),
                        .init(image),
                    ])
                }
            }
        }
        return table
    }

    /// A line for each licence; of those that were asked for, one for each package and image.
    package func csv() -> [UInt8] {
        guard question != nil else {
            var writer = CSVWriter(columns: ["license", "packages", "images"])
            for row in licenses { writer.append([row.license, String(row.packages), String(row.images)]) }
            return writer.take()
        }
        var writer = CSVWriter(columns: ["license", "type", "package", "version", "declared", "image"])
        for row in licenses {
            for holder in row.holders ?? [] {
                for image in holder.imageLines {
                    writer.append([
                        row.license, holder.type.rawValue, holder.package, holder.version,
                        holder.declared.joined(separator: "; "), image,
                    ])
                }
            }
        }
        return writer.take()
    }
}

extension LicensedPackage {
    /// The images, and how many more there are.
    fileprivate var imageLines: [String] {
        let more = imageCount - images.count
        return more > 0 ? images + ["and \(Figures.plural(more, "more image"))"] : images
    }
}
