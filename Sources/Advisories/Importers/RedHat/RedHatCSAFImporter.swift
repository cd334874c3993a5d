import Bytes

/// Imports Red Hat's CSAF 2.0 documents (docs.oasis-open.org/csaf/csaf/v2.0), one a file: VEX, which says all there is
/// about one CVE, or security advisories.
package struct RedHatCSAFImporter: AdvisoryImporter {
    /// The profiles of CSAF that are read (section 4), each a feed of its own.
    package enum Profile: String, Sendable {
        case vex = "csaf_vex"
        case advisory = "csaf_security_advisory"
    }

    private let profile: Profile

    package init(_ profile: Profile) { self.profile = profile }

    package let isOneRecordPerFile = true

    package func canRead(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            guard var members = try? JSONMembers(bytes) else { return false }  // Not an object: another format.
            // Red Hat puts `document` first; a document that breaks off behind it is counted when it is read.
            for _ in 0..<Self.maxMembers {
                guard let member = try? members.next() else { return false }
                if member.name == "document" { return isOurs(member.value) }
            }
            return false
        }
    }

    private static let maxMembers = 8

    private func isOurs(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard var members = try? JSONMembers(bytes) else { return false }
        var hasProfile = false
        var hasPublisher = false
        while let member = try? members.next() {
            let value = String(decoding: member.value.prefix(1024), as: UTF8.self)
            if member.name == "category" { hasProfile = value == "\"\(profile.rawValue)\"" }
            if member.name == "publisher" { hasPublisher = value.contains("redhat.com") }
        }
        return hasProfile && hasPublisher
    }

    package func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? {
        profile == .vex ? "redhat" : "redhat-csaf"
    }

    package func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        let records: [AdvisoryRecord]
        do throws(RecordProblem) {
            let document = try file.content.withUnsafeBytes { bytes throws(RecordProblem) in
                try RecordProblem.parse(bytes, limits: limits)
            }
            records = try RedHatCSAFDocument(document, limits: limits).normalized(provider: provider)
        } catch {
            counts.skip("\(file.name): \(error.reason)", limits: limits)
            return counts
        }
        for record in records {
            counts.records += 1
            try emit(.advisory(record))
        }
        return counts
    }
}
