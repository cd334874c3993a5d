import AnchoreAPI
import HTTPTypes
import Store

extension AnchoreRoutes {
    /// Images of one statement: few at first, so that the client sees an answer at once.
    private static let firstPartSize = 100
    private static let partSize = 1000
    private static let maxIDs = 200

    func addFleetRoutes(_ add: Add) {
        add(.get, "query/images/by_vulnerability", .role(.readOnly)) { try await byVulnerability($0) }
        add(.get, "query/images/by_package", .role(.readOnly)) { try await byPackage($0) }
        add(.get, "query/vulnerabilities", .role(.readOnly)) { try await queryVulnerabilities($0) }
    }

    private func byVulnerability(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        guard let id = try call.query("vulnerability_id") else {
            throw AnchoreError.badRequest("Missing query parameter 'vulnerability_id'")
        }
        let page = try FleetPage(page: try call.query("page"), limit: try call.query("limit"))
        let matches = try await service.store.imagesWith(
            vulnerability: id,
            package: try call.query("affected_package"),
            namespace: try call.query("namespace"),
            severity: try call.query("severity").map { try Self.severity($0) },
            vendorOnly: try call.flag("vendor_only", default: true),
            in: call.scope
        )
        return stream(matches, page, as: "vulnerable_packages", call.scope)
    }

    /// A word that is none must not read as that nothing was found.
    private static func severity(_ text: String) throws(AnchoreError) -> String {
        let known = ["unknown", "negligible", "low", "medium", "high", "critical"]
        guard known.contains(text.lowercased()) else {
            throw AnchoreError.badRequest("severity must be one of \(known.joined(separator: ", "))")
        }
        return text
    }

    private func byPackage(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        guard let name = try call.query("name") else {
            throw AnchoreError.badRequest("Missing query parameter 'name'")
        }
        let page = try FleetPage(page: try call.query("page"), limit: try call.query("limit"))
        let matches = try await service.store.imagesWith(
            package: name,
            version: try call.query("version"),
            types: try call.query("package_type").map { AnchorePackageType.types(named: $0) },
            in: call.scope
        )
        return stream(matches, page, as: "packages", call.scope)
    }

    /// The images of a page, some hundreds at a time.
    private func stream(
        _ matches: FleetMatches,
        _ page: FleetPage,
        as member: StaticString,
        _ scope: AccountScope
    ) -> AnchoreAnswer {
        let range = page.range(of: matches.count)
        let store = service.store
        return .parts { send in
            let packages = matches.packages.map(\.json.bytes)
            var text = JSONText()
            text.openObject()
            text.openArray("images")
            func write(_ images: [ListedImage], at part: Range<Int>) {
                var found = images[...]
                // Images that are no more since the question was answered are left out.
                for place in part where found.first?.number == matches.number(at: place) {
                    guard let image = found.popFirst() else { break }
                    text.openObject()
                    image.record.writeSummary("image", to: &text)
                    text.openArray(member)
                    for package in matches.packages(at: place) { text.element(json: packages[package]) }
                    text.closeArray()
                    text.closeObject()
                }
            }
            // Nothing else is asked before the first ones are on their way.
            var part = range.prefix(Self.firstPartSize)
            write(try await Self.images(at: part, of: matches, store, scope), at: part)
            try await send(text.take())
            part = range[part.endIndex...].prefix(Self.partSize)
            var images = try await Self.images(at: part, of: matches, store, scope)
            while !part.isEmpty {
                // The database looks for the next images while these are written.
                let nextPart = range[part.endIndex...].prefix(Self.partSize)
                async let next = Self.images(at: nextPart, of: matches, store, scope)
                write(images, at: part)
                try await send(text.take())
                (part, images) = (nextPart, try await next)
            }
            text.closeArray()
            for member in page.counts(returned: range.count, total: matches.count) { text.member(member) }
            text.closeObject()
            try await send(text.take())
        }
    }

    private static func images(
        at places: Range<Int>,
        of matches: FleetMatches,
        _ store: Store,
        _ scope: AccountScope
    ) async throws -> [ListedImage] {
        places.isEmpty ? [] : try await store.images(.numbers(places.map(matches.number(at:))), in: scope)
    }

    private func queryVulnerabilities(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let ids = (try call.query("id") ?? "").split(separator: ",").map(String.init)
        guard !ids.isEmpty, ids.count <= Self.maxIDs else {
            throw AnchoreError.badRequest("id must name 1 to \(Self.maxIDs) vulnerabilities")
        }
        let page = try FleetPage(page: try call.query("page"), limit: try call.query("limit"))
        let (package, version) = (try call.query("affected_package"), try call.query("affected_package_version"))
        guard version == nil || package != nil else {
            throw AnchoreError.badRequest("affected_package_version needs affected_package")
        }
        let namespaces = try call.query("namespace")?.lowercased().split(separator: ",").map(String.init)
        let all = try await service.store.vulnerabilities(ids, package: package, version: version)
            .filter { namespaces?.contains($0.namespace.lowercased()) ?? true }
        let rows = all[page.range(of: all.count)]
        return .json(
            .object(
                [JSONMember("vulnerabilities", .array(rows.map(\.json)))]
                    + page.counts(returned: rows.count, total: all.count)
            )
        )
    }
}
