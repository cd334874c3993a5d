import AnchoreAPI
import FleetAPI
import JobLifecycle
import Reports
import ScanModel
import Store

extension FleetRoutes {
    func addRunRoutes(_ table: inout Table) {
        table.add(Operations.listRuns) { call in
            let page = try await service.store.runs(
                state: call.text("state"),
                origin: call.text("origin"),
                try call.page()
            )
            return .page(page, call)
        }
        table.add(Operations.createRun) { try await createRun($0) }
        table.add(Operations.getRun) { call in
            let number = try call.requiredNumber("run")
            guard let run = try await service.store.runDetail(number) else { throw Self.noRun(number) }
            return .json(run.json)
        }
        table.add(Operations.cancelRun) { try await cancelRun($0) }
        table.add(Operations.listRunImages) { call in
            let run = try await run(call)
            let states = call.text("state").map { [$0] }
            return .page(try await service.store.images(run: run, states: states, try call.page()), call)
        }
        table.add(Operations.listRunFailures) { call in
            let run = try await run(call)
            let states = ImageOutcome.uncovered.map(\.rawValue)
            return .page(try await service.store.images(run: run, states: states, try call.page()), call)
        }
        table.add(Operations.listRunProblems) { call in
            .page(try await service.store.problems(run: try await run(call), try call.page()), call)
        }
        table.add(Operations.listRunWaiting) { call in
            let images = try await service.store.waitingImages(
                run: try await run(call),
                limit: try call.requiredNumber("limit"),
                throttled: await service.settings.throttledRegistries()
            )
            return .whole(images.map(APIWaitingImage.init))
        }
    }

    private static func noRun(_ number: Int) -> Problem { .notFound("there is no run \(number)") }

    /// The run that the path names.
    private func run(_ call: FleetCall) async throws -> Int {
        let number = try call.requiredNumber("run")
        guard try await service.store.listedRun(number) != nil else { throw Self.noRun(number) }
        return number
    }

    private func cancelRun(_ call: FleetCall) async throws -> FleetAnswer {
        let number = try call.requiredNumber("run")
        if case .ended(let state) = try await service.store.cancel(run: number) {
            throw Problem(409, "run \(number) has ended already: it is \(state.rawValue)")
        }
        guard let run = try await service.store.listedRun(number) else { throw Self.noRun(number) }
        return .made(run.json, at: "\(Self.prefix)/runs/\(number)", isNew: false)
    }

    private func createRun(_ call: FleetCall) async throws -> FleetAnswer {
        var targets = (call.body["targets"]?.array ?? []).compactMap(\.string).map {
            RegistryTarget($0)?.description ?? $0
        }
        if targets.isEmpty { targets = try await service.store.registries().map(\.host) }
        guard !targets.isEmpty else { throw Problem(409, "no target is named, and no registry was added") }
        guard try await service.store.waitingRuns() < Store.maxWaitingRuns else {
            throw Problem(409, "\(Store.maxWaitingRuns) runs wait for a coordinator already")
        }
        let number = try await service.store.requestRun(
            targets: targets,
            platform: call.body["platform"]?.string ?? "",
            priority: call.body["isInteractive"]?.bool == true ? 0 : 1
        )
        guard let run = try await service.store.listedRun(number) else { throw Self.noRun(number) }
        return .made(run.json, at: "\(Self.prefix)/runs/\(number)", isNew: true)
    }
}

extension APIWaitingImage {
    init(_ image: WaitingImage) {
        self.init(
            reference: image.image,
            reason: image.reason,
            blockers: image.blockers.map { blocker in
                Blocker(
                    kind: blocker.kind.rawValue,
                    digest: blocker.digest,
                    state: blocker.state.rawValue,
                    attempt: blocker.attempt,
                    failures: blocker.failures,
                    since: blocker.since,
                    worker: blocker.worker,
                    behind: blocker.behind,
                    error: blocker.error,
                    reason: blocker.reason
                )
            }
        )
    }
}
