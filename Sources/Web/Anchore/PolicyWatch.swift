import AnchoreAPI
import Logging
import Postgres
import Store

/// Judges the images whose verdicts somebody subscribed to anew, whenever what verdicts depend on has changed.
///
/// The verdict that differs is told by the transaction that keeps it, whoever asked for it.
package struct PolicyWatch: Sendable {
    private static let page = 200
    private static let interval = Duration.seconds(30)

    private let routes: AnchoreRoutes

    private var service: AnchoreService { routes.service }

    package init(service: AnchoreService) { routes = AnchoreRoutes(service: service) }

    /// Works until the task is cancelled; survives the loss of PostgreSQL.
    package func run() async {
        var last: String?
        while !Task.isCancelled {
            do {
                let basis = try await service.store.verdictBasis()
                if basis != last {
                    try await pass()
                    last = basis
                }
            } catch is CancellationError {
                return
            } catch {
                service.logger.warning("policies: \(error)")
            }
            try? await Task.sleep(for: Self.interval)  // a cancelled sleep ends the loop
        }
    }

    /// Looks at every subscription once, one image after the other: whoever waits for an answer comes first.
    package func pass() async throws {
        var last = (account: "", key: "")
        while true {
            let page = try await service.store.watchedVerdicts(after: last, limit: Self.page)
            for watched in page {
                try Task.checkCancellation()
                do {
                    try await judge(watched.key, AccountScope(account: watched.account, seesFleet: watched.seesFleet))
                } catch let error as AnchoreError {
                    service.logger.info("\(watched.key) is not judged: \(error.message)")
                } catch let error as PostgresError where error.isTransient || error.isCancellation {
                    throw error
                } catch let error where !(error is CancellationError) {
                    // An image that cannot be judged is no reason to judge none behind it.
                    service.logger.warning("\(watched.key) is not judged: \(error)")
                }
                last = (watched.account, watched.key)
            }
            guard page.count == Self.page else { return }
        }
    }

    private func judge(_ key: String, _ scope: AccountScope) async throws {
        guard let (registry, repository, tag) = AnchoreImageName(key)?.place,
            let policy = try await service.store.policy(nil, of: scope.account),
            let image = try await service.store.images(
                .tag(registry: registry, repository: repository, tag: tag),
                in: scope,
                withDockerfiles: false
            ).first, image.record.status == .analyzed
        else { return }
        let checks = PolicyChecks(routes: routes)
        _ = try await checks.verdicts(
            [PolicyChecks.Asked(image: image, tag: key)],
            try await checks.compiled(policy)
        )
    }
}
