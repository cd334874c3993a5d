import ScanModel

/// The lines of `findings.csv`: one for each image, package version and vulnerability.
///
/// A fleet has tens of millions of them, so the caller streams them: make a `CSVWriter` with `columns`, append the
/// `fields` of one row after another, in report order, and write out what `take` hands over.
package enum FindingsCSV {
    /// The name of the file beside the other parts of the nightly report.
    package static let fileName = "findings.csv"

    package static let columns =
        [
            "image", "digest", "platform", "vulnerability", "severity", "cvss", "epss", "kev", "type", "package",
            "version",
            "fix_state", "fixed_versions", "layer", "first_seen",
        ] + SuppressionCSV.columns

    /// One finding of the image `registry/repository:tag`.
    package static func fields(
        image: String,
        digest: String,
        platform: String,
        _ finding: ImageFinding
    ) -> [String] {
        [
            image, digest, platform, finding.id, finding.severity.rawValue, Figures.cvss(finding.cvssScore),
            finding.epss.map { Figures.decimal($0, places: 5) } ?? "", finding.kev ? "true" : "false",
            finding.type.rawValue, finding.package, finding.version, finding.fixState.rawValue,
            finding.fixedVersions.joined(separator: " "), finding.layer, finding.firstSeen ?? "",
        ] + SuppressionCSV.fields(finding.suppression)
    }
}

/// The last columns of every table of findings: why one is suppressed, empty for an open one.
enum SuppressionCSV {
    static let columns = ["suppression", "suppression_reason", "suppression_source", "suppressed_until"]

    static func fields(_ suppression: Suppression?) -> [String] {
        guard let suppression else { return ["", "", "", ""] }
        return [suppression.status.rawValue, suppression.why, suppression.source, suppression.expires ?? ""]
    }
}
