import Advisories
import Matching

/// Advisories that keep count of the time it takes to read them, to tell it from the time of matching.
final class TimedAdvisories<Source: AdvisorySource>: AdvisorySource {
    private let source: Source
    private let clock = ContinuousClock()
    /// Spent in reading so far.
    private(set) var reading = Duration.zero

    init(_ source: Source) { self.source = source }

    private func timed<Value>(_ body: () throws -> Value) rethrows -> Value {
        let start = clock.now
        defer { reading += clock.now - start }
        return try body()
    }

    func candidates(for keys: [PackageKey]) throws -> [PackageKey: [Candidate]] {
        try timed { try source.candidates(for: keys) }
    }

    func records(_ numbers: Set<Int64>) throws -> [Int64: AdvisoryRecord] {
        try timed { try source.records(numbers) }
    }

    func known(releases: Set<String>) throws -> Set<String> { try timed { try source.known(releases: releases) } }
    func epss(_ cves: Set<String>) throws -> [String: EPSSScore] { try timed { try source.epss(cves) } }
    func kev(_ cves: Set<String>) throws -> [String: KEVEntry] { try timed { try source.kev(cves) } }

    func enrichments(_ cves: Set<String>) throws -> [String: [CVEEnrichment]] {
        try timed { try source.enrichments(cves) }
    }
}
