import Bytes
import ScanModel

/// Imports the documents of Red Hat's security data API (`/hydra/rest/securitydata/cve/CVE-….json`), one CVE a file.
///
/// They name source packages: what was released with a fix, and the state of what was not.
struct RedHatAPIImporter: OneRecordImporter {
    private static let marks: Set<String> = ["threat_severity", "public_date", "affected_release", "package_state"]

    func canRead(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            guard var members = try? JSONMembers(bytes) else { return false }  // Not an object: another format.
            var found: Set<String> = []
            // A document that breaks off is still one of this format, and is counted when it is read.
            while let member = try? members.next() {
                if Self.marks.contains(member.name) { found.insert(member.name) }
                if found.count >= 2 { return true }
            }
            return false
        }
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "redhat-api" }

    func items(of file: FeedFile, provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> [FeedItem] {
        let document = try RecordProblem.parseJSON(file, limits: limits)
        return [.advisory(try Self.record(document, provider: provider, limits: limits))]
    }

    private static func record(
        _ document: JSONValue,
        provider: String,
        limits: AdvisoryLimits
    ) throws(RecordProblem) -> AdvisoryRecord {
        guard let id = BoundedText.name(document["name"]?.string, limits: limits) else {
            throw RecordProblem("no usable name")
        }
        var statements = RPMStatements()
        for release in list(document["affected_release"]) {
            guard let key = release["cpe"]?.string.flatMap(RedHatProduct.key(cpe:)),
                let text = BoundedText.name(release["package"]?.string, limits: limits),
                let package = RPMName(nevr: text[...])
            else { continue }  // A module's build, which names no package, or a container image.
            statements.add(.fixed(package.version), ecosystem: key, package: package.name, architecture: "src")
        }
        for state in list(document["package_state"]) {
            guard let key = state["cpe"]?.string.flatMap(RedHatProduct.key(cpe:)),
                let text = BoundedText.name(state["package_name"]?.string, limits: limits)
            else { continue }
            let component = RedHatProduct.component(text)
            guard !component.name.contains("/"),
                component.module.map(RedHatProduct.isFlatpak(module:)) != true
            else { continue }
            statements.add(
                RedHatFixState.status(state["fix_state"]?.string),
                ecosystem: key,
                package: component.name,
                module: component.module,
                architecture: "src"
            )
        }
        guard statements.count <= limits.maxRanges else { throw RecordProblem("more than \(limits.maxRanges) ranges") }
        let vectors = [
            document["cvss3"]?["cvss3_scoring_vector"], document["cvss"]?["cvss_scoring_vector"],
        ]
        let cvss = vectors.compactMap { $0?.string.flatMap(CVSS.parse) }
        return AdvisoryRecord(
            id: id,
            provider: provider,
            severity: SeverityWord.severity(document["threat_severity"]?.string) ?? cvss.map(CVSS.severity).max()
                ?? .unknown,
            cvss: cvss,
            published: BoundedText.date(document["public_date"]?.string),
            summary: BoundedText.clean(
                document["bugzilla"]?["description"]?.string ?? document["details"]?.strings.first ?? "",
                maxBytes: limits.maxSummaryBytes
            ),
            urls: id.hasPrefix("CVE-") ? ["https://access.redhat.com/security/cve/\(id)"] : [],
            affected: statements.ranges()
        )
    }

    /// The API writes a list of one as its element.
    private static func list(_ value: JSONValue?) -> [JSONValue] {
        if let value, value.object != nil { return [value] }
        return value?.elements ?? []
    }
}

/// The words of Red Hat for what happens to a package without a fix.
enum RedHatFixState {
    static func status(_ word: String?) -> RPMStatements.Status {
        switch word {
        case "Not affected": .notAffected
        case "Will not fix", "Out of support scope": .affected(.wontFix)
        case "Affected", "Fix deferred", "Defer": .affected(.notFixed)
        default: .affected(.unknown)
        }
    }
}
