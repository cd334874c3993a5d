/// What is true of one run only, and so stays out of the fleet report: who, when, how long, how much.
package struct RunSummary: Hashable, Sendable, Codable {
    /// The run's identifier.
    package var run: String
    /// `queued`, `running`, `done`, `failed` and so on, as the run itself says.
    package var state: String
    /// Why the run is in that state; empty where the state says it all.
    package var reason: String
    /// ISO 8601, UTC; empty for a run that has not begun.
    package var started: String
    /// Wall-clock time from start to end, or to now.
    package var seconds: Double
    package var images: Images
    package var layers: Layers
    package var bytes: Traffic
    /// Workers that took part.
    package var workers: Int
    package var advisories: [ProviderBuild]
    /// How far the run is; only where somebody asks for the state of a run that has not ended.
    package var progress: RunProgress?

    package init(
        run: String,
        state: String,
        reason: String = "",
        started: String = "",
        seconds: Double = 0,
        images: Images = Images(),
        layers: Layers = Layers(),
        bytes: Traffic = Traffic(),
        workers: Int = 0,
        advisories: [ProviderBuild] = []
    ) {
        self.run = run
        self.state = state
        self.reason = reason
        self.started = started
        self.seconds = seconds
        self.images = images
        self.layers = layers
        self.bytes = bytes
        self.workers = workers
        self.advisories = advisories
    }

    /// Images, by outcome.
    package struct Images: Hashable, Sendable, Codable {
        package var found: Int
        package var analysed: Int
        package var reused: Int
        package var unsupported: Int
        package var failed: Int
        package var gone: Int

        package init(
            found: Int = 0,
            analysed: Int = 0,
            reused: Int = 0,
            unsupported: Int = 0,
            failed: Int = 0,
            gone: Int = 0
        ) {
            self.found = found
            self.analysed = analysed
            self.reused = reused
            self.unsupported = unsupported
            self.failed = failed
            self.gone = gone
        }

        /// Images that have an outcome.
        package var settled: Int { analysed + reused + unsupported + failed + gone }
    }

    /// Distinct layers, by outcome.
    package struct Layers: Hashable, Sendable, Codable {
        package var distinct: Int
        package var analysed: Int
        package var reused: Int
        package var failed: Int

        package init(distinct: Int = 0, analysed: Int = 0, reused: Int = 0, failed: Int = 0) {
            self.distinct = distinct
            self.analysed = analysed
            self.reused = reused
            self.failed = failed
        }
    }

    /// Compressed bytes fetched from registries, and those that sharing made needless.
    package struct Traffic: Hashable, Sendable, Codable {
        package var fetched: Int64
        package var avoided: Int64

        package init(fetched: Int64 = 0, avoided: Int64 = 0) {
            self.fetched = fetched
            self.avoided = avoided
        }
    }
}
