import Matching
import Postgres
package import Reports
import ScanModel

/// What a matching pass did.
package struct RematchSummary: Sendable {
    /// Distinct packages that were matched.
    package var packages = 0
    /// Matches that were never there before.
    package var opened = 0
    /// Matches that were there before and had ended.
    package var reopened = 0
    /// Matches that no longer hold.
    package var closed = 0
    /// The changes themselves, as many as were asked for.
    package var changes: [FindingChange] = []
    /// The state of the advisories that all packages are matched with, the number of their last import; 0 where there was none.
    package var state = 0
}

/// A match that a pass opened, opened again or ended.
package struct FindingChange: Sendable, Hashable {
    /// What became of the match.
    package enum Kind: String, Sendable, Codable, CaseIterable { case new, reopened, fixed }

    package var kind: Kind
    package var packageID: Int
    package var vulnerabilityID: Int
}

extension Store {
    /// Packages matched in one transaction; bounds the memory of a pass, not its result.
    package static let matchingBatch = 20_000

    /// Matches every distinct package that waits for it: those that are new, and those that a change of the advisories
    /// may touch.
    ///
    /// Each batch reads one snapshot of the advisories: candidates come in one join over the batch's keys, and matches
    /// that appear or disappear become or close validity intervals. Passes go one after the other, so that at the end of
    /// this one nothing that waited at its begin does.
    ///
    /// All changes are counted, and at most `changes` are named. A pass that is interrupted has its whole batches done; the
    /// next one goes on with the rest. With a `run`, only packages in its images are matched: who waits for it does not wait
    /// for what others have brought.
    package func rematch(
        naming changes: Int = 0,
        batch: Int = Store.matchingBatch,
        of run: Int? = nil
    ) async throws -> RematchSummary {
        try await takeRules()
        var total = RematchSummary()
        while true {
            let room = changes - total.changes.count
            let step = try await pool.withConnections { connection, spare in
                try await connection.transaction(attempts: 5, isolation: .repeatableRead) { session in
                    try RematchBatch(session, reader: PostgresSnapshotReader(on: spare), of: run)
                        .run(limit: batch, naming: room)
                }
            }
            total.packages += step.packages
            total.opened += step.opened
            total.reopened += step.reopened
            total.closed += step.closed
            total.changes += step.changes
            total.state = step.state
            guard step.packages == batch else { return total }
        }
    }

    /// Has every package of the fleet matched again by the next pass.
    package func forgetMatching() async throws {
        try await pool.transaction(attempts: 5) { session in
            try RematchBatch.exclude(session)
            try RematchBatch.askForAll(session)
        }
    }

    /// A program with newer rules than the last has all packages matched anew.
    private func takeRules() async throws {
        try await pool.transaction(attempts: 5) { session in
            guard try session.count("SELECT version FROM matching_rules") < Matcher.rules else { return }
            try RematchBatch.exclude(session)
            try RematchBatch.askForAll(session)
            _ = try session.execute("UPDATE matching_rules SET version = $1", [.int(Matcher.rules)])
        }
    }

    /// The changes of a pass as the findings that reports show, each with the number of tags that it concerns now.
    ///
    /// Asked in parts at once, on as many connections as there are: the images of a thousand records' changes take the
    /// database a third of a second. What a scan changes meanwhile may be in one part and not in another.
    ///
    /// With more than `manyPackages` in the changes most sets of packages are touched: the tags of all are counted then, while
    /// those sets are looked up.
    package func delta(of summary: RematchSummary, manyPackages: Int = 1000) async throws -> FleetDelta {
        let packages = Set(summary.changes.map(\.packageID)).sorted()
        // Every other one: those of a kind were seen first at about the same time, and are in as many images.
        async let firstSets = sets(of: stride(from: 0, to: packages.count, by: 2).map { packages[$0] })
        async let otherSets = sets(of: stride(from: 1, to: packages.count, by: 2).map { packages[$0] })
        let areMany = packages.count > manyPackages
        async let allTags = areMany ? ask { try $0.tags() } : [:]
        let named = try await ask { try $0.named(summary.changes) }
        let held = try await firstSets + otherSets
        let tags =
            areMany
            ? try await allTags : try await ask { try $0.tags(of: Set(held.lazy.flatMap(\.sets)).sorted()) }
        let images = Dictionary(held.map { ($0.package, $0.sets.reduce(0) { $0 + (tags[$1] ?? 0) }) }) { $0 + $1 }
        var delta = FleetDelta(since: "the last pass")
        for (kind, package, row) in named {
            var row = row
            row.imageCount = images[package] ?? 0
            switch kind {
            case .new: delta.new.append(row)
            case .reopened: delta.reopened.append(row)
            case .fixed: delta.fixed.append(row)
            }
        }
        return delta
    }

    private func sets(of packages: [Int]) async throws -> [RematchDelta.Held] {
        guard !packages.isEmpty else { return [] }
        return try await ask { try $0.sets(of: packages) }
    }

    private func ask<Answer: Sendable>(
        _ question: @escaping @Sendable (RematchDelta) throws -> Answer
    ) async throws -> Answer {
        try await pool.transaction(isolation: .repeatableRead) { try question(RematchDelta($0)) }
    }
}
