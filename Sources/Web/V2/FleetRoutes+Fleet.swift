import AnchoreAPI
import FleetAPI
import Store
import VEX

extension FleetRoutes {
    func addFleetRoutes(_ table: inout Table) {
        table.add(Operations.getFleet) { _ in .json(try await service.store.fleetSummary().json) }
        table.add(Operations.listAdvisories) { _ in
            .whole(try await service.store.advisoryProviders().map(APIProvider.init))
        }
    }

    func addExceptionRoutes(_ table: inout Table) {
        table.add(Operations.listExceptions) { call in
            let page = try await service.store.exceptions(
                vulnerability: call.text("vulnerability"),
                hasEnded: call.flag("hasEnded"),
                try call.page()
            )
            return .page(page, call)
        }
        table.add(Operations.getException) { call in
            let number = try call.requiredNumber("exception")
            return .json(try await exception(number).json)
        }
        table.add(Operations.createException) { try await createException($0) }
        table.add(Operations.deleteException) { call in
            let number = try call.requiredNumber("exception")
            guard try await service.store.removeException(number) else { throw Self.noException(number) }
            return .nothing
        }
    }

    private static func noException(_ number: Int) -> Problem { .notFound("there is no exception \(number)") }

    private func exception(_ number: Int) async throws -> APIException {
        guard let found = try await service.store.exception(number) else { throw Self.noException(number) }
        return found
    }

    private func createException(_ call: FleetCall) async throws -> FleetAnswer {
        let exception: FindingException
        do throws(VEXError) {
            exception = try FindingException(
                id: call.body["vulnerability"]?.string ?? "",
                package: call.body["package"]?.string,
                reason: call.body["reason"]?.string ?? "",
                author: call.body["author"]?.string ?? call.principal?.user.name,
                expires: call.body["expires"]?.string,
                images: (call.body["images"]?.array ?? []).compactMap(\.string),
                source: "fleet",
                justification: call.body["justification"]?.string
            )
        } catch { throw Problem(400, "\(error)") }
        let kept = try await service.store.put(exception)
        let shown = try await self.exception(kept.number)
        return .made(shown.json, at: "\(Self.prefix)/exceptions/\(kept.number)", isNew: kept.isNew)
    }
}

extension APIProvider {
    init(_ provider: FleetProvider) {
        self.init(
            provider: provider.provider,
            build: provider.build,
            records: provider.records,
            importedAt: provider.importedAt.isEmpty ? nil : provider.importedAt,
            date: provider.date,
            problem: provider.problem,
            problemSince: provider.problemSince
        )
    }
}
