import Bytes
import ScanModel

/// Imports records of the Open Source Vulnerability schema (ossf.github.io/osv-schema, 1.7), one in each file.
struct OSVImporter: OneRecordImporter {
    private static let marks: Set<String> = ["affected", "schema_version", "modified", "withdrawn"]

    func canRead(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            guard var members = try? JSONMembers(bytes) else { return false }  // Not an object: another format.
            var hasID = false
            var hasMark = false
            // A record that breaks off is still one of this format, and is counted when it is read.
            while let member = try? members.next() {
                if member.name == "@context" { return false }
                hasID = hasID || member.name == "id"
                hasMark = hasMark || Self.marks.contains(member.name)
                if hasID, hasMark { return true }
            }
            return false
        }
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? {
        guard file.content.count <= limits.maxRecordBytes else { return nil }
        let document = file.content.withUnsafeBytes { bytes in
            try? JSONReader.parse(bytes, maxDepth: limits.maxDepth)  // A damaged record has no say.
        }
        for entry in document?["affected"]?.elements ?? [] {
            guard let name = entry["package"]?["ecosystem"]?.string else { continue }
            let base = Ecosystem.slug(String(name.prefix { $0 != ":" }))
            guard Self.isName(base) else { continue }
            if base == "red-hat" { return "redhat-osv" }
            return Self.nativeProviders.contains(base) ? "\(base)-osv" : base
        }
        return nil
    }

    /// Whether it may name a provider: that stands in tables, files and messages.
    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
                case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "+"): true
                default: false
                }
            }
    }

    /// Names that other importers, or later ones, use for a distribution's own data.
    private static let nativeProviders: Set<String> = [
        "debian", "alpine", "ubuntu", "suse", "wolfi", "chainguard", "azure-linux", "photon-os", "epss", "kev",
    ]

    func items(of file: FeedFile, provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> [FeedItem] {
        let document = try RecordProblem.parseJSON(file, limits: limits)
        return [.advisory(try OSVRecord(document, limits: limits).normalized(provider: provider))]
    }
}
