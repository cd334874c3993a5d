import Foundation
import Postgres
package import ScanModel

/// What the fleet collects of images' files; coordinators and workers read it, so that both have one analysis version.
extension Store {
    /// What somebody has set, and what policies have asked for where nobody has.
    private static let collectionSetting = "collection"
    private static let askedSetting = "collection-of-policies"

    /// What is set; else the standard, with what policies have asked for.
    package func collection() async throws -> CollectionPlan {
        try await pool.run { session in
            if let plan = try Self.collection(Self.collectionSetting, session) { return plan }
            return CollectionPlan.standard.union(try Self.collection(Self.askedSetting, session) ?? .nothing)
        }
    }

    /// Sets what is collected from now on: every layer that a run names is then analysed anew.
    package func setCollection(_ plan: CollectionPlan) async throws {
        try await pool.run { try Self.setCollection(plan, as: Self.collectionSetting, $0) }
    }

    /// Has what a policy asks for collected, too, from now on; whether that is more than before.
    ///
    /// Nothing changes where somebody has set what is collected, or it is all collected already. What was asked for once stays:
    /// each change has the fleet's layers analysed anew.
    package func widenCollection(by needs: CollectionPlan) async throws -> Bool {
        try await pool.transaction(attempts: 5, isolation: .repeatableRead) { session in
            guard try Self.collection(Self.collectionSetting, session) == nil else { return false }
            let asked = try Self.collection(Self.askedSetting, session) ?? .nothing
            let now = CollectionPlan.standard.union(asked)
            let wanted = now.union(needs)
            guard wanted != now else { return false }
            try Self.setCollection(asked.union(needs), as: Self.askedSetting, session)
            return true
        }
    }

    private static func collection(_ setting: String, _ session: PostgresSession) throws -> CollectionPlan? {
        let rows = try session.execute("SELECT value FROM fleet_settings WHERE name = $1", [.text(setting)])
        return try rows.first.map { row in
            try JSONDecoder().decode(CollectionPlan.self, from: Data(try row.string(0).utf8))
        }
    }

    private static func setCollection(
        _ plan: CollectionPlan,
        as setting: String,
        _ session: PostgresSession
    ) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        _ = try session.execute(
            """
            INSERT INTO fleet_settings (name, value) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = now()
            WHERE fleet_settings.value <> excluded.value
            """,
            [.text(setting), .text(String(decoding: try encoder.encode(plan), as: UTF8.self))]
        )
    }
}
