import Bytes
import ScanModel

/// Imports records of the CVE programme (CVE JSON schema 5.x, `CVE_Record_Format.json`) as CISA enriches them
/// (cisagov/vulnrichment): one JSON file a CVE, with SSVC, CVSS, weaknesses and CPE names.
struct CVERecordImporter: OneRecordImporter {
    private static let mark = Array(#""CVE_RECORD""#.utf8)
    /// The mark stands in one of the first members, before or behind the containers.
    private static let maxMembers = 8

    func canRead(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            guard var members = try? JSONMembers(bytes) else { return false }  // Not an object: another format.
            for _ in 0..<Self.maxMembers {
                // A record that breaks off is still one, and counted when it is read.
                guard let member = try? members.next() else { return false }
                if member.name == "dataType" { return member.value.elementsEqual(Self.mark) }
                guard ["containers", "cveMetadata", "dataVersion"].contains(member.name) else { return false }
            }
            return false
        }
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? {
        let hasCISA = file.content.firstOffset(of: Array("\"CISA-ADP\"".utf8)) != nil
        return hasCISA ? "vulnrichment" : "cve"
    }

    func items(of file: FeedFile, provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> [FeedItem] {
        let document = try RecordProblem.parseJSON(file, limits: limits)
        return try CVERecord(document, limits: limits).items(provider: provider)
    }
}
