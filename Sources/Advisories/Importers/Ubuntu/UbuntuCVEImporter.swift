import Bytes
import ScanModel
import Versions

/// Imports pages of Ubuntu's CVE API (ubuntu.com/security/api/docs, `/security/cves.json`): the state of each CVE in each
/// source package and release, one record for each CVE.
struct UbuntuCVEImporter: AdvisoryImporter {
    let isOneRecordPerFile = false

    func canRead(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            // Not an object: another format.
            guard var members = try? JSONMembers(bytes), let first = try? members.next() else { return false }
            return first.name == "cves" && first.value.first == UInt8(ascii: "[")
        }
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "ubuntu" }

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        let page = try file.json(limits: limits)
        var counts = ImportCounts()
        for flaw in page["cves"]?.elements ?? [] {
            guard let id = BoundedText.name(flaw["id"]?.string, limits: limits) else {
                counts.skip("\(file.name): an entry without an identifier", limits: limits)
                continue
            }
            var ranges: [AffectedRange] = []
            let severity = SeverityWord.severity(flaw["priority"]?.string)
            for package in flaw["packages"]?.elements ?? [] {
                for state in package["statuses"]?.elements ?? [] where ranges.count < limits.maxRanges {
                    guard let name = BoundedText.name(package["name"]?.string, limits: limits),
                        let release = state["release_codename"]?.string.flatMap(UbuntuRelease.number),
                        var range = UbuntuState(state["status"]?.string, note: state["description"]?.string)?.range(
                            name
                        )
                    else { continue }
                    let pocket = BoundedText.name(state["pocket"]?.string, limits: limits) ?? "security"
                    let isPro = pocket == "security" && UbuntuRelease.isPro(version: range.fixed ?? "")
                    range.ecosystem = UbuntuRelease.key(number: release, channel: isPro ? "esm" : pocket)
                    range.severity = severity
                    ranges.append(range)
                }
            }
            counts.records += 1
            let record = AdvisoryRecord(
                id: id,
                provider: provider,
                severity: severity ?? .unknown,
                published: BoundedText.date(flaw["published"]?.string),
                modified: BoundedText.date(flaw["updated_at"]?.string),
                summary: BoundedText.clean(
                    (flaw["description"]?.string ?? "").trimmingSpaces,
                    maxBytes: limits.maxSummaryBytes
                ),
                urls: id.hasPrefix("CVE-") ? ["https://ubuntu.com/security/\(id)"] : [],
                affected: UbuntuRelease.withUnfixedRelease(ranges)
            )
            try emit(.advisory(record))
        }
        return counts
    }
}

/// The state of a flaw in a package of a release, in the words of Ubuntu's tracker (ubuntu-cve-tracker, README).
struct UbuntuState {
    private let word: String
    private let note: String

    /// `nil` for a word that says nothing about the package: it does not exist in the release (`DNE`), or nobody has looked.
    init?(_ word: String?, note: String?) {
        guard let word, word != "DNE", word != "" else { return nil }
        self.word = word
        self.note = note ?? ""
    }

    /// What is said about the package `name`, without its release; `nil` where the word is unknown.
    func range(_ name: String) -> AffectedRange? {
        var range = AffectedRange(ecosystem: "", package: name, scheme: .dpkg, fixState: .notFixed)
        switch word {
        case "released", "released-esm":
            // Without a version the fix is somewhere in the release, and nothing can be compared.
            guard let version = version else { return nil }
            range.fixed = version
            range.fixState = .fixed
        case "not-affected":
            range.fixed = AffectedRange.neverAffectedBound
            range.fixState = .fixed
        case "ignored": range.fixState = .wontFix
        case "needed", "deferred", "active", "pending": range.fixState = .notFixed
        case "needs-triage", "in-triage": range.fixState = .unknown
        default: return nil
        }
        return range
    }

    private var version: String? {
        let text = note.trimmingSpaces
        guard text.utf8.first.map({ $0 >= 48 && $0 <= 57 }) == true, text.utf8.count <= 128,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        return text
    }
}
