package import Logging
import Postgres
package import Store

/// What is done now and then, by whichever process comes first: runs over what subscriptions watch, and the rules of archives.
package struct FleetChores: Sendable {
    private static let interval = Duration.seconds(10)
    private static let archiveSeconds = 3600

    private let store: Store
    private let watchSeconds: Int
    private let logger: Logger

    /// `watchMinutes` is the time between two runs of the watch; 0 for none.
    package init(store: Store, watchMinutes: Int, logger: Logger) {
        self.store = store
        watchSeconds = watchMinutes * 60
        self.logger = logger
    }

    /// Works until the task is cancelled; survives the loss of PostgreSQL.
    package func run() async {
        while !Task.isCancelled {
            do {
                if watchSeconds > 0, let run = try await store.requestWatch(every: watchSeconds) {
                    logger.info("looking at what is watched", metadata: ["run": "\(run)"])
                }
                if let pass = try await store.applyArchiveRules(every: Self.archiveSeconds), !pass.isEmpty {
                    logger.info(
                        "archive rules",
                        metadata: ["archived": "\(pass.archived)", "deleted": "\(pass.deleted)"]
                    )
                }
            } catch is CancellationError {
                return
            } catch {
                logger.warning("chores: \(error)")
            }
            try? await Task.sleep(for: Self.interval)  // a cancelled sleep ends the loop
        }
    }
}
