import Advisories
import Matching

/// Advisories in memory.
struct TableSource: AdvisorySource {
    private var all: [Int64: AdvisoryRecord] = [:]

    init(_ records: [AdvisoryRecord]) {
        for (number, record) in records.enumerated() { all[Int64(number)] = record }
    }

    private var candidates: [Candidate] {
        all.sorted { $0.key < $1.key }.filter { !$0.value.isWithdrawn }.flatMap { number, record in
            record.affected.map { Candidate(record: number, range: $0) }
        }
    }

    func candidates(for keys: [PackageKey]) -> [PackageKey: [Candidate]] {
        let wanted = Set(keys)
        return Dictionary(grouping: candidates) { PackageKey(ecosystem: $0.range.ecosystem, name: $0.range.package) }
            .filter { wanted.contains($0.key) }
    }

    func records(_ numbers: Set<Int64>) -> [Int64: AdvisoryRecord] { all.filter { numbers.contains($0.key) } }

    func known(releases: Set<String>) -> Set<String> { releases.intersection(candidates.map(\.range.ecosystem)) }

    func epss(_ cves: Set<String>) -> [String: EPSSScore] { [:] }
    func kev(_ cves: Set<String>) -> [String: KEVEntry] { [:] }
    func enrichments(_ cves: Set<String>) -> [String: [CVEEnrichment]] { [:] }
}
