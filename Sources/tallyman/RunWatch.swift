import Postgres
import Reports
import Store

/// Waits for the end of a run and shows its progress on a terminal.
struct RunWatch {
    let store: Store
    let run: Int

    /// How long the database may be away meanwhile: the run goes on when it is back, and so does the watch.
    private static let patience = Duration.seconds(120)
    /// Pause between two looks.
    private static let pause = Duration.milliseconds(250)
    /// Looks from one estimate of the time to the end to the next: each asks for all that ended lately.
    private static let looksPerEstimate = 8
    /// The most looks at a cancelled run whose images still wait: it is cleared just after, or in a few seconds where who
    /// cancelled it died.
    private static let looksWhileCleared = 40

    func untilFinished() async throws -> RunStatus {
        var waited = 0
        var clearing = 0
        var lastSeen = ContinuousClock.now
        var progress: RunProgress?
        while true {
            let status: RunStatus
            do {
                status = try await store.status(run: run)
                if ConsoleOutput.showsProgress, waited % Self.looksPerEstimate == 0 {
                    progress = try await store.progress(status)
                }
                lastSeen = .now
            } catch let error as PostgresError where error.isTransient && .now - lastSeen < Self.patience {
                ConsoleOutput.progress("run \(run): the database is away")
                try await Task.sleep(for: .seconds(1))
                continue
            }
            if status.run.state == .cancelled, status.pending > 0, clearing < Self.looksWhileCleared {
                clearing += 1
                try await Task.sleep(for: Self.pause)
                continue
            }
            if status.run.state.isFinished {
                ConsoleOutput.progress(nil)
                return status
            }
            ConsoleOutput.progress(line(status, progress))
            waited += 1
            if waited == 40, status.run.state == .requested {
                ConsoleOutput.error(
                    "run \(run) still waits for a coordinator: is `tallyman up` or `tallyman coordinator` running?"
                )
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    private func line(_ status: RunStatus, _ progress: RunProgress?) -> String {
        guard status.run.state == .running else {
            let folded = status.folded > 0 ? ", \(Figures.count(status.folded)) folded" : ""
            return "run \(run): \(status.run.state.rawValue), \(Figures.plural(status.found, "image")) found\(folded)"
        }
        let done = status.layersAnalysed + status.layersFailed
        let wanted = status.layersDistinct - status.layersReused
        let speed = progress?.bytes.perSecond.map { ", \(Figures.bytes(Int64($0)))/s" } ?? ""
        let eta = progress?.eta.map { ", ends in \($0)" } ?? ""
        let images = "\(status.found - status.pending)/\(status.found) images"
        return "run \(run): \(done)/\(wanted) layers, \(images)\(speed)\(eta)"
    }
}
