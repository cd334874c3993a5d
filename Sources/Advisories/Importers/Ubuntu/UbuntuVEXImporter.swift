import Bytes
import Foundation
import ScanModel
import Versions

/// Imports the OpenVEX documents of Canonical (github.com/canonical/ubuntu-security-notices, `vex`; OpenVEX 0.2.0): one
/// document for each CVE or notice, one record for each.
struct UbuntuVEXImporter: OneRecordImporter {
    func canRead(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            // Not an object: another format. A document that breaks off is counted when it is read.
            guard var members = try? JSONMembers(bytes) else { return false }
            var isVEX = false
            var isCanonical = false
            while let member = try? members.next() {
                let isHead = member.name == "metadata"
                guard isHead || member.name == "@context" || member.name == "author", member.value.count <= 4096 else {
                    continue
                }
                let text = String(decoding: member.value, as: UTF8.self)
                isVEX = isVEX || text.contains("openvex")
                isCanonical = isCanonical || text.contains("Canonical")
                if isVEX, isCanonical { return true }
            }
            return false
        }
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "ubuntu-vex" }

    func items(of file: FeedFile, provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> [FeedItem] {
        let document = try RecordProblem.parseJSON(file, limits: limits)
        return [.advisory(try Self.record(document, provider: provider, limits: limits))]
    }

    private static func record(
        _ document: JSONValue,
        provider: String,
        limits: AdvisoryLimits
    ) throws(RecordProblem) -> AdvisoryRecord {
        let head = document["metadata"] ?? document
        let address = head["@id"]?.string ?? ""
        guard let id = BoundedText.name(address.split(separator: "/").last.map(String.init), limits: limits) else {
            throw RecordProblem("no usable @id")
        }
        var ranges: [AffectedRange] = []
        var cves: Set<String> = []
        for statement in document["statements"]?.elements ?? [] {
            let flaw = statement["vulnerability"]
            for text in [flaw?["name"]?.string ?? flaw?.string ?? ""] + (flaw?["aliases"]?.strings ?? []) {
                guard text.hasPrefix("CVE-"), cves.count < limits.maxRanges else { continue }
                cves.formUnion(CVEText.identifiers(in: text))
            }
            try add(statement, to: &ranges, limits: limits)
        }
        let isNotice = !id.hasPrefix("CVE-")
        return AdvisoryRecord(
            id: id,
            provider: provider,
            covers: isNotice ? cves.sorted() : [],
            published: BoundedText.date(
                document["statements"]?.elements.first?["timestamp"]?.string.map { String($0.prefix(10)) }
            ),
            modified: BoundedText.date(head["timestamp"]?.string),
            summary: BoundedText.clean(
                document["statements"]?.elements.first?["vulnerability"]?["description"]?.string ?? "",
                maxBytes: limits.maxSummaryBytes
            ),
            urls: [isNotice ? "https://ubuntu.com/security/notices/\(id)" : "https://ubuntu.com/security/\(id)"],
            affected: UbuntuRelease.withUnfixedRelease(ranges)
        )
    }

    /// Adds what a statement says about source packages; their binaries are listed besides and say the same.
    private static func add(
        _ statement: JSONValue,
        to ranges: inout [AffectedRange],
        limits: AdvisoryLimits
    ) throws(RecordProblem) {
        guard let status = statement["status"]?.string else { throw RecordProblem("a statement without a status") }
        for product in statement["products"]?.elements ?? [] {
            guard let package = UbuntuPackageURL(product["@id"]?.string ?? ""), package.isSource,
                let key = UbuntuRelease.key(series: package.series)
            else { continue }
            var range = AffectedRange(
                ecosystem: key,
                package: package.name,
                scheme: .dpkg,
                fixState: .notFixed
            )
            switch status {
            case "fixed":
                range.fixed = package.version
                range.fixState = .fixed
            case "not_affected":
                // "Does not exist in the archive" is said of packages that came with a later release.
                range.fixed = AffectedRange.neverAffectedBound
                range.fixState = .fixed
            case "affected":
                let action = statement["action_statement"]?.string ?? ""
                if action.contains("decided to not fix") || action.contains("no longer supported") {
                    range.fixState = .wontFix
                }
            case "under_investigation": range.fixState = .unknown
            default: throw RecordProblem("unknown status \(status.prefix(40))")
            }
            guard ranges.count < limits.maxRanges else { throw RecordProblem("more than \(limits.maxRanges) ranges") }
            ranges.append(range)
        }
    }
}

/// A product of Ubuntu's documents, `pkg:deb/ubuntu/curl@7.81.0-1ubuntu1.24?arch=source&distro=esm-infra/focal`.
struct UbuntuPackageURL {
    let name: String
    let version: String
    let isSource: Bool
    /// `jammy`, `esm-infra/focal`.
    let series: String

    init?(_ text: String) {
        let prefix = "pkg:deb/ubuntu/"
        guard text.hasPrefix(prefix), text.utf8.count <= 1024,
            let at = text.lastIndex(of: "@"), let mark = text[at...].firstIndex(of: "?")
        else { return nil }
        name = String(text[text.index(text.startIndex, offsetBy: prefix.count)..<at])
        guard let version = String(text[text.index(after: at)..<mark]).removingPercentEncoding, !name.isEmpty,
            !version.isEmpty
        else { return nil }
        self.version = version
        let qualifiers = text[text.index(after: mark)...].split(separator: "&")
        isSource = qualifiers.contains("arch=source")
        guard let distro = qualifiers.first(where: { $0.hasPrefix("distro=") })?.dropFirst("distro=".count),
            let series = String(distro).removingPercentEncoding
        else { return nil }
        self.series = series
    }
}
