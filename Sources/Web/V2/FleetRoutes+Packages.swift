import AnchoreAPI
import FleetAPI
import ScanModel
import Store

extension FleetRoutes {
    func addPackageRoutes(_ table: inout Table) {
        table.add(Operations.listPackages) { call in
            let page = try await service.store.packages(
                name: call.text("name"),
                version: call.text("version"),
                type: call.text("type"),
                try call.page()
            )
            return .page(page, call)
        }
        table.add(Operations.getPackage) { call in .json(try await package(call).json) }
        table.add(Operations.listPackageImages) { call in
            let page = try call.page()
            return .page(try await service.store.images(package: try await package(call).number, page), call)
        }
        table.add(Operations.listPackageVulnerabilities) { call in
            let page = try call.page()
            return .page(try await service.store.matches(package: try await package(call).number, page), call)
        }
    }

    /// The package that the path names.
    private func package(_ call: FleetCall) async throws -> APIPackage {
        let number = try call.requiredNumber("package")
        guard let found = try await service.store.package(number) else {
            throw Problem.notFound("there is no package \(number)")
        }
        return found
    }

    func addVulnerabilityRoutes(_ table: inout Table) {
        table.add(Operations.listVulnerabilities) { call in
            let page = try await service.store.vulnerabilities(
                severity: call.text("severity").flatMap(Severity.init(rawValue:)),
                isKEV: call.flag("kev"),
                isFixable: call.flag("isFixable"),
                try call.page()
            )
            return .page(page, call)
        }
        table.add(Operations.getVulnerability) { call in
            guard let found = try await service.store.vulnerability(try await vulnerability(call)) else {
                throw Self.noVulnerability
            }
            return .json(found.json)
        }
        table.add(Operations.listVulnerabilityPackages) { call in
            let page = try call.page()
            return .page(try await service.store.matches(vulnerability: try await vulnerability(call), page), call)
        }
        table.add(Operations.listVulnerabilityImages) { call in
            let page = try call.page()
            return .page(try await service.store.images(vulnerability: try await vulnerability(call), page), call)
        }
    }

    private static let noVulnerability = Problem.notFound("no package of the fleet has had this vulnerability")

    /// The number of the vulnerability that the path names.
    private func vulnerability(_ call: FleetCall) async throws -> Int {
        guard let number = try await service.store.vulnerabilityNumber(try call.required("vulnerability")) else {
            throw Self.noVulnerability
        }
        return number
    }
}
