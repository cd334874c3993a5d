package import AdvisoryFile
import Catalogers
import ImageInventory
package import ImageSources
package import Matching
import Policy
package import ScanModel
package import VEX

extension ScanDocument {
    /// Describes `image`, its packages matched against `advisories` where there are any.
    ///
    /// What a distribution says outranks advisories about what its packages hold (``Matching/OwnerPrecedence``).
    /// `version` is the program's. With `onlyFixed`, flaws without a released fix are left out. What `suppressions` says
    /// marks flaws and takes none away. A policy that is asked judges the flaws that are not so marked, with and without a
    /// fix.
    package init(
        _ image: ScannedImage,
        advisories: AdvisoryFile?,
        suppressions: Suppressions? = nil,
        onlyFixed: Bool = false,
        policy question: PolicyQuestion? = nil,
        showsCollected: Bool = false,
        version: String
    ) throws {
        let entries = Self.packages(of: image)
        let found = try advisories.map { try Self.findings(of: image, in: $0) }
        self.init(
            source: image.source,
            image: Image(
                reference: image.reference,
                digest: image.digest,
                imageID: image.imageID,
                platform: image.platform.map { "\($0)" },
                layers: image.layerDigests
            ),
            distro: try image.inventory.distro.map { DistroEntry($0, support: try advisories?.support(of: $0)) },
            packages: entries,
            vulnerabilities: try Self.vulnerabilities(
                found ?? [],
                of: image,
                entries: entries,
                in: advisories,
                suppressions: suppressions,
                onlyFixed: onlyFixed
            ),
            policy: try question.map { question in
                let facts = try ImageFacts(
                    image,
                    found: found,
                    advisories: advisories,
                    dockerfile: question.dockerfile,
                    isOpen: Self.isOpen(entries, of: image, suppressions: suppressions)
                )
                return PolicyEntry(question.bundle.evaluate(facts, as: question.name, now: question.now))
            },
            collected: showsCollected ? CollectedEntry(image) : nil,
            coverage: try Self.gaps(of: image, in: advisories),
            provenance: Provenance(
                version: version,
                analysisVersion: Catalogers.analysisVersion,
                advisories: try advisories.map { try Self.builds(in: $0) } ?? []
            )
        )
    }

    /// The findings of each package of the image's inventory.
    package static func findings(of image: ScannedImage, in advisories: AdvisoryFile) throws -> [[Finding]] {
        try advisories.match(
            MatchSubject.subjects(of: image.inventory.packages, distro: image.distro(ofPackageAt:))
        )
    }

    private static func layer(_ position: Int, of image: ScannedImage) -> Digest? {
        image.layerDigests.indices.contains(position) ? image.layerDigests[position] : nil
    }

    private static func packages(of image: ScannedImage) -> [PackageEntry] {
        image.inventory.packages.enumerated().map { index, item in
            PackageEntry(
                type: item.package.type,
                name: item.package.name,
                version: item.package.version,
                arch: item.package.arch,
                purl: item.purl(distro: image.distro(ofPackageAt: index)),
                source: item.package.source,
                licenses: item.package.licenses,
                layer: layer(item.layer, of: image),
                paths: item.paths,
                ownedBy: item.ownedBy
            )
        }
    }

    private static func gaps(of image: ScannedImage, in advisories: AdvisoryFile?) throws -> [Gap] {
        let own = image.inventory.gaps
            .map { Gap(layer: layer($0.layer, of: image), path: $0.gap.path, reason: $0.gap.reason) }
        let unmatched = try advisories.map { try unmatchedReleases(of: image, in: $0) } ?? []
        return (own + unmatched).sorted {
            ($0.layer?.description ?? "", $0.path, $0.reason) < ($1.layer?.description ?? "", $1.path, $1.reason)
        }
    }

    /// Releases about which the advisories say nothing: without a word, their packages would pass for clean.
    ///
    /// Of what the image's own gaps call unknown nothing more is said.
    private static func unmatchedReleases(of image: ScannedImage, in advisories: AdvisoryFile) throws -> [Gap] {
        let packages = image.inventory.packages
        let said = Set(image.inventory.gaps.map(\.gap.reason))
        let distros = Set(
            packages.indices.filter { packages[$0].package.type.isOS }.compactMap { image.distro(ofPackageAt: $0) }
        ).filter { !$0.id.isEmpty && !said.contains(InventoryFold.unknownDistribution($0.id)) }
        let known = try advisories.known(releases: Set(distros.flatMap { DistroRelease.keys(of: $0) }))
        let releases = distros.filter { known.isDisjoint(with: DistroRelease.keys(of: $0)) }
            .map { $0.versionID.isEmpty ? $0.id : "\($0.id) \($0.versionID)" }
        // The packages of a document may name one release in several ways.
        return Set(releases).map { release in
            let reason = "there are no advisories about \(release): its OS packages were matched with none"
            return Gap(layer: nil, path: "", reason: reason)
        }
    }

    /// Whether nothing suppresses a finding, by the number of its package and the finding.
    private static func isOpen(
        _ entries: [PackageEntry],
        of image: ScannedImage,
        suppressions: Suppressions?
    ) -> (Int, Finding) -> Bool {
        let identity = ImageIdentity(image)
        return { index, finding in
            suppressions?.suppression(
                id: finding.id,
                aliases: finding.aliases,
                purl: entries.indices.contains(index) ? entries[index].purl : "",
                image: identity
            ) == nil
        }
    }

    private static func builds(in advisories: AdvisoryFile) throws -> [Provenance.Advisories] {
        try advisories.status()
            .filter(\.isPresent)
            .map {
                Provenance.Advisories(
                    provider: $0.provider,
                    build: $0.build,
                    records: $0.records,
                    problem: $0.problem?.reason
                )
            }
            .sorted { $0.provider < $1.provider }
    }

    private static func vulnerabilities(
        _ found: [[Finding]],
        of image: ScannedImage,
        entries: [PackageEntry],
        in advisories: AdvisoryFile?,
        suppressions: Suppressions?,
        onlyFixed: Bool
    ) throws -> [VulnerabilityEntry] {
        guard let advisories else { return [] }
        let installed = image.inventory.packages
        let builds = Dictionary(try advisories.status().map { ($0.provider, $0.build) }) { first, _ in first }
        let identity = ImageIdentity(image)
        var seen: Set<[String]> = []
        let rows = zip(entries, zip(installed, found)).flatMap { entry, match in
            match.1.map { finding in
                var row = VulnerabilityEntry(finding, in: entry, builds: builds)
                row.suppression = suppressions?.suppression(
                    id: row.id,
                    aliases: row.aliases,
                    purl: row.package.purl,
                    image: identity
                )
                return row
            }.filter { row in
                // What two OS packages hold is one package with one flaw.
                let purl = match.0.ownedBy == nil ? entry.purl : match.0.package.purl(distro: nil)
                return seen.insert([row.id, purl, row.layer?.description ?? ""]).inserted
            }
        }
        return rows.filter { !onlyFixed || $0.fix.state == .fixed }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    /// The findings that need work.
    package var open: [VulnerabilityEntry] { vulnerabilities.filter(\.isOpen) }

    /// How many findings count for `--fail-on`: open ones that are at least as bad as `threshold`.
    package func count(from threshold: Severity) -> Int { vulnerabilities.count { $0.reaches(threshold) } }

    /// The findings that somebody says need no work.
    package var suppressed: [VulnerabilityEntry] { vulnerabilities.filter { !$0.isOpen } }
}

extension ImageIdentity {
    /// The image as its source names it.
    package init(_ image: ScannedImage) {
        let reference = image.reference.flatMap { ImageReference($0) }
        let digests = [image.digest, image.indexDigest, image.imageID, reference?.digest].compactMap { $0?.description }
        self.init(reference: reference, digests: digests)
    }
}

extension VulnerabilityEntry {
    init(_ finding: Finding, in entry: ScanDocument.PackageEntry, builds: [String: String]) {
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
            layer: entry.layer,
            summary: finding.summary,
            evidence: finding.evidence.map { EvidenceEntry($0, builds: builds) }
        )
    }

    /// Whether the finding counts for `--fail-on`.
    func reaches(_ threshold: Severity) -> Bool { isOpen && severity >= threshold }
}
