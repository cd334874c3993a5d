package import AdvisoryFile
import Catalogers
package import ImageSources
import Matching
package import ScanModel

extension ScanDocument {
    /// Describes `image`, its packages matched against `advisories` where there are any.
    ///
    /// Packages that an OS package owns are not matched: the distribution patches them without changing their version.
    /// `version` is the program's. With `onlyFixed`, flaws without a released fix are left out.
    package init(_ image: ScannedImage, advisories: AdvisoryFile?, onlyFixed: Bool = false, version: String) throws {
        let digests = image.layers.map(\.digest)
        func layer(_ position: Int) -> Digest? { digests.indices.contains(position) ? digests[position] : nil }

        let installed = image.inventory.packages
        let entries = installed.enumerated().map { index, item in
            PackageEntry(
                type: item.package.type,
                name: item.package.name,
                version: item.package.version,
                arch: item.package.arch,
                purl: item.package.purl(distro: image.distro(ofPackageAt: index)),
                source: item.package.source,
                licenses: item.package.licenses,
                layer: layer(item.layer),
                paths: item.paths,
                ownedBy: item.ownedBy
            )
        }
        let gaps = image.inventory.gaps
            .map { Gap(layer: layer($0.layer), path: $0.gap.path, reason: $0.gap.reason) }
            .sorted {
                ($0.layer?.description ?? "", $0.path, $0.reason) < ($1.layer?.description ?? "", $1.path, $1.reason)
            }
        self.init(
            source: image.source,
            image: Image(
                reference: image.reference,
                digest: image.digest,
                imageID: image.imageID,
                platform: image.platform.map { "\($0)" },
                layers: digests
            ),
            distro: image.inventory.distro.map { DistroEntry(id: $0.id, versionID: $0.versionID, name: $0.name) },
            packages: entries,
            vulnerabilities: try Self.vulnerabilities(
                of: image,
                entries: entries,
                in: advisories,
                onlyFixed: onlyFixed
            ),
            policy: nil,
            coverage: gaps,
            provenance: Provenance(
                version: version,
                analysisVersion: Catalogers.analysisVersion,
                advisories: try advisories?.status()
                    .filter(\.isPresent)
                    .map {
                        Provenance.Advisories(
                            provider: $0.provider,
                            build: $0.build,
                            records: $0.records,
                            problem: $0.problem?.reason
                        )
                    }
                    .sorted { $0.provider < $1.provider } ?? []
            )
        )
    }

    private static func vulnerabilities(
        of image: ScannedImage,
        entries: [PackageEntry],
        in advisories: AdvisoryFile?,
        onlyFixed: Bool
    ) throws -> [VulnerabilityEntry] {
        guard let advisories else { return [] }
        let indices = entries.indices.filter { entries[$0].ownedBy == nil }
        let found = try advisories.match(
            packages: indices.map { (image.inventory.packages[$0].package, image.distro(ofPackageAt: $0)) }
        )
        let rows = zip(indices, found).flatMap { index, findings in
            findings.map { VulnerabilityEntry($0, in: entries[index]) }
        }
        return rows.filter { !onlyFixed || $0.fix.state == .fixed }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    /// How many flaws there are of `severity`.
    package func count(of severity: Severity) -> Int { vulnerabilities.count { $0.severity == severity } }

    /// Whether a flaw is at least as bad as `threshold`.
    package func reaches(_ threshold: Severity) -> Bool { vulnerabilities.contains { $0.severity >= threshold } }
}

extension VulnerabilityEntry {
    init(_ finding: Finding, in entry: ScanDocument.PackageEntry) {
        self.init(
            id: finding.id,
            aliases: finding.aliases,
            severity: finding.severity,
            cvss: finding.cvss,
            epss: finding.epss,
            kev: finding.kev != nil,
            package: AffectedPackage(purl: entry.purl, type: entry.type, name: entry.name, version: entry.version),
            fix: Fix(state: finding.fixState, versions: finding.fixedVersions),
            provider: finding.provider,
            layer: entry.layer
        )
    }
}
