import AnchoreAPI
import DedicatedThread
import FleetAPI
import Reports
import Store

extension FleetRoutes {
    /// Bytes of an export that are sent together.
    private static let partBytes = 64 << 10

    func addReportRoutes(_ table: inout Table) {
        table.add(Operations.listReports) { _ in .whole(Operations.reportKinds) }
        table.add(Operations.getNightlyReport) { call in
            let run = try await run(call)
            let before: Int? =
                if let since = call.number("since") {
                    try await finished(since, before: run)
                } else {
                    try await service.store.finishedRun(before: run)
                }
            let report = try await service.store.fleetReport(run: run, since: before)
            let bytes = try await service.threads.run { try ReportJSON.encode(report, layout: .compact) }
            return .bytes(bytes, mediaType: "application/json")
        }
        table.add(Operations.exportFindings) { call in
            let (run, store) = (try await run(call), service.store)
            return Self.export("findings", run, call, columns: FindingsCSV.columns) { row in
                try await store.exportFindings(run: run) { found in
                    try row(found) {
                        FindingsCSV.fields(
                            image: found.image,
                            digest: found.digest,
                            platform: found.platform,
                            found.finding
                        )
                    }
                }
            }
        }
        table.add(Operations.exportPackages) { call in
            let (run, store) = (try await run(call), service.store)
            return Self.export("packages", run, call, columns: ExportedPackage.columns) { row in
                try await store.forEachPackage(run: run) { found in try row(found) { found.values } }
            }
        }
        table.add(Operations.getRebuildPlan) { call in
            let run = try await run(call)
            let plan = try await service.store.rebuildPlan(
                run: run,
                asOf: try await service.store.lastDay(of: run),
                limit: try call.requiredNumber("limit")
            )
            return .json(plan.json)
        }
    }

    /// The run that the query names, or the newest over the fleet that is done.
    private func run(_ call: FleetCall) async throws -> Int {
        if let number = call.number("run") { return try await finished(number) }
        guard let run = try await service.store.finishedRun(before: nil) else {
            throw Problem.notFound("no run is done yet")
        }
        return run
    }

    /// A run that is done, and before the one that is compared with it.
    private func finished(_ number: Int, before run: Int) async throws -> Int {
        guard number < run else {
            throw Problem.notFound("there is no run \(number) before run \(run), the report's own")
        }
        return try await finished(number)
    }

    /// A run that is done.
    private func finished(_ number: Int) async throws -> Int {
        guard let run = try await service.store.listedRun(number), run.state == Run.State.done.rawValue else {
            throw Problem.notFound("there is no run \(number) that is done")
        }
        return number
    }

    /// Takes a row as a value, and as fields where those are wanted.
    private typealias RowWriter = @Sendable (any APIRecord, () -> [String]) throws -> Void

    /// Rows as lines of JSON or as a table; `produce` hands over one after another on one thread.
    private static func export(
        _ name: String,
        _ run: Int,
        _ call: FleetCall,
        columns: [String],
        _ produce: @escaping @Sendable (@escaping RowWriter) async throws -> Void
    ) -> FleetAnswer {
        let isTable = call.text("format") == "csv"
        return .export(
            mediaType: isTable ? "text/csv; charset=utf-8" : "application/x-ndjson",
            fileName: "\(name)-\(run).\(isTable ? "csv" : "ndjson")"
        ) { pipe in
            let lines = ExportLines(columns: isTable ? columns : nil, partBytes: partBytes)
            try await produce { record, fields in
                if let part = lines.append(record, fields) { try pipe.write(part) }
            }
            pipe.writeLast(lines.rest())
        }
    }
}
