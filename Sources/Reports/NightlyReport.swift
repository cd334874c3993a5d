/// How much of the fleet the HTML pages show; the CSV files and the JSON document have all of it.
package struct PageLimits: Hashable, Sendable {
    /// Rows that a table has at most.
    package var rowsPerTable: Int
    /// Packages that a vulnerability's row names at most.
    package var packagesPerRow: Int

    package init(rowsPerTable: Int = 10_000, packagesPerRow: Int = 5) {
        self.rowsPerTable = max(0, rowsPerTable)
        self.packagesPerRow = max(0, packagesPerRow)
    }
}

/// The forms of the nightly report.
package enum NightlyFormat: String, Sendable, CaseIterable {
    case html, json, csv
}

/// The names of the CSV files, as the pages refer to them.
enum FleetFile {
    static let images = "images.csv"
    static let vulnerabilities = "vulnerabilities.csv"
    static let packages = "packages.csv"
    static let failures = "failures.csv"
    static let coverage = "coverage.csv"
    static let delta = "delta.csv"
}

/// The nightly report as files.
package enum NightlyReport {
    /// One file: its name, and all its bytes.
    package struct File: Hashable, Sendable {
        package let name: String
        package let bytes: [UInt8]
    }

    /// Renders the report, and the run that made it.
    ///
    /// `report.html`, `report.json` and the CSV files depend on `report` alone: equal reports, equal bytes. What belongs
    /// to the run is in `run.html` and `run.json`. `findings.csv` is not among the files: its rows are streamed, see
    /// `FindingsCSV`.
    package static func files(
        _ report: FleetReport,
        run: RunSummary,
        formats: Set<NightlyFormat> = Set(NightlyFormat.allCases),
        limits: PageLimits = PageLimits()
    ) throws -> [File] {
        var files: [File] = []
        if formats.contains(.html) {
            files.append(File(name: "report.html", bytes: try NightlyPage(report: report, limits: limits).render()))
            files.append(File(name: "run.html", bytes: try RunPage.render(run, report: report)))
        }
        if formats.contains(.json) {
            files.append(File(name: "report.json", bytes: try ReportJSON.encode(report)))
        }
        if formats.contains(.csv) {
            files.append(File(name: FleetFile.images, bytes: FleetCSV.images(report.images)))
            files.append(File(name: FleetFile.vulnerabilities, bytes: FleetCSV.vulnerabilities(report.vulnerabilities)))
            files.append(File(name: FleetFile.packages, bytes: FleetCSV.packages(report.packages)))
            files.append(File(name: FleetFile.failures, bytes: FleetCSV.failures(report.failures)))
            files.append(File(name: FleetFile.coverage, bytes: FleetCSV.coverage(report.coverage)))
            if let delta = report.delta {
                files.append(File(name: FleetFile.delta, bytes: FleetCSV.delta(delta)))
            }
        }
        files.append(File(name: "run.json", bytes: try ReportJSON.encode(run)))
        return files
    }
}
