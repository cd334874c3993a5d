import Advisories
import Crypto
import Matching
import Postgres

/// A vulnerability as the fleet knows it once: what the findings in different packages say about it, taken together in
/// a way that does not depend on their order.
struct Flaw {
    /// Vectors that are kept of a flaw.
    private static let maxVectors = 8

    private var worst: Finding
    /// What several statements say together; `nil` where all say the same as ``worst``, as in most.
    private var together: (aliases: Set<String>, vectors: Set<CVSSVector>)?
    private var isExploited: Bool

    private init(_ finding: Finding) {
        worst = finding
        isExploited = finding.kev != nil
    }

    private var aliases: Set<String> { together?.aliases ?? Set(worst.aliases) }
    private var vectors: Set<CVSSVector> { together?.vectors ?? Set(worst.cvss) }

    /// The flaws of some packages' findings, in no order.
    static func of(_ findings: [[Finding]]) -> [Flaw] {
        var flaws: [String: Flaw] = [:]
        var taken: Set<ObjectIdentifier> = []
        for findings in findings {
            // By index: an iterator would hand out copies, and in most packages the same record says the same.
            for index in findings.indices where taken.insert(findings[index].accountID).inserted {
                flaws[findings[index].id, default: Flaw(findings[index])].add(findings[index])
            }
        }
        return Array(flaws.values)
    }

    private mutating func add(_ finding: Finding) {
        guard !Self.isSame(finding, worst) else { return }
        var (aliases, vectors) = (self.aliases, self.vectors)
        together = nil  // so that the sets grow in their place
        aliases.formUnion(finding.aliases)
        vectors.formUnion(finding.cvss)
        together = (aliases, vectors)
        isExploited = isExploited || finding.kev != nil
        if Self.precedes(finding, worst) { worst = finding }
    }

    private static func isSame(_ left: Finding, _ right: Finding) -> Bool {
        left.summary == right.summary && left.aliases == right.aliases && left.cvss == right.cvss
            && left.provider == right.provider && left.published == right.published
            && (left.kev == nil) == (right.kev == nil)
    }

    /// The highest score first; then whatever tells two statements apart.
    private static func precedes(_ left: Finding, _ right: Finding) -> Bool {
        let scores = (best(left)?.score ?? -1, best(right)?.score ?? -1)
        if scores.0 != scores.1 { return scores.0 > scores.1 }
        if left.summary.isEmpty != right.summary.isEmpty { return right.summary.isEmpty }
        return (left.provider, left.summary, left.published ?? "", best(left)?.vector ?? "")
            < (right.provider, right.summary, right.published ?? "", best(right)?.vector ?? "")
    }

    private static func best(_ finding: Finding) -> CVSSVector? {
        finding.cvss.max { ($0.score, $0.vector) < ($1.score, $1.vector) }
    }

    /// The vector with the highest score, then that of each other version with its highest, then the rest.
    ///
    /// Whoever asks for one version has its score although another gives more, be it in another publisher's record. None has
    /// a blank in it, by which they are told apart.
    private var storedVectors: String? {
        let sorted = vectors.filter { !$0.vector.contains(" ") }
            .sorted { ($0.score, $0.vector) > ($1.score, $1.vector) }
        var versions: Set<Substring> = []
        let first = sorted.filter { versions.insert($0.version.prefix(1)).inserted }
        let kept = (first + sorted.filter { !first.contains($0) }).prefix(Self.maxVectors).map(\.vector)
        return kept.isEmpty ? nil : StorableText.clean(kept.joined(separator: " "))
    }

    fileprivate var name: String { StorableText.clean(worst.id) }

    /// name, aliases, cvss_score, cvss_vector, is_kev, published, summary.
    fileprivate var row: [PostgresValue] {
        let best = Self.best(worst)
        return [
            .text(name), .textArray(aliases.sorted().map(StorableText.clean)),
            best.map { .double($0.score) } ?? .null, .text(storedVectors),
            .bool(isExploited),
            .text(worst.published.map(StorableText.clean)), .text(StorableText.clean(worst.summary)),
        ]
    }

    /// All that ``row`` says, as a number.
    fileprivate var fingerprint: Int {
        let best = Self.best(worst)
        var hash = SHA256()
        for field in [
            worst.id, "\(best?.score ?? -1)", storedVectors ?? "", "\(isExploited)", worst.published ?? "-",
            worst.summary,
        ] + aliases.sorted() {
            hash.update(data: Array(field.utf8) + [0])
        }
        return hash.finalize().prefix(8).reduce(0) { $0 << 8 | Int($1) }
    }
}

/// A flaw with the name and the number that it is found and compared by, which take a while to make.
struct NamedFlaw: Sendable {
    let name: String
    /// All that ``row`` says beside it, as a number.
    let fingerprint: Int
    private let flaw: Flaw

    init(_ flaw: Flaw) {
        self.flaw = flaw
        name = flaw.name
        fingerprint = flaw.fingerprint
    }

    /// name, aliases, cvss_score, cvss_vector, is_kev, published, summary, fingerprint.
    var row: [PostgresValue] { flaw.row + [.int(fingerprint)] }
}
