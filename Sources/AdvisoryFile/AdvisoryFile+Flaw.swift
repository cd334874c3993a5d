import Advisories
import GRDB
package import Matching

/// Looking up one flaw by any of its names; reads every record, so it is for questions that people ask.
extension AdvisoryFile {
    /// Most names that a flaw has; chains of aliases end there.
    private static let maxNames = 200

    /// All that the file says of the flaw or the bulletin `id`, in whatever case its letters are written.
    ///
    /// Names that lead to further records are followed; a bulletin about several flaws does not make one of them.
    package func flaw(named id: String) throws -> FlawAdvisories {
        var names: Set<String> = [id]
        var asked: Set<String> = []
        var records: [Int64: AdvisoryRecord] = [:]
        while !names.isSubset(of: asked), names.count <= Self.maxNames {
            let next = names.subtracting(asked).sorted()
            asked.formUnion(next)
            for (number, record) in try self.records(named: next) {
                records[number] = record
                // A bulletin that is itself asked for stays on its own; one that covers the flaw adds no names.
                if record.covers.isEmpty { names.formUnion([record.id] + record.aliases) }
            }
        }
        let known = Set(records.values.flatMap { [$0.id] + $0.aliases + $0.covers })
        names = Set(names.map { name in known.first { $0.lowercased() == name.lowercased() } ?? name })
        return FlawAdvisories(names: names, records: records, candidates: try ranges(of: Set(records.keys)))
    }

    /// The records that have one of `names` as their identifier, as an alias or among what they cover.
    private func records(named names: [String]) throws -> [Int64: AdvisoryRecord] {
        let folded = names.map { $0.lowercased() }
        let tests = folded.map { _ in
            "lower(id) = ? OR instr(lower(char(10) || aliases || char(10) || covers || char(10)), ?) > 0"
        }
        let sql = "SELECT \(StoredRecord.columns) FROM record WHERE \(tests.joined(separator: " OR ")) ORDER BY number"
        let arguments = StatementArguments(folded.flatMap { [$0, "\n\($0)\n"] })
        return try rows(sql, arguments) { row in (row[0] as Int64, StoredRecord.record(row)) }
            .reduce(into: [:]) { $0[$1.0] = $1.1 }
    }

    /// The ranges of the records with these numbers.
    private func ranges(of numbers: Set<Int64>) throws -> [Candidate] {
        guard !numbers.isEmpty else { return [] }
        let list = numbers.sorted().map(String.init).joined(separator: ", ")
        let sql = "SELECT \(StoredRange.columns) FROM affected WHERE record IN (\(list)) ORDER BY number"
        return try rows(sql, []) { row in Candidate(record: row[0], range: StoredRange.range(row)) }
    }
}
