import Advisories
import Store

/// Imports advisories into the fleet's database and matches what they touch.
enum FleetAdvisories {
    static func importIntoFleet(paths: [String], provider: String?, postgres: String) async throws -> ImportReport {
        let source = try AdvisoryImport(paths: paths, provider: provider)
        let store = Store(url: postgres, connections: 2)
        try await Migrations.check(on: store.pool)
        let imported = try await store.importAdvisories(source) { progress in
            ConsoleOutput.progress("\(progress.provider): \(progress.records) records")
        }
        ConsoleOutput.progress(nil)
        if imported.hasChanged {
            let matched = try await store.rematch()
            ConsoleOutput.error(
                "\(matched.packages) package versions matched: \(matched.opened) new matches, \(matched.closed) ended"
            )
        } else {
            ConsoleOutput.error("nothing new: the database holds these builds already")
        }
        await store.close()
        return imported.report
    }
}
