import LayerScan
import Logging
import Postgres
import Registry
import Store

extension Worker {
    func end(_ claim: Claim, after error: any Error, isLost: Bool, metadata: Logger.Metadata) async {
        if let error = error as? StoreError, error.code == .superseded {
            count(claim, "superseded")
            logger.warning("a late result was dropped: \(error)", metadata: metadata)
            return
        }
        if let error = error as? RegistryError, error.code == .throttled, !isLost, !Task.isCancelled {
            return await postpone(claim, after: error, metadata: metadata)
        }
        if let error = error as? PostgresError, error.isRefusalOfAll, !isLost, !Task.isCancelled {
            count(claim, "postponed")
            return await postpone(claim, until: error, metadata: metadata)
        }
        let want: Want? = isLost || Task.isCancelled ? nil : await want(of: claim, after: error)
        if want == .fullDisk {
            count(claim, "postponed")
            return await postpone(claim, untilRoom: TaskFailure(error), metadata: metadata)
        }
        let failure = want == .hopeless ? TaskFailure(hopeless: TaskFailure(error)) : TaskFailure(error)
        // Only these two stop a task; what calls itself cancelled for another reason has failed.
        let isGivenBack = isLost || Task.isCancelled
        count(claim, isLost ? "lease_lost" : isGivenBack ? "given_back" : "failed")
        // The claim must be ended even while the worker is being stopped, hence a task of its own, awaited here.
        let ending = Task {
            if isGivenBack {
                try await store.release(claim)
            } else if failure.isLoss {
                try await store.lose(claim, reason: failure.reason)
            } else {
                try await store.fail(claim, reason: failure.reason, isPermanent: failure.isPermanent)
            }
        }
        if case .failure(let second) = await ending.result {
            logger.warning("the claim could not be ended and will run out: \(second)", metadata: metadata)
        }
        if !isGivenBack { logger.warning("failed: \(failure.reason)", metadata: metadata) }
    }

    /// Why a layer that was alone with this worker found no room, and it is not the layer.
    private enum Want {
        /// There is none for any.
        case fullDisk
        /// Nobody has had any for long enough.
        case hopeless
    }

    private func want(of claim: Claim, after error: any Error) async -> Want? {
        guard (error as? LayerScanError)?.code == .noRoom else { return nil }
        let hasRoom = await hasRoom()
        room.miss(at: .now, isFull: !hasRoom)
        guard claim.isSuspect else { return nil }
        return room.isHopeless(at: .now) ? .hopeless : hasRoom ? nil : .fullDisk
    }

    /// Puts a task back whose result the database cannot take now, which is not the task's fault.
    ///
    /// Putting it back is a write too: while it fails, this slot waits, as there is nothing that it could do.
    private func postpone(_ claim: Claim, until database: PostgresError, metadata: Logger.Metadata) async {
        logger.warning("the result waits for the database: \(database)", metadata: metadata)
        for _ in 0..<settings.leaseSeconds where !Task.isCancelled {
            do {
                return try await store.postpone(claim, for: Double.random(in: 1...3))
            } catch {
                try? await Task.sleep(for: .seconds(1))  // a cancelled sleep ends the loop
            }
        }
        // The lease has run out by now, and the task is free again by that.
    }

    /// Puts a task back until its registry has room, so that this worker's place goes to another registry's.
    private func postpone(_ claim: Claim, after error: RegistryError, metadata: Logger.Metadata) async {
        let wait = min(max((error.retryAfter ?? .seconds(1)) / .seconds(1), 0.2), 60)
        do {
            // Spread, so that not all of a registry's tasks come back in one moment.
            try await store.postpone(claim, for: wait * Double.random(in: 1...1.25))
            logger.debug("postponed: \(error.message)", metadata: metadata)
        } catch {
            logger.warning("the claim could not be put back and will run out: \(error)", metadata: metadata)
        }
    }

    /// Puts a suspect back that this worker has no room for, whatever it is: that is no fault of its own.
    private func postpone(_ claim: Claim, untilRoom failure: TaskFailure, metadata: Logger.Metadata) async {
        do {
            try await store.postpone(claim, for: Double.random(in: 2...4))
            logger.warning("postponed: \(failure.reason)", metadata: metadata)
        } catch {
            logger.warning("the claim could not be put back and will run out: \(error)", metadata: metadata)
        }
    }
}
