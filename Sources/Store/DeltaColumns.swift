import Postgres
import Reports
import ScanModel

/// A finding that has changed, as rows of `vulnerabilities`, `packages` and their matches state it.
enum DeltaColumns {
    /// Reads eight columns from `column` on: the vulnerability's name, the match's severity, whether the vulnerability is
    /// in CISA's catalogue, its EPSS score, the package's type, name and version, and the versions that fix it.
    static func finding(_ row: PostgresRow, from column: Int, images: Int) throws -> DeltaRow {
        DeltaRow(
            id: try row.string(column),
            severity: Severity(rawValue: try row.string(column + 1)) ?? .unknown,
            kev: try row.bool(column + 2),
            epss: try row.optionalDouble(column + 3),
            type: PackageType(rawValue: try row.string(column + 4)),
            package: try row.string(column + 5),
            version: try row.string(column + 6),
            fixedVersions: try row.strings(column + 7),
            imageCount: images
        )
    }
}
