import Bytes
import ScanModel
import XMLStream

/// Imports SUSE's bulletins in CVRF (ICASI CVRF 1.1, OASIS CVRF 1.2; ftp.suse.com/pub/projects/security/cvrf), one in each
/// document, which is read as a stream.
struct CVRFImporter: AdvisoryImporter {
    let isOneRecordPerFile = false

    func canRead(_ file: FeedFile) -> Bool {
        guard FeedFile.isXML(file.content) else { return false }
        let start = file.content.bytes(at: 0, count: min(file.content.count, 4096)) ?? []
        let text = String(decoding: start, as: UTF8.self)
        return text.contains("cvrfdoc") && text.contains("suse")
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "suse-cvrf" }

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        try file.readXML { reader in
            do {
                let document = try CVRFDocument(reader, limits: limits)
                counts.records += 1
                try emit(.advisory(try document.record(provider: provider, limits: limits)))
            } catch let problem as RecordProblem {
                counts.skip("\(file.name): \(problem.reason)", limits: limits)
            }
        }
        return counts
    }
}

/// One bulletin.
private struct CVRFDocument {
    private var id: String?
    private var title = ""
    private var published: String?
    private var modified: String?
    private var url: String?
    private var cves: Set<String> = []
    private var vectors: Set<CVSSVector> = []
    private var severities: [Severity] = []
    private var statements: SUSEStatements

    /// The words of a product status (CVRF 1.2, section 6.8).
    private static let statuses: [String: SUSEStatements.Status] = [
        "Fixed": .fixed, "First Fixed": .fixed, "Recommended": .fixed, "Known Affected": .affected,
        "Known Not Affected": .notAffected, "Under Investigation": .unknown,
    ]

    init(_ reader: XMLReader, limits: AdvisoryLimits) throws {
        statements = SUSEStatements(limits: limits)
        var path: [String] = []
        var status: SUSEStatements.Status?
        while let event = try reader.next() {
            switch event {
            case .end: path.removeLast()
            case .text: continue
            case .start(let element):
                let parent = path.last ?? ""
                switch (parent, element.name) {
                case ("cvrfdoc", "DocumentTitle"): title = try reader.elementText().trimmingSpaces
                case ("Identification", "ID"):
                    let text = try reader.elementText().trimmingSpaces
                    id = id ?? BoundedText.name(text, limits: limits)
                case (_, "InitialReleaseDate"): published = BoundedText.date(try reader.elementText().trimmingSpaces)
                case (_, "CurrentReleaseDate"): modified = BoundedText.date(try reader.elementText().trimmingSpaces)
                case ("Reference", "URL"):
                    let text = try reader.elementText().trimmingSpaces
                    url = url ?? text
                case ("Vulnerability", "CVE"):
                    let text = try reader.elementText()
                    if cves.count < limits.maxRanges { cves.formUnion(CVEText.identifiers(in: text)) }
                case ("ProductStatuses", "Status"):
                    status = element["Type"].flatMap { Self.statuses[$0] }
                    path.append(element.name)
                case ("Status", "ProductID"):
                    let product = try reader.elementText().trimmingSpaces
                    if let status { try statements.add(product, status) }
                case (_, "Vector"), (_, "VectorV3"):
                    let text = try reader.elementText()
                    if let vector = CVSS.parse(text), vectors.count < limits.maxAliases { vectors.insert(vector) }
                case ("Threat", "Description"):
                    let text = try reader.elementText().trimmingSpaces
                    if let severity = SeverityWord.severity(text), severities.count < limits.maxRanges {
                        severities.append(severity)
                    }
                default: path.append(element.name)
                }
            }
        }
    }

    func record(provider: String, limits: AdvisoryLimits) throws(RecordProblem) -> AdvisoryRecord {
        guard let id else { throw RecordProblem("no usable ID") }
        let isUsable = url.map { $0.hasPrefix("https://") && $0.utf8.count <= limits.maxURLBytes } ?? false
        return AdvisoryRecord(
            id: id,
            provider: provider,
            covers: cves.sorted(),
            severity: severities.max() ?? vectors.map(CVSS.severity).max() ?? .unknown,
            cvss: vectors.sorted { $0.version == $1.version ? $0.vector < $1.vector : $0.version > $1.version },
            published: published,
            modified: modified,
            summary: BoundedText.clean(title, maxBytes: limits.maxSummaryBytes),
            urls: isUsable ? [url].compactMap { $0 } : [],
            affected: statements.ranges
        )
    }
}
