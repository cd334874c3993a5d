import Crypto
import ScanModel
import Versions

/// The identity of a provider's content: the same records give the same build, whatever their order.
///
/// Each record is hashed with its fields in a fixed order; the build is the hash of the sorted record hashes, of the
/// provider's name and of the number of the normalised form.
struct ContentHash {
    /// Raised whenever the same feed is normalised into something else.
    static let form = 2

    /// A record's hash with its first eight bytes as a number, which is nearly always enough to order two.
    ///
    /// A hash gives its bytes only through a pointer, which is used within the call; it has 32 of them.
    private struct Record {
        let order: UInt64
        let digest: SHA256Digest

        init(_ digest: SHA256Digest) {
            self.digest = digest
            order = digest.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
        }

        static func precedes(_ left: Record, _ right: Record) -> Bool {
            guard left.order == right.order else { return left.order < right.order }
            return left.digest.withUnsafeBytes { leftBytes in
                right.digest.withUnsafeBytes { leftBytes.lexicographicallyPrecedes($0) }
            }
        }
    }

    private var records: [Record] = []

    mutating func add(_ item: FeedItem) {
        var fields = Fields()
        switch item {
        case .advisory(let record): fields.add(record)
        case .epss(let score):
            fields.add(score.cve)
            fields.add("\(score.score)")
            fields.add(score.percentile.map { "\($0)" })
        case .kev(let entry):
            fields.add(entry.cve)
            fields.add(entry.dateAdded)
            fields.add(entry.dueDate)
            fields.add(entry.ransomware ? "1" : "0")
            fields.add(entry.name)
        case .enrichment(let enrichment): fields.add(enrichment)
        case .support(let statement):
            fields.add(statement.ecosystem)
            fields.add(statement.package)
            fields.add(statement.kind.rawValue)
            fields.add(statement.date)
            fields.add(statement.lastVersion)
            fields.add(statement.note)
        }
        records.append(Record(fields.digest))
    }

    /// `sha256:…`.
    func build(provider: String) -> String {
        var hash = SHA256()
        hash.update(data: Array("\(Self.form) \(provider)\n".utf8))
        for record in records.sorted(by: Record.precedes) {
            record.digest.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        return Digest(sha256: hash.finalize()).description
    }
}

/// One record's fields as bytes without ambiguity: each with its length in front, `nil` as a mark of its own.
private struct Fields {
    private var bytes: [UInt8] = []

    var digest: SHA256Digest {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash.finalize()
    }

    mutating func add(_ text: String?) {
        guard let text else { return bytes.append(UInt8(ascii: "-")) }
        bytes.append(contentsOf: String(text.utf8.count).utf8)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func add(_ list: [String]) {
        add("\(list.count)")
        for text in list { add(text) }
    }

    mutating func add(_ enrichment: CVEEnrichment) {
        add(enrichment.cve)
        add(enrichment.severity.rawValue)
        add(enrichment.cvss.map { "\($0.version) \($0.vector) \($0.score)" })
        add(enrichment.published)
        add(enrichment.modified)
        add(enrichment.summary)
        add(enrichment.urls)
        add(enrichment.weaknesses)
        add(enrichment.ssvc.map { [$0.exploitation, $0.automatable, $0.technicalImpact] } ?? [])
        add(enrichment.knownExploited)
        add(enrichment.isRejected ? "1" : "0")
    }

    mutating func add(_ record: AdvisoryRecord) {
        add(record.id)
        add(record.aliases)
        add(record.covers)
        add(record.severity.rawValue)
        add(record.cvss.map { "\($0.version) \($0.vector) \($0.score)" })
        add(record.published)
        add(record.modified)
        add(record.withdrawn)
        add(record.summary)
        add(record.urls)
        add("\(record.affected.count)")
        for range in record.affected {
            add(range.ecosystem)
            add(range.package)
            add(range.scheme.rawValue)
            add(range.introduced)
            add(range.introducedAfter)
            add(range.fixed)
            add(range.lastAffected)
            add(range.versions)
            add(range.isEnumeration ? "1" : "0")
            add(range.fixState.rawValue)
            add(range.severity?.rawValue)
            add(range.module)
            add(range.architectures ?? [])
        }
    }
}
