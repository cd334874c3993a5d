import Bytes

/// Imports Red Hat's CSAF 2.0 documents (docs.oasis-open.org/csaf/csaf/v2.0), one a file: VEX, which says all there is
/// about one CVE, or security advisories.
struct RedHatCSAFImporter: AdvisoryImporter {
    /// The two kinds of documents, each a feed of its own.
    ///
    /// What a document is, its identifier tells: Red Hat has published advisories under the profile of VEX as well.
    enum Kind: Sendable {
        case vex, advisory
    }

    private let kind: Kind

    init(_ kind: Kind) { self.kind = kind }

    let isOneRecordPerFile = true

    func canRead(_ file: FeedFile) -> Bool {
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
        var isCSAF = false
        var hasPublisher = false
        var found: Kind?
        while let member = try? members.next() {
            switch member.name {
            case "category": isCSAF = text(of: member.value).hasPrefix("\"csaf_")
            case "publisher": hasPublisher = text(of: member.value).contains("redhat.com")
            case "tracking":
                guard let id = identifier(member.value) else { continue }
                found = id.hasPrefix("\"CVE-") ? .vex : .advisory
            default: continue
            }
        }
        return isCSAF && hasPublisher && found == kind
    }

    private func identifier(_ tracking: UnsafeRawBufferPointer) -> String? {
        guard var members = try? JSONMembers(tracking) else { return nil }  // Not ours.
        while let member = try? members.next() {  // Likewise.
            if member.name == "id" { return text(of: member.value) }
        }
        return nil
    }

    private func text(of value: UnsafeRawBufferPointer) -> String {
        String(decoding: value.prefix(1024), as: UTF8.self)
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? {
        kind == .vex ? "redhat" : "redhat-csaf"
    }

    func importRecords(
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
