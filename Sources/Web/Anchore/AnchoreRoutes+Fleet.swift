import AnchoreAPI
import HTTPTypes
import Store

extension AnchoreRoutes {
    private static let pageSize = 500
    private static let maxIDs = 200

    func addFleetRoutes(_ add: Add) {
        add(.get, "query/images/by_vulnerability", .readOnly, false) { try await byVulnerability($0) }
        add(.get, "query/images/by_package", .readOnly, false) { try await byPackage($0) }
        add(.get, "query/vulnerabilities", .readOnly, false) { try await queryVulnerabilities($0) }
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
            severity: try call.query("severity"),
            vendorOnly: try call.flag("vendor_only", true),
            in: call.scope
        )
        return stream(matches, page, as: "vulnerable_packages", call.scope)
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
        as member: String,
        _ scope: AccountScope
    ) -> AnchoreAnswer {
        let range = page.range(of: matches.images.count)
        let envelope = page.envelope(returned: range.count, total: matches.images.count)
        let store = service.store
        return .parts {
            let parts = FleetParts(
                store: store,
                scope: scope,
                matches: matches,
                range: range,
                size: Self.pageSize,
                member: member,
                envelope: envelope
            )
            return { try await parts.next() }
        }
    }

    private func queryVulnerabilities(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let ids = (try call.query("id") ?? "").split(separator: ",").map(String.init)
        guard !ids.isEmpty, ids.count <= Self.maxIDs else {
            throw AnchoreError.badRequest("id must name 1 to \(Self.maxIDs) vulnerabilities")
        }
        let page = try FleetPage(page: try call.query("page"), limit: try call.query("limit"))
        let all = try await service.store.vulnerabilities(ids, package: try call.query("affected_package"))
        let rows = all[page.range(of: all.count)]
        return .json([
            "vulnerabilities": .array(Array(rows)), "page": .string("\(page.number)"),
            "returned_count": .int(rows.count), "total_count": .int(all.count),
        ])
    }
}

/// An answer about the fleet, in parts.
private actor FleetParts {
    private let store: Store
    private let scope: AccountScope
    private let matches: FleetMatches
    private let size: Int
    private let member: String
    private let after: String
    private let end: Int
    private var place: Int
    private var before: String?
    private var isFirst = true
    private var isAtEnd = false

    init(
        store: Store,
        scope: AccountScope,
        matches: FleetMatches,
        range: Range<Int>,
        size: Int,
        member: String,
        envelope: (before: String, after: String)
    ) {
        self.store = store
        self.scope = scope
        self.matches = matches
        self.size = size
        self.member = member
        place = range.lowerBound
        end = range.upperBound
        before = envelope.before
        after = envelope.after
    }

    func next() async throws -> [UInt8]? {
        guard !isAtEnd else { return nil }
        var part = Array((before ?? "").utf8)
        before = nil
        let chosen = matches.images[place..<min(place + size, end)]
        place += chosen.count
        if !chosen.isEmpty {
            let packages = Dictionary(chosen.map { ($0.number, $0.packages) }) { first, _ in first }
            for image in try await store.images(.numbers(chosen.map(\.number)), in: scope) {
                if !isFirst { part.append(UInt8(ascii: ",")) }
                isFirst = false
                let held = (packages[image.number] ?? []).map { matches.packages[$0].json }
                JSONValue.object([
                    JSONMember("image", image.record.summary), JSONMember(member, .array(held)),
                ]).append(to: &part)
            }
        }
        if place >= end {
            isAtEnd = true
            part.append(contentsOf: after.utf8)
        }
        return part
    }
}
