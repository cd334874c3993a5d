/// A worker as the dashboard shows it.
package struct WorkerRow: Hashable, Sendable, Codable {
    package var name: String
    /// What it is doing, for people; empty when idle.
    package var activity: String
    package var layersDone: Int
    package var shards: Int
    /// Seconds since the last heartbeat.
    package var secondsSinceHeard: Double

    package init(
        name: String,
        activity: String = "",
        layersDone: Int = 0,
        shards: Int = 0,
        secondsSinceHeard: Double = 0
    ) {
        self.name = name
        self.activity = activity
        self.layersDone = layersDone
        self.shards = shards
        self.secondsSinceHeard = secondsSinceHeard
    }
}

/// One page of a longer list of images.
package struct ImagePage: Hashable, Sendable {
    package var images: [ImageRow]
    /// Images that the search finds, on all pages.
    package var total: Int
    /// The page shown, from 1.
    package var page: Int
    /// Images on a full page.
    package var size: Int
    /// What was searched for; empty for all images.
    package var search: String

    package init(images: [ImageRow] = [], total: Int = 0, page: Int = 1, size: Int = 100, search: String = "") {
        self.images = images
        self.total = total
        self.page = page
        self.size = size
        self.search = search
    }

    /// The number of the last page, at least 1.
    package var lastPage: Int {
        guard total > 0, size > 0 else { return 1 }
        return (total - 1) / size + 1
    }
}

/// What the server's first page shows.
package struct DashboardModel: Sendable {
    package var totals: FleetTotals
    package var advisories: [ProviderBuild]
    /// Latest first.
    package var runs: [RunSummary]
    package var images: ImagePage
    package var workers: [WorkerRow]

    package init(
        totals: FleetTotals,
        advisories: [ProviderBuild] = [],
        runs: [RunSummary] = [],
        images: ImagePage = ImagePage(),
        workers: [WorkerRow] = []
    ) {
        self.totals = totals
        self.advisories = advisories
        self.runs = runs
        self.images = images
        self.workers = workers
    }
}
