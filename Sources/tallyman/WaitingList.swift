import Reports
import Store

/// What a run waits for: each image without an outcome with its reasons.
struct WaitingList: Encodable {
    let run: Int
    let state: String
    /// What holds up the run as a whole; empty where it is its images.
    let reason: String
    let images: [WaitingImage]

    /// `redis` is the address of the server that holds the registries' budgets.
    static func read(_ run: Run, from store: Store, redis: String, limit: Int) async throws -> WaitingList {
        let hasLeader = try await store.hasLeader()
        let throttled = await ThrottledRegistries.read(redis: redis)
        let listing = try await store.listing(run: run.id, throttled: throttled)
        let reason =
            switch (run.state, hasLeader) {
            case (.done, _), (.failed, _), (.cancelled, _): "the run has ended"
            case (_, false): "no coordinator leads: is `tallyman up` or `tallyman coordinator` running?"
            case (.requested, true): "the coordinator takes it up in its next round"
            // The run may have been planned since it was read.
            case (.listing, true): listing ?? ""
            case (.running, true): ""
            }
        return WaitingList(
            run: run.id,
            state: run.state.rawValue,
            reason: reason,
            images: try await store.waitingImages(
                run: run.id,
                limit: limit,
                throttled: throttled
            )
        )
    }

    func print(as format: FleetCommand.Format) throws {
        guard format == .table else {
            ConsoleOutput.text(String(decoding: try ReportJSON.encode(self), as: UTF8.self))
            return
        }
        if !reason.isEmpty { ConsoleOutput.line("run \(run), \(state): \(reason)") }
        guard !images.isEmpty else {
            if reason.isEmpty { ConsoleOutput.line("run \(run), \(state): no image waits") }
            return
        }
        var table = TextTable([.init("IMAGE"), .init("WAITS FOR", shrinks: true)])
        for image in images { table.append(["\(image.image)", "\(image.reason)"]) }
        ConsoleOutput.text(table.render(ConsoleOutput.appearance))
    }
}
