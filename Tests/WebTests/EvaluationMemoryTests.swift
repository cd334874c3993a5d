import Advisories
import AnchoreAPI
import Foundation
import Postgres
import ScanModel
import Store
import StoreBenchmark
import TallymanTesting
import Testing
import Web

@Suite("What judging images leaves for the next ones", .tags(.integration), .enabled(if: APIServer.isWanted))
struct EvaluationMemoryTests {
    private static let bundle = """
        {"id":"b","version":"1_0","policies":[{"id":"p","version":"1_0","rules":[
        {"id":"1","gate":"vulnerabilities","trigger":"package","action":"WARN","params":[
        {"name":"package_type","value":"all"},{"name":"severity","value":"unknown"},
        {"name":"severity_comparison","value":">="}]},
        {"id":"2","gate":"vulnerabilities","trigger":"package","action":"STOP","params":[
        {"name":"package_type","value":"all"},{"name":"cvss_v3_base_score","value":"7"}]}]}],
        "mappings":[{"name":"all","registry":"*","repository":"*","image":{"type":"tag","value":"*"},
        "policy_ids":["p"],"whitelist_ids":[]}]}
        """

    private static func fleet(in store: Store) async throws {
        try await FleetFiller(store: store, size: FleetSize(images: 12, packages: 2000, seed: 5), isReadable: true)
            .fill(daysAgo: 1)
        try await store.setPolicy(
            PolicyRecord(
                id: "b",
                account: "admin",
                isActive: false,
                createdAt: "",
                updatedAt: "",
                bundle: bundle,
                digest: "bundle"
            )
        )
        try await store.activatePolicy("b", of: "admin")
    }

    private static func names(_ store: Store, _ sql: String) async throws -> [String] {
        try await store.pool.run { try $0.execute(sql).map { try $0.string(0) } }
    }

    private static let ecosystems = ["gem": "RubyGems", "npm": "npm", "python": "PyPI"]

    /// One flaw of a package, which is named behind its type, as OSV tells it.
    private static func record(
        _ package: String,
        _ number: Int,
        alias: Int,
        fixed: String?,
        isBad: Bool
    ) -> [String: Any] {
        let names = package.split(separator: " ", maxSplits: 1).map(String.init)
        var events: [[String: String]] = [["introduced": "0"]]
        if let fixed { events.append(["fixed": fixed]) }
        let vector =
            isBad ? "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" : "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N"
        return [
            "id": "PYSEC-2099-\(number)", "aliases": ["CVE-2099-\(alias)"], "summary": "made up",
            "modified": "2026-01-01T00:00:00Z", "severity": [["type": "CVSS_V3", "score": vector]],
            "affected": [
                [
                    "package": ["ecosystem": ecosystems[names[0]] ?? "", "name": names[1]],
                    "ranges": [["type": "ECOSYSTEM", "events": events]],
                ]
            ],
        ]
    }

    private static func take(_ records: [[String: Any]], _ store: Store) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tallyman-\(UInt64.random(in: 0...(.max)))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A leftover folder harms no test.
        for (number, record) in records.enumerated() {
            try JSONSerialization.data(withJSONObject: record).write(to: folder.appending(path: "\(number).json"))
        }
        _ = try await store.importAdvisories(try AdvisoryImport(paths: [folder.path], provider: "made-up")) { _ in }
        _ = try await store.rematch()
    }

    @Test(
        "whatever passes change, images come to what they come to in a process that has judged none",
        arguments: 1...2
    )
    func sameAsAnew(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        try await APIServer.withStore { store in
            try await Self.fleet(in: store)
            let packages = try await Self.names(
                store,
                """
                SELECT DISTINCT type || ' ' || name FROM image_sets JOIN package_sets ON package_sets.id = set_id
                    CROSS JOIN LATERAL unnest(package_ids) AS listed(package_id)
                    JOIN packages ON packages.id = listed.package_id
                WHERE type IN ('gem', 'npm', 'python') ORDER BY 1 LIMIT 40
                """
            )
            let images = try await Self.names(
                store,
                """
                SELECT registries.host || '/' || repositories.name || ':' || tags.name
                FROM tags JOIN repositories ON repositories.id = repository_id JOIN registries ON registries.id = registry_id
                WHERE valid_until IS NULL ORDER BY 1
                """
            )
            try #require(packages.count >= 8 && images.count >= 10)
            let warm = try FleetPolicy(store: store, version: "1", moment: 1_800_000_000)
            var records = packages.enumerated().map { number, package in
                Self.record(package, number, alias: number, fixed: nil, isBad: false)
            }
            var outcomes: Set<String> = []
            for step in 0..<8 {
                // A flaw that is fixed, is worse, has another name, is gone, and one that is new.
                for _ in 0..<3 {
                    let number = random.below(records.count)
                    records[number] = Self.record(
                        packages[number % packages.count],
                        number,
                        alias: random.below(99),
                        fixed: random.oneIn(2) ? "\(random.below(9)).0" : nil,
                        isBad: random.oneIn(2)
                    )
                }
                records.append(
                    Self.record(
                        packages[random.below(packages.count)],
                        records.count,
                        alias: step,
                        fixed: nil,
                        isBad: true
                    )
                )
                try await Self.take(random.oneIn(4) ? Array(records.dropFirst(random.below(5))) : records, store)
                let fresh = try FleetPolicy(store: store, version: "1", moment: 1_800_000_000)
                for image in images {
                    let reference = try #require(ImageReference(image))
                    let known = try #require(try await warm.judgeAnew(reference, account: "admin"))
                    let anew = try #require(try await fresh.judgeAnew(reference, account: "admin"))
                    #expect(known.detail == anew.detail, "step \(step), \(image)")
                    outcomes.insert(known.detail)
                }
            }
            // Images, and steps, do differ.
            #expect(outcomes.count > 24)
        }
    }

    @Test("a pass that changes nothing leaves what is kept of matches, and every other one takes it away")
    func version() async throws {
        try await APIServer.withStore { store in
            try await Self.fleet(in: store)
            func version() async throws -> String? {
                try await Self.names(store, "SELECT matches_version::text FROM matching_rules").first
            }
            let package = try #require(
                try await Self.names(store, "SELECT min(type || ' ' || name) FROM packages WHERE type = 'python'").first
            )
            func take(_ records: [[String: Any]]) async throws -> String? {
                try await Self.take(records, store)
                return try await version()
            }
            let one = Self.record(package, 1, alias: 1, fixed: nil, isBad: false)
            var versions = [try await take([one])]
            #expect(try await take([one]) == versions[0])
            try await store.forgetMatching()
            _ = try await store.rematch()
            #expect(try await version() == versions[0])
            // Its other name, its vector, its fix, another flaw beside it, and none.
            versions.append(try await take([Self.record(package, 1, alias: 2, fixed: nil, isBad: false)]))
            versions.append(try await take([Self.record(package, 1, alias: 2, fixed: nil, isBad: true)]))
            versions.append(try await take([Self.record(package, 1, alias: 2, fixed: "99999", isBad: true)]))
            versions.append(try await take([one, Self.record(package, 2, alias: 9, fixed: nil, isBad: true)]))
            versions.append(try await take([one]))
            #expect(Set(versions).count == 6)
        }
    }
}
