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
            record.severity.rawValue, Lines.join(record.cvss.map { "\($0.version)\t\($0.score)\t\($0.vector)" }),
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
            cvss: Lines.split(row[6]).compactMap(vector),
            published: row[7],
            modified: row[8],
            withdrawn: row[9],
            summary: row[10],
            urls: Lines.split(row[11])
        )
    }

    private static func vector(_ line: String) -> CVSSVector? {
        let parts = line.split(separator: "\t").map(String.init)
        guard parts.count == 3, let score = Double(parts[1]) else { return nil }
        return CVSSVector(version: parts[0], vector: parts[2], score: score)
    }
}

/// A range as a row of `affected`.
enum StoredRange {
    static let columns = """
        record, ecosystem, package, scheme, introduced, fixed, last_affected, versions, is_enumeration, fix_state,
        severity, module, architectures
        """

    static func arguments(_ range: AffectedRange, number: Int64, record: Int64) -> StatementArguments {
        [
            number, record, range.ecosystem, range.package, range.scheme.rawValue, range.introduced, range.fixed,
            range.lastAffected, Lines.join(range.versions), range.isEnumeration, range.fixState.rawValue,
            range.severity?.rawValue, range.module, range.architectures.map(Lines.join),
        ]
    }

    /// The range of a row, whose first column is the record's number.
    static func range(_ row: Row) -> AffectedRange {
        AffectedRange(
            ecosystem: row[1],
            package: row[2],
            scheme: VersionScheme(rawValue: row[3]) ?? .generic,
            introduced: row[4],
            fixed: row[5],
            lastAffected: row[6],
            versions: Lines.split(row[7]),
            isEnumeration: row[8],
            fixState: FixState(rawValue: row[9]) ?? .unknown,
            severity: (row[10] as String?).flatMap(Severity.init(rawValue:)),
            module: row[11],
            architectures: (row[12] as String?).map(Lines.split)
        )
    }
}

/// Lists of texts without line ends, in one column.
enum Lines {
    static func join(_ texts: [String]) -> String { texts.joined(separator: "\n") }
    static func split(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }
}
