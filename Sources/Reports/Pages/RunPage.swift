/// The page `run.html`: what one run did, for the people who operate it.
enum RunPage {
    /// Renders the page; what `report` tells of the releases is judged by the day of the run.
    static func render(_ run: RunSummary, report: FleetReport) throws(ReportError) -> [UInt8] {
        let builds = run.advisories.inReportOrder()
        return try PageTemplates.render(
            "run",
            [
                "title": "Run \(run.run)",
                "run": run.run,
                "state": run.state,
                "reason": run.reason,
                "alerts": alerts(run),
                "cards": cards(run),
                "groups": groups(run),
                "outOfSupport": UnsupportedReleases.fields(report, day: String(run.started.prefix(10))),
                "hasAdvisories": !builds.isEmpty,
                "advisories": PageParts.advisories(builds),
            ]
        )
    }

    private static func alerts(_ run: RunSummary) -> [[String: Any]] {
        let open = run.images.found - run.images.settled
        guard open > 0 else { return [] }
        return [PageParts.alert("warn", "Not finished.", "\(Figures.plural(open, "image")) without an outcome yet.")]
    }

    private static func cards(_ run: RunSummary) -> [[String: Any]] {
        let total = Double(run.bytes.fetched) + Double(run.bytes.avoided)
        let share = total > 0 ? Figures.decimal(Double(run.bytes.avoided) / total * 100, places: 1) + "% of all" : "–"
        let rate = run.seconds > 0 ? Double(run.images.settled) / run.seconds * 3600 : 0
        return [
            PageParts.card(
                "Images",
                Figures.count(run.images.found),
                "\(Figures.count(run.images.analysed)) analysed, \(Figures.count(run.images.reused)) reused"
            ),
            PageParts.card(
                "Time",
                Figures.duration(seconds: run.seconds),
                rate > 0 && rate < 1e12 ? "\(Figures.count(Int64(rate.rounded()))) images an hour" : "",
                kind: "t-good"
            ),
            PageParts.card("Fetched", Figures.bytes(run.bytes.fetched), "compressed bytes from registries"),
            PageParts.card("Avoided", Figures.bytes(run.bytes.avoided), share, kind: "t-good"),
        ]
    }

    private static func groups(_ run: RunSummary) -> [[String: Any]] {
        func facts(_ pairs: [(String, String)]) -> [[String: Any]] {
            pairs.filter { !$0.1.isEmpty }.map { ["name": $0.0, "value": $0.1] }
        }
        return [
            [
                "heading": "Images",
                "facts": facts([
                    ("Found", Figures.count(run.images.found)), ("Analysed", Figures.count(run.images.analysed)),
                    ("Reused", Figures.count(run.images.reused)),
                    ("Unsupported", Figures.count(run.images.unsupported)),
                    ("Failed", Figures.count(run.images.failed)), ("Gone", Figures.count(run.images.gone)),
                ]),
            ],
            [
                "heading": "Layers",
                "facts": facts([
                    ("Distinct", Figures.count(run.layers.distinct)), ("Analysed", Figures.count(run.layers.analysed)),
                    ("Reused", Figures.count(run.layers.reused)), ("Failed", Figures.count(run.layers.failed)),
                ]),
            ],
            [
                "heading": "Run",
                "facts": facts([("Started", run.started), ("Workers", Figures.count(run.workers))]),
            ],
        ]
    }
}
