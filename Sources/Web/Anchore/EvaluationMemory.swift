import DedicatedThread
import Policy
import ScanModel
import Store

/// What images share, kept for those that are judged next: layers, and the findings of packages.
///
/// All of it is named by what it was made of. The bounds come to some 150 MiB of memory in a fleet of images that share
/// little, which no server has for long.
struct EvaluationMemory: Sendable {
    /// A layer, decoded with what was collected of its files or without.
    struct LayerKey: Hashable {
        let content: LayerContentKey
        let withFiles: Bool
    }

    private struct FactsKey: Hashable {
        let matches: PackageMatches.Key
        let withScores: Bool
    }

    /// Stored bytes of layers that are kept decoded, twice: what the images of some batches share.
    private static let layerBytes = 4 << 20
    /// Matches that are kept, twice, and as many flaws: of some twenty images that share nothing.
    private static let matchCount = 32 << 10
    /// Into how many parts findings are divided to be made ready, and the least that one has.
    private static let parts = 2
    private static let minFindings = 200

    let layers = DecodedLayers<LayerKey>(maxBytes: layerBytes)
    let matches = RecentMatches(maxCount: matchCount)
    private let facts = RecentValues<FactsKey, [VulnerabilityFact]>(maxWeight: matchCount)

    /// The findings of some images as rules take them; those that are not at hand are made on several threads, as somebody
    /// may wait for one image with thousands.
    func findings(of material: EvaluationMaterial, withScores: Bool, on threads: ThreadPool) async throws
        -> SharedFindings
    {
        let keys = material.matches.map { FactsKey(matches: $0.key, withScores: withScores) }
        var known: [Int: [VulnerabilityFact]] = [:]
        var missing: [PackageMatches] = []
        for (matches, facts) in zip(material.matches, facts.known(keys)) {
            if let facts { known[matches.key.package] = facts } else { missing.append(matches) }
        }
        try await withThrowingTaskGroup(of: [(PackageMatches, [VulnerabilityFact])].self) { group in
            for part in Self.parts(of: missing) {
                group.addTask { try await threads.run { SharedFindings.facts(of: part, withScores: withScores) } }
            }
            for try await made in group {
                for (matches, facts) in made { known[matches.key.package] = facts }
                facts.keep(
                    made.map { (FactsKey(matches: $0.0.key, withScores: withScores), $0.1, weight: $0.1.count) }
                )
            }
        }
        return SharedFindings(material.findings, known)
    }

    /// Of about the same numbers of findings.
    private static func parts(of packages: [PackageMatches]) -> [[PackageMatches]] {
        let all = packages.map(\.records.count).reduce(0, +)
        let size = max(minFindings, (all + parts - 1) / parts)
        var parts: [[PackageMatches]] = []
        var room = 0
        for package in packages {
            if room <= 0 {
                parts.append([])
                room = size
            }
            parts[parts.count - 1].append(package)
            room -= package.records.count
        }
        return parts
    }
}
