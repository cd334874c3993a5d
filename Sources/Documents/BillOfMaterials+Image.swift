import Advisories
package import ImageSources
package import SBOM
import ScanModel

extension BillOfMaterials {
    /// States what `image` holds and, where it was matched, the vulnerabilities of `document`.
    ///
    /// `version` is the program's; the date is the image's own.
    package init(_ image: ScannedImage, document: ScanDocument? = nil, version: String) {
        self.init(
            subject: Subject(image),
            distro: image.inventory.distro,
            components: image.inventory.packages.enumerated().map { index, installed in
                Component(installed: installed, distro: image.distro(ofPackageAt: index))
            },
            gaps: image.inventory.gaps,
            vulnerabilities: document.map { Self.vulnerabilities($0.vulnerabilities) } ?? [],
            tool: Tool(name: "tallyman", version: version),
            created: image.created
        )
    }

    /// One vulnerability for all rows that say the same of different packages.
    private static func vulnerabilities(_ rows: [VulnerabilityEntry]) -> [Vulnerability] {
        var positions: [Vulnerability: Int] = [:]
        var found: [Vulnerability] = []
        for row in rows {
            let affected = Vulnerability.Affected(
                purl: row.package.purl,
                version: row.package.version,
                fixState: row.fix.state,
                fixedVersions: row.fix.versions
            )
            let flaw = Vulnerability(row)
            if let position = positions[flaw] {
                // A package that is there twice, in two layers, is one component's purl.
                if !found[position].affected.contains(affected) { found[position].affected.append(affected) }
            } else {
                positions[flaw] = found.count
                found.append(flaw)
                found[found.count - 1].affected = [affected]
            }
        }
        return found
    }
}

extension BillOfMaterials.Subject {
    init(_ image: ScannedImage) {
        self.init(
            source: image.source,
            reference: image.reference,
            digest: image.digest,
            imageID: image.imageID,
            platform: image.platform,
            layers: image.layerDigests,
            diffIDs: image.diffIDs,
            labels: image.labels
        )
    }
}

extension BillOfMaterials.Vulnerability {
    /// What `row` says of the flaw, with no package yet.
    fileprivate init(_ row: VulnerabilityEntry) {
        self.init(
            id: row.id,
            aliases: row.aliases,
            source: row.provider,
            severity: row.severity,
            ratings: row.cvss.map { Rating(version: $0.version, vector: $0.vector, score: $0.score) },
            epss: row.epss,
            isExploited: row.kev,
            suppression: row.suppression,
            affected: []
        )
    }
}
