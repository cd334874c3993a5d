import Catalogers
import LayerScan
import ScanModel
import Store
import Synchronization

/// How layers are analysed now: the fleet's setting of what is collected may change while a worker runs.
///
/// Version and scanner change together, so that no report carries the version of another analysis.
final class CollectionSwitch: Sendable {
    struct Analysis: Sendable {
        var version: String
        var scanner: LayerScanner
    }

    private struct State {
        var plan: CollectionPlan
        var analysis: Analysis
    }

    private let settings: WorkerSettings
    private let store: Store
    /// What is known of files by their contents, for all scanners.
    private let cache = ContentCache()
    private let state: Mutex<State>

    init(_ settings: WorkerSettings, store: Store) {
        self.settings = settings
        self.store = store
        state = Mutex(
            State(
                plan: .nothing,
                analysis: Self.analysis(.nothing, .nothing, settings: settings, cache: cache)
            )
        )
    }

    var analysis: Analysis { state.withLock { $0.analysis } }

    /// Reads the fleet's setting; throws where it cannot be read or used, and what was so far stays.
    func refresh() async throws {
        let plan = try await store.collection()
        guard state.withLock({ $0.plan }) != plan else { return }
        guard !plan.parts.contains(.malware) || settings.malware != nil else { throw NoMalwareScanner() }
        let new = State(
            plan: plan,
            analysis: Self.analysis(
                plan,
                try FileCollection(plan, malware: settings.malware),
                settings: settings,
                cache: cache
            )
        )
        state.withLock { $0 = new }
    }

    private static func analysis(
        _ plan: CollectionPlan,
        _ collection: FileCollection,
        settings: WorkerSettings,
        cache: ContentCache
    ) -> Analysis {
        Analysis(
            version: Catalogers.analysisVersion + plan.versionSuffix,
            scanner: LayerScanner(
                limits: settings.limits,
                selection: Catalogers.selection,
                scratchDirectory: settings.scratchDirectory,
                // What one worker cannot spool others can: a report must not depend on who came first.
                requiresScratch: true,
                cache: cache,
                costs: settings.costs,
                collection: collection
            )
        )
    }
}

/// The fleet's setting asks for what this worker cannot do.
struct NoMalwareScanner: Error, CustomStringConvertible {
    var description: String {
        "the fleet collects malware, and this worker knows no clamd: start it with --clamd, or TALLYMAN_CLAMD"
    }
}
