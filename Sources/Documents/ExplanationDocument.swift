import Advisories
package import AdvisoryFile
package import ImageSources
package import Matching
import Reports
package import ScanModel

/// Why one flaw is or is not in the result of a scan, schema `tallyman.explain/1`.
package struct ExplanationDocument: Encodable, Sendable {
    /// An advisory about the flaw.
    package struct Advisory: Encodable, Sendable {
        package var id: String
        package var provider: String
        @ExplicitNull package var build: String?
        /// When it was taken back, RFC 3339; a withdrawn advisory counts for nothing.
        @ExplicitNull package var withdrawn: String?
    }

    /// What an advisory says of a package, and what that comes to for the installed version.
    package struct Statement: Encodable, Sendable {
        package var advisory: String
        package var provider: String
        package var lookup: PackageKey
        package var scheme: String
        package var range: EvidenceEntry.Range
        package var comparedVersion: String
        package var comparisons: [Explanation.Comparison]
        package var outcome: Explanation.Outcome
        /// In words.
        package var reason: String
    }

    /// A package of the image that advisories about the flaw speak of.
    package struct ExplainedPackage: Encodable, Sendable {
        package var purl: String
        package var type: PackageType
        package var name: String
        package var version: String
        @ExplicitNull package var ownedBy: String?
        package var paths: [String]
        package var isAffected: Bool
        /// Why the finding needs no work, in words; `null` where nobody says so.
        @ExplicitNull package var suppressed: String?
        package var statements: [Statement]
    }

    package var schema = "tallyman.explain/1"
    package var source: String
    @ExplicitNull package var distro: ScanDocument.DistroEntry?
    /// The name that a finding has; the one that was asked for where the data knows none.
    package var id: String
    package var aliases: [String]
    package var verdict: Explanation.Verdict
    /// The verdict in words.
    package var summary: String
    /// By provider and identifier.
    package var advisories: [Advisory]
    /// What the advisories speak about that is in the image, in the order of the inventory.
    package var packages: [ExplainedPackage]
    /// What they speak about that is not.
    package var elsewhere: [PackageKey]

    /// Explains the flaw `id` for `image`; `suppression` says why a finding (by its names and purl) needs no work.
    package init(
        _ id: String,
        in image: ScannedImage,
        advisories: AdvisoryFile,
        suppression: (_ id: String, _ aliases: [String], _ purl: String) -> String? = { _, _, _ in nil }
    ) throws {
        let flaw = try advisories.flaw(named: id)
        let installed = image.inventory.packages
        let subjects = MatchSubject.subjects(of: installed, distro: image.distro(ofPackageAt:))
        let explanation = Explainer(flaw).explanation(
            of: subjects,
            precedence: try MatchPass(advisories).precedence(of: subjects)
        )
        let status = try advisories.status()
        let builds = Dictionary(status.map { ($0.provider, $0.build) }) { first, _ in first }

        let name = flaw.preferredName ?? id
        let aliases = flaw.names.subtracting([name]).sorted()
        let packages = Dictionary(grouping: explanation.statements, by: \.subject).sorted { $0.key < $1.key }
            .map { index, statements in
                let item = installed[index]
                let purl = item.purl(distro: image.distro(ofPackageAt: index))
                let isAffected = statements.contains { $0.outcome == .affected }
                return ExplainedPackage(
                    purl: purl,
                    type: item.package.type,
                    name: item.package.name,
                    version: item.package.version,
                    ownedBy: item.ownedBy,
                    paths: item.paths,
                    isAffected: isAffected,
                    suppressed: isAffected ? suppression(name, aliases, purl) : nil,
                    statements: statements.map { Statement($0, owner: subjects[index].owner) }
                )
            }
        self.source = image.source
        self.distro = try image.inventory.distro.map {
            ScanDocument.DistroEntry($0, support: try advisories.support(of: $0))
        }
        self.id = name
        self.aliases = aliases
        self.verdict = explanation.verdict
        self.advisories = flaw.records.values
            .map { Advisory(id: $0.id, provider: $0.provider, build: builds[$0.provider], withdrawn: $0.withdrawn) }
            .sorted { ($0.provider, $0.id) < ($1.provider, $1.id) }
        self.packages = packages
        self.elsewhere = explanation.elsewhere
        let words = ExplanationWords(
            flaw: flaw,
            explanation: explanation,
            describers: try advisories.enrichments([name])[name]?.map(\.provider) ?? [],
            providers: status.map(\.provider),
            subjects: subjects
        )
        summary = words.summary(packages)
    }

    /// The document as JSON with sorted keys.
    package func json() throws -> [UInt8] { try ReportJSON.encode(self) }
}
