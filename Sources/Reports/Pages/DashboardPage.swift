import ScanModel

/// The server's first page: where the fleet and its scanner stand.
package enum DashboardPage {
    /// The page as UTF-8; it expects to be served at `/` and to get `page` and `q` back as its query.
    ///
    /// Serve it with `PagePolicy.contentSecurityPolicy`.
    package static func render(_ model: DashboardModel) throws(ReportError) -> [UInt8] {
        let builds = model.advisories.inReportOrder()
        return try PageTemplates.render(
            "dashboard",
            [
                "title": "Fleet",
                "subtitle": subtitle(model, builds),
                "alerts": alerts(model, builds),
                "cards": PageParts.cards(model.totals),
                "charts": [PageParts.severityChart(model.totals.bySeverity)].compactMap(\.self),
                "hasRuns": !model.runs.isEmpty,
                "runs": model.runs.map(run),
                "hasWorkers": !model.workers.isEmpty,
                "workers": model.workers.sorted { ascending($0.name, $1.name) ?? false }.map(worker),
                "search": model.images.search,
                "imageTable": imageTable(model.images),
                "previous": PageParts.optional(previous(model.images)),
                "next": PageParts.optional(next(model.images)),
                "position": position(model.images),
                "hasAdvisories": !builds.isEmpty,
                "advisories": PageParts.advisories(builds),
            ]
        )
    }

    private static func subtitle(_ model: DashboardModel, _ builds: [ProviderBuild]) -> String {
        let workers = Figures.plural(model.workers.count, "worker")
        let advisories = builds.isEmpty ? "no advisories" : Figures.plural(builds.count, "advisory provider")
        return "\(Figures.plural(model.totals.images, "image")), \(workers), \(advisories)"
    }

    private static func alerts(_ model: DashboardModel, _ builds: [ProviderBuild]) -> [[String: Any]] {
        var alerts = PageParts.alerts(totals: model.totals, hasAdvisories: !builds.isEmpty, coverageGaps: 0)
        guard let latest = model.runs.first else { return alerts }
        switch latest.state {
        case "failed":
            let reason = latest.reason.isEmpty ? "it gave no reason" : latest.reason
            alerts.insert(PageParts.alert("bad", "The latest run failed:", reason), at: 0)
        case "cancelled":
            alerts.insert(
                PageParts.alert("warn", "The latest run was cancelled:", "it did not look at all that it was to."),
                at: 0
            )
        default: break
        }
        return alerts
    }

    private static func run(_ run: RunSummary) -> [String: Any] {
        let images = run.images
        return [
            "run": run.run, "state": run.state, "reason": PageParts.optional(run.reason), "started": run.started,
            "time": Figures.duration(seconds: run.seconds),
            "figures": [
                images.found, images.analysed, images.reused, images.unsupported, images.failed, images.gone,
            ].map(PageParts.figure),
            "fetched": Figures.bytes(run.bytes.fetched), "avoided": Figures.bytes(run.bytes.avoided),
        ]
    }

    private static func worker(_ worker: WorkerRow) -> [String: Any] {
        [
            "name": worker.name, "activity": worker.activity.isEmpty ? "idle" : worker.activity,
            "layers": Figures.count(worker.layersDone), "shards": Figures.count(worker.shards),
            "heard": "\(Figures.duration(seconds: worker.secondsSinceHeard)) ago",
        ]
    }

    private static func imageTable(_ page: ImagePage) -> [String: Any] {
        let caption =
            page.search.isEmpty
            ? Figures.plural(page.total, "image") : "\(Figures.plural(page.total, "image")) matching “\(page.search)”"
        return [
            "caption": caption, "note": [String](), "filter": [String](),
            "rows": page.images.map(PageParts.image),
        ]
    }

    private static func position(_ page: ImagePage) -> String {
        "Page \(Figures.count(page.page)) of \(Figures.count(page.lastPage))"
    }

    private static func previous(_ page: ImagePage) -> String {
        page.page > 1 ? path(page: min(page.page - 1, page.lastPage), search: page.search) : ""
    }

    private static func next(_ page: ImagePage) -> String {
        page.page < page.lastPage ? path(page: max(1, page.page + 1), search: page.search) : ""
    }

    private static func path(page: Int, search: String) -> String {
        let query = search.isEmpty ? "" : "&q=" + PURL.encode(search)
        return "/?page=\(page)\(query)#images"
    }
}
