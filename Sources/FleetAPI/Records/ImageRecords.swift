package import Reports
package import ScanModel

/// An image of the fleet: a manifest that tags name now.
package struct APIImage: Sendable {
    package var number: Int
    package var digest: String
    package var references: [String]
    package var platform: String
    package var distro: String?
    package var analysedAt: String?
    package var bytes: Int?
    package var layers: Int?
    package var packages: Int
    package var findings: SeverityCounts
    package var fixable: Int
    package var kev: Int
    package var suppressed: Int

    package init(
        number: Int,
        digest: String,
        references: [String] = [],
        platform: String,
        distro: String?,
        analysedAt: String?,
        bytes: Int?,
        layers: Int?,
        packages: Int = 0,
        findings: SeverityCounts = SeverityCounts(),
        fixable: Int = 0,
        kev: Int = 0,
        suppressed: Int = 0
    ) {
        self.number = number
        self.digest = digest
        self.references = references
        self.platform = platform
        self.distro = distro
        self.analysedAt = analysedAt
        self.bytes = bytes
        self.layers = layers
        self.packages = packages
        self.findings = findings
        self.fixable = fixable
        self.kev = kev
        self.suppressed = suppressed
    }
}

extension APIImage: APIRecord {
    package static let recordName = "Image"
    package static let fields: [Field<APIImage>] = [
        Field("digest", "The manifest's digest.") { $0.digest },
        Field("references", "The tags that name it now, registry/repository:tag.") { $0.references },
        Field("platform", "os/arch, with a variant where it has one; empty where unknown.") { $0.platform },
        Field(optional: "distro", "The distribution with its release, debian-12.") { $0.distro },
        Field("isAnalysed", "Whether its packages are known.") { $0.analysedAt != nil },
        Field(optionalTime: "analysedAt", "Since when they are.") { $0.analysedAt },
        Field(optional: "bytes", "The sum of its compressed layers.") { $0.bytes },
        Field(optional: "layers", "How many layers it has.") { $0.layers },
        Field("packages", "Packages in it.") { $0.packages },
        Field("findings", "Open findings, by severity.") { $0.findings },
        Field("fixable", "Open findings that a published version fixes.") { $0.fixable },
        Field("kev", "Open findings that are known to be exploited.") { $0.kev },
        Field("suppressed", "Findings that an exception or a VEX document answers in all its references.") {
            $0.suppressed
        },
    ]
}

extension SeverityCounts: APIRecord {
    package static let recordName = "SeverityCounts"
    package static let fields: [Field<SeverityCounts>] = [
        Field("critical", "Critical.") { $0.critical },
        Field("high", "High.") { $0.high },
        Field("medium", "Medium.") { $0.medium },
        Field("low", "Low.") { $0.low },
        Field("negligible", "Negligible.") { $0.negligible },
        Field("unknown", "Not rated.") { $0.unknown },
    ]
}

extension Suppression: APIRecord {
    package static let recordName = "Suppression"
    package static let fields: [Field<Suppression>] = [
        Field("kind", "What says so.", among: ["vex", "exception"]) { $0.kind.rawValue },
        Field("status", "What it says.", among: ["not_affected", "fixed", "accepted"]) { $0.status.rawValue },
        Field(optional: "justification", "A label of VEX.") { $0.justification },
        Field(optional: "reason", "The author's words.") { $0.reason },
        Field("source", "The document.") { $0.source },
        Field(optional: "author", "Who says so.") { $0.author },
        Field(optional: "expires", "The last day on which it counts.") { $0.expires },
    ]
}

/// A layer of an image.
package struct APILayer: Sendable {
    package var position: Int
    package var digest: String
    package var diffID: String?
    package var bytes: Int
    package var packages: Int
    package var gaps: [String]

    package init(position: Int, digest: String, diffID: String?, bytes: Int, packages: Int, gaps: [String]) {
        self.position = position
        self.digest = digest
        self.diffID = diffID
        self.bytes = bytes
        self.packages = packages
        self.gaps = gaps
    }
}

extension APILayer: APIRecord {
    package static let recordName = "Layer"
    package static let fields: [Field<APILayer>] = [
        Field("position", "From 0, the lowest.") { $0.position },
        Field("digest", "The blob's digest.") { $0.digest },
        Field(optional: "diffID", "The digest of its tar, as a worker computed it.") { $0.diffID },
        Field("bytes", "The compressed size.") { $0.bytes },
        Field("packages", "Packages that it brings.") { $0.packages },
        Field("gaps", "What could not be looked into: the entry and the reason, at most 100 of them.") { $0.gaps },
    ]
}

/// A finding in an image.
package struct APIFinding: Sendable {
    package var finding: ImageFinding
    package var packageNumber: Int

    package init(finding: ImageFinding, packageNumber: Int) {
        self.finding = finding
        self.packageNumber = packageNumber
    }
}

extension APIFinding: APIRecord {
    package static let recordName = "Finding"
    package static let fields: [Field<APIFinding>] =
        [
            Field("package", "The package's number in the fleet.") { $0.packageNumber }
        ] + FindingFields.of { $0.finding }
}

/// A finding of an export, with its image.
package struct ExportedFinding: Sendable {
    package var image: String
    package var digest: String
    package var platform: String
    package var finding: ImageFinding

    package init(image: String, digest: String, platform: String, finding: ImageFinding) {
        self.image = image
        self.digest = digest
        self.platform = platform
        self.finding = finding
    }
}

extension ExportedFinding: APIRecord {
    package static let recordName = "ExportedFinding"
    package static let fields: [Field<ExportedFinding>] =
        [
            Field("image", "registry/repository:tag.") { $0.image },
            Field("digest", "The manifest's digest.") { $0.digest },
            Field("platform", "os/arch.") { $0.platform },
        ] + FindingFields.of { $0.finding }
}

/// What every finding says.
enum FindingFields {
    static func of<Root>(_ finding: @escaping @Sendable (Root) -> ImageFinding) -> [Field<Root>] {
        [
            Field("vulnerability", "Its identifier.") { finding($0).id },
            Field("severity", "How bad it is.") { finding($0).severity },
            Field(optional: "cvss", "The CVSS base score, 0 to 10.") { finding($0).cvssScore },
            Field(optional: "epss", "The EPSS probability, 0 to 1.") { finding($0).epss },
            Field("kev", "Whether it is known to be exploited.") { finding($0).kev },
            Field("type", "The package's type.") { finding($0).type },
            Field("name", "The package's name.") { finding($0).package },
            Field("version", "The package's version.") { finding($0).version },
            Field("fix", "Whether there is a fix.") { finding($0).fixState },
            Field("fixedVersions", "The versions that fix it.") { finding($0).fixedVersions },
            Field("layer", "The digest of the layer that brought the package; empty where unknown.") {
                finding($0).layer
            },
            Field(optional: "firstSeen", "The day on which the package was first found to have it.") {
                finding($0).firstSeen
            },
            Field(optional: "suppression", "Why it needs no work.") { finding($0).suppression },
        ]
    }
}
