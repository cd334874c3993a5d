import Advisories
import GRDB
import ScanModel
import Versions

/// A record as a row of `record`.
enum StoredRecord {
    static let columns = """
        number, id, provider, aliases, covers, severity, cvss, published, modified, withdrawn, summary, urls
        """

    static func arguments(_ record: AdvisoryRecord, number: Int64) -> StatementArguments {
        [
            number, record.id, record.provider, Lines.join(record.aliases), Lines.join(record.covers),
            record.severity.rawValue, StoredVectors.join(record.cvss),
            record.published, record.modified, record.withdrawn, record.summary, Lines.join(record.urls),
        ]
    }

    /// The record without its ranges.
    static func record(_ row: Row) -> AdvisoryRecord {
        AdvisoryRecord(
            id: row[1],
            provider: row[2],
            aliases: Lines.split(row[3]),
            covers: Lines.split(row[4]),
            severity: Severity(rawValue: row[5]) ?? .unknown,
            cvss: StoredVectors.split(row[6]),
            published: row[7],
            modified: row[8],
            withdrawn: row[9],
            summary: row[10],
            urls: Lines.split(row[11])
        )
    }
}

/// A range as a row of `affected`.
enum StoredRange {
    static let columns = """
        record, ecosystem, package, scheme, introduced, introduced_after, fixed, last_affected, versions,
        is_enumeration, fix_state, severity, module, architectures
        """

    static func arguments(_ range: AffectedRange, number: Int64, record: Int64) -> StatementArguments {
        [
            number, record, range.ecosystem, range.package, range.scheme.rawValue, range.introduced,
            range.introducedAfter, range.fixed, range.lastAffected, Lines.join(range.versions), range.isEnumeration,
            range.fixState.rawValue, range.severity?.rawValue, range.module, range.architectures.map(Lines.join),
        ]
    }

    /// The range of a row, whose first column is the record's number.
    static func range(_ row: Row) -> AffectedRange {
        AffectedRange(
            ecosystem: row[1],
            package: row[2],
            scheme: VersionScheme(rawValue: row[3]) ?? .generic,
            introduced: row[4],
            introducedAfter: row[5],
            fixed: row[6],
            lastAffected: row[7],
            versions: Lines.split(row[8]),
            isEnumeration: row[9],
            fixState: FixState(rawValue: row[10]) ?? .unknown,
            severity: (row[11] as String?).flatMap(Severity.init(rawValue:)),
            module: row[12],
            architectures: (row[13] as String?).map(Lines.split)
        )
    }
}

/// CVSS vectors in one column.
enum StoredVectors {
    static func join(_ vectors: [CVSSVector]) -> String {
        Lines.join(vectors.map { "\($0.version)\t\($0.score)\t\($0.vector)" })
    }

    static func split(_ text: String) -> [CVSSVector] {
        Lines.split(text).compactMap { line in
            let parts = line.utf8.split(separator: UInt8(ascii: "\t")).map(Substring.init)
            guard parts.count == 3, let score = Double(parts[1]) else { return nil }
            return CVSSVector(version: String(parts[0]), vector: String(parts[2]), score: score)
        }
    }
}

/// Lists of texts without line ends, in one column.
enum Lines {
    static func join(_ texts: [String]) -> String { texts.joined(separator: "\n") }

    static func split(_ text: String) -> [String] {
        // Most lists have one element or none.
        guard text.utf8.contains(UInt8(ascii: "\n")) else { return text.isEmpty ? [] : [text] }
        return text.utf8.split(separator: UInt8(ascii: "\n")).map { String(Substring($0)) }
    }
}
