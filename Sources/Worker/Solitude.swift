/// Lets pieces of work run side by side, and some of them alone; first come, first served.
actor Solitude {
    private var running = 0
    private var isTaken = false
    private var waiting: [(isAlone: Bool, turn: CheckedContinuation<Void, Never>)] = []

    /// Runs `body`, `alone` with nothing beside it.
    ///
    /// Cancellation does not shorten the wait for a turn, which ends with the work that is under way.
    nonisolated func run<Result: Sendable>(
        alone: Bool,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        await enter(alone: alone)
        do {
            let result = try await body()
            await leave()
            return result
        } catch {
            await leave()
            throw error
        }
    }

    private func enter(alone: Bool) async {
        if waiting.isEmpty, isFree(alone: alone) { return take(alone: alone) }
        // Whoever resumes the continuation has taken the turn for it.
        await withCheckedContinuation { waiting.append((alone, $0)) }
    }

    private func leave() {
        running -= 1
        isTaken = false
        while let next = waiting.first, isFree(alone: next.isAlone) {
            waiting.removeFirst()
            take(alone: next.isAlone)
            next.turn.resume()
        }
    }

    private func isFree(alone: Bool) -> Bool { running == 0 || !alone && !isTaken }

    private func take(alone: Bool) {
        running += 1
        isTaken = alone
    }
}
