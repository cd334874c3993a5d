import Matching
import Postgres
import ScanModel

/// The matches of a batch's packages that are open before the batch is written, and how the flaws in them are known.
///
/// Numbers and hashes, no texts: a delta of a thousand records reads tens of thousands of matches to find a few that differ.
struct OpenMatches: Sendable {
    fileprivate struct Place: Hashable {
        let package: Int
        let flaw: Int
    }

    /// A flaw as the fleet has it.
    private struct Known {
        let id: Int
        /// What ``Flaw/fingerprint`` was when it was last written.
        let fingerprint: Int?
    }

    fileprivate struct Match {
        /// The hash of what it says.
        let said: Int
        var isClaimed = false
    }

    private struct New: Hashable {
        let package: Int
        let flaw: String
    }

    private var matches: [Place: Match]
    /// What was claimed and is not open.
    private var new: Set<New> = []
    private var flaws: [String: Known] = [:]

    /// Reads what is open in `packages`, and what is known of the flaws in it.
    init(of packages: [Int], _ session: PostgresSession) throws {
        let rows = try Array(session.execute(Self.open, [.intArray(packages)])).parallelMap { row in
            Result { (place: Place(package: try row.int(0), flaw: try row.int(1)), said: try Self.hash(row)) }
        }
        matches = Dictionary(minimumCapacity: rows.count)
        var ids: Set<Int> = []
        for row in rows {
            let (place, said) = try row.get()
            ids.insert(place.flaw)
            matches[place] = Match(said: said)
        }
        try learn("id = ANY($1)", .intArray(ids.sorted()), session)
    }

    /// Reads what is known of those flaws that no open match is about.
    mutating func learn(of others: [NamedFlaw], _ session: PostgresSession) throws {
        let unknown = others.map(\.name).filter { flaws[$0] == nil }
        if !unknown.isEmpty { try learn("name = ANY($1)", .textArray(unknown.sorted()), session) }
    }

    private static let open = """
        SELECT package_id, vulnerability_id, severity, fix_state, provider, array_to_string(fixed_versions, E'\\x1F')
        FROM package_vulnerabilities WHERE package_id = ANY($1) AND found_until IS NULL
        """

    private static func hash(_ row: PostgresRow) throws -> Int {
        var hasher = Hasher()
        for column in 2...5 {
            try row.hash(column, into: &hasher)
            hasher.combine(UInt8(0))
        }
        return hasher.finalize()
    }

    private mutating func learn(_ condition: String, _ wanted: PostgresValue, _ session: PostgresSession) throws {
        for row in try session.execute("SELECT name, id, fingerprint FROM vulnerabilities WHERE \(condition)", [wanted])
        {
            flaws[try row.string(0)] = Known(id: try row.int(1), fingerprint: try row.optionalInt(2))
        }
    }

    /// Whether what the fleet has of this flaw says all that it says now.
    func isKnown(_ flaw: NamedFlaw) -> Bool { flaws[flaw.name]?.fingerprint == flaw.fingerprint }

    /// What a finding is beside what is open.
    enum Standing: Sendable {
        case same(OpenMatch)
        case changed(OpenMatch, StoredMatch)
        case new(StoredMatch)
    }

    /// Where an open match is kept: an index, good for these matches, of which none is added or taken out once they are read.
    struct OpenMatch: Sendable {
        fileprivate let index: Dictionary<Place, Match>.Index
    }

    /// Compares a finding with the open match in the same place, whoever has claimed it.
    func standing(of finding: Finding, package: Int) -> Standing {
        let match = StoredMatch(finding)
        guard let flaw = flaws[match.flaw], let index = matches.index(forKey: Place(package: package, flaw: flaw.id))
        else { return .new(match) }
        let open = OpenMatch(index: index)
        return matches.values[index].said == match.hash ? .same(open) : .changed(open, match)
    }

    /// Claims an open match; whether nothing had.
    mutating func claim(_ match: OpenMatch) -> Bool {
        defer { matches.values[match.index].isClaimed = true }
        return !matches.values[match.index].isClaimed
    }

    /// Whether nothing had claimed this place where none is open.
    mutating func claim(_ match: StoredMatch, package: Int) -> Bool {
        new.insert(New(package: package, flaw: match.flaw)).inserted
    }

    /// The matches that no finding claimed, in a fixed order.
    var ended: [(package: Int, flaw: Int)] {
        matches.lazy.filter { !$0.value.isClaimed }.map { (package: $0.key.package, flaw: $0.key.flaw) }.sorted {
            $0 < $1
        }
    }
}

/// What is kept of a finding in a package.
struct StoredMatch: Sendable {
    /// The name of the flaw.
    let flaw: String
    private let severity: String
    private let fixState: String
    private let fixedVersions: [String]
    private let provider: String
    /// The hash of what ``OpenMatches`` reads of such a match; the same in this process alone.
    let hash: Int

    init(_ finding: Finding) {
        flaw = StorableText.clean(finding.id)
        severity = finding.severity.rawValue
        fixState = finding.fixState.rawValue
        fixedVersions = finding.fixedVersions.map(StorableText.clean)
        provider = finding.provider
        var hasher = Hasher()
        for var text in [severity, fixState, provider, fixedVersions.joined(separator: "\u{1F}")] {
            // The same call on the same bytes as for a row; the hasher keeps none.
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            hasher.combine(UInt8(0))
        }
        hash = hasher.finalize()
    }

    /// name, severity, fix_state, fixed_versions, provider.
    var values: [PostgresValue] {
        [.text(flaw), .text(severity), .text(fixState), .textArray(fixedVersions), .text(provider)]
    }
}
