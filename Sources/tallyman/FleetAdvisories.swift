import Advisories
import AdvisoryFile
import Store

/// Imports advisories into the fleet's database and matches what they touch.
enum FleetAdvisories {
    static func importIntoFleet(
        paths: [String],
        options: AdvisoryImport.Options,
        postgres: String
    ) async throws -> ImportReport {
        let source = try AdvisoryImport(paths: paths, options: options)
        let store = Store(url: postgres, connections: 2)
        try await Migrations.check(on: store.pool)
        let imported = try await store.importAdvisories(source) { progress in
            ConsoleOutput.progress("\(progress.provider): \(progress.records) records")
        }
        ConsoleOutput.progress(nil)
        if imported.hasChanged {
            let matched = try await store.rematch()
            ConsoleOutput.error(
                "\(imported.changedRecords) records changed; \(matched.packages) package versions matched: "
                    + "\(matched.opened) new findings, \(matched.reopened) reopened, \(matched.closed) fixed"
            )
        } else {
            ConsoleOutput.error("nothing new: the database holds these builds already")
        }
        await store.close()
        return imported.report
    }

    /// Remembers why nothing was imported.
    static func note(_ outcome: ImportOutcome, postgres: String) async throws {
        let store = Store(url: postgres, connections: 1)
        try await Migrations.check(on: store.pool)
        try await store.noteFeeds(outcome)
        await store.close()
    }

    /// What the fleet's database holds.
    static func status(postgres: String) async throws -> [ProviderStatus] {
        let store = Store(url: postgres, connections: 1)
        try await Migrations.check(on: store.pool)
        let providers = try await store.advisoryProviders()
        await store.close()
        return providers.map { provider in
            ProviderStatus(
                provider: provider.provider,
                build: provider.build,
                records: provider.records,
                imported: provider.importedAt,
                date: provider.date,
                problem: provider.problem.map { .init(reason: $0, since: provider.problemSince ?? "") }
            )
        }
    }
}
