import Queue
import Reports
import Store

/// What a run waits for: each image without an outcome with its reasons.
struct WaitingList: Encodable {
    let run: Int
    let state: String
    /// What holds up the run as a whole; empty where it is its images.
    let reason: String
    let images: [WaitingImage]

    /// Seconds within which a worker gives a sign of life.
    private static let signOfLife = 10

    /// `redis` is the address of the server that holds the registries' budgets and knows the workers.
    static func read(_ run: Run, from store: Store, redis: String, limit: Int) async throws -> WaitingList {
        let hasLeader = try await store.hasLeader()
        let hasWorkers = await Self.hasWorkers(redis: redis)
        let throttled = await ThrottledRegistries.read(redis: redis)
        let listing = try await store.listing(run: run.id, throttled: throttled)
        let reason =
            switch (run.state, hasLeader) {
            case (.done, _), (.failed, _), (.cancelled, _): "the run has ended"
            case (_, false): "no coordinator leads: is `tallyman up` or `tallyman coordinator` running?"
            case (.requested, true): "the coordinator takes it up in its next round"
            // The run may have been planned since it was read.
            case (.listing, true): listing ?? ""
            case (.running, true):
                hasWorkers ? "" : "no worker gives a sign of life: is `tallyman up` or `tallyman worker` running?"
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

    /// Whether there is a worker, or nobody to ask: status is told without Redis.
    private static func hasWorkers(redis url: String) async -> Bool {
        let dispatcher = Dispatcher(url: url)
        let workers = try? await dispatcher.liveWorkers(within: signOfLife)  // see above
        await dispatcher.close()
        return workers?.isEmpty != true
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
