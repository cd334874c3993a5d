import ArgumentParser
import CoreMetrics
import Logging
import Queue
import Store
import Telemetry
import Web

/// What a worker or a coordinator shows of itself: in Redis, for the server's `/metrics`, and over HTTP where wanted.
struct ProcessMetrics: Sendable {
    /// How often a process puts up what it counts.
    private static let interval = Duration.seconds(5)

    let part: String
    let process: String
    let board: ProcessBoard
    let counted: MetricsRegistry
    let pulse: Pulse
    let store: Store
    let logger: Logger

    /// Makes this process count, `first` from zero on; to be called once, before anything is counted.
    static func bootstrap(showing first: [FirstSeries.Series] = []) -> MetricsRegistry {
        let registry = MetricsRegistry()
        registry.begin(first)
        MetricsSystem.bootstrap(registry)
        return registry
    }

    /// Runs `service`, puts up what it counts, and listens on `address` where there is one, until `service` ends.
    func accompany(_ address: String?, _ service: @escaping @Sendable () async throws -> Void) async throws {
        let listener = try address.map { address in
            guard let made = server(address) else { throw UsageError("\(address) is not an address: HOST:PORT") }
            return made
        }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await service()
                return true
            }
            group.addTask {
                await post()
                return false
            }
            if let listener {
                group.addTask {
                    try await listener.run()
                    return false
                }
            }
            // A server that cannot listen ends the process, which then says so.
            while let isOver = try await group.next(), !isOver {}
            group.cancelAll()
        }
        await leave()
    }

    private var families: [MetricFamily] {
        let age = pulse.age
        let seconds = Double(age.components.seconds) + Double(age.components.attoseconds) / 1e18
        return counted.families() + ProcessFigures.families() + [
            MetricFamily(MetricNames.heartbeatAge, .gauge, [MetricSample((seconds * 1000).rounded() / 1000)])
        ]
    }

    private func server(_ address: String) -> ProcessServer? {
        ProcessServer(
            listen: address,
            figures: { families },
            live: [
                HealthCheck("loop") {
                    guard pulse.isAlive else {
                        throw UnavailableError("the main loop has not gone round for \(pulse.age)")
                    }
                }
            ],
            ready: [
                HealthCheck("postgresql") { try await Migrations.check(on: store.pool) },
                HealthCheck("redis") { try await board.ping() },
            ],
            logger: logger
        )
    }

    private func post() async {
        while !Task.isCancelled {
            do {
                let report = ProcessReport(
                    part: part,
                    process: process,
                    at: Double(try await board.seconds()),
                    families: families
                )
                try await board.post(process, try report.encoded())
            } catch {
                logger.debug("what this process counts does not reach Redis: \(error)")
            }
            try? await Task.sleep(for: Self.interval)  // a cancelled sleep ends the loop
        }
    }

    /// Takes its own notice down; one that stays is passed over after a minute.
    private func leave() async {
        let farewell = Task { try await board.remove([process]) }  // also while the process is being stopped
        _ = await farewell.result
        await board.close()
    }
}

/// Where a process shows what it counts.
struct MetricsOptions: ParsableArguments {
    @Option(
        name: .customLong("metrics"),
        help:
            "Where to listen for /metrics, /health/live and /health/ready, HOST:PORT; none, as is the default, for nowhere."
    )
    var address: String?

    func listen() throws -> String? {
        let address = try address ?? Settings()["metrics"]
        return address == "none" ? nil : address
    }
}
