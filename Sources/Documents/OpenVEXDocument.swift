package import ImageSources
import SBOM
import ScanModel
package import VEX

/// The findings of a scan as an OpenVEX document.
package enum OpenVEXDocument {
    /// Says of each finding what was decided about it.
    ///
    /// What is suppressed is `not_affected` or `fixed`, and what a statement calls affected stays so. An accepted flaw is
    /// `affected`, with the reason as its action. All else is `under_investigation`: a match is no assessment.
    /// `day` is the document's date, `YYYY-MM-DD`.
    package static func encode(
        _ document: ScanDocument,
        of image: ScannedImage,
        suppressions: Suppressions,
        author: String,
        day: String
    ) throws -> [UInt8] {
        let identity = ImageIdentity(image)
        let entries = document.vulnerabilities.map { row in
            OpenVEXWriter.Entry(
                id: row.id,
                aliases: row.aliases,
                purl: row.package.purl,
                assessment: assessment(of: row, in: identity, suppressions)
            )
        }
        let digest = (image.digest ?? image.imageID)?.description
        return try OpenVEXWriter.document(
            entries,
            image: digest.map { .init(purl: BillOfMaterials.Subject(image).purl, digest: $0) },
            author: author,
            timestamp: "\(day)T00:00:00Z"
        )
    }

    private static func assessment(
        of row: VulnerabilityEntry,
        in image: ImageIdentity,
        _ suppressions: Suppressions
    ) -> OpenVEXWriter.Assessment {
        if let suppression = row.suppression { return .suppressed(suppression) }
        let verdict = suppressions.about(id: row.id, aliases: row.aliases, purl: row.package.purl)
        guard verdict.status(in: image) == .affected else { return .underInvestigation }
        // The format wants an action of what is affected.
        guard row.fix.state == .fixed else { return .affected(action: "No fixed version is released yet.") }
        return .affected(action: "Update \(row.package.name) to \(row.fix.versions.joined(separator: " or ")).")
    }
}
