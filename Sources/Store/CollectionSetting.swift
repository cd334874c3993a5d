import Foundation
import Postgres
package import ScanModel

/// What the fleet collects of images' files; coordinators and workers read it, so that both have one analysis version.
extension Store {
    private static let collectionSetting = "collection"

    /// What is set, or the standard.
    package func collection() async throws -> CollectionPlan {
        let text = try await pool.run { session in
            try session.execute(
                "SELECT value FROM fleet_settings WHERE name = $1",
                [.text(Self.collectionSetting)]
            ).first?.string(0)
        }
        guard let text else { return .standard }
        return try JSONDecoder().decode(CollectionPlan.self, from: Data(text.utf8))
    }

    /// Sets what is collected from now on: every layer that a run names is then analysed anew.
    package func setCollection(_ plan: CollectionPlan) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(plan), as: UTF8.self)
        _ = try await pool.run { session in
            try session.execute(
                """
                INSERT INTO fleet_settings (name, value) VALUES ($1, $2)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = now()
                WHERE fleet_settings.value <> excluded.value
                """,
                [.text(Self.collectionSetting), .text(text)]
            ).affected
        }
    }
}
