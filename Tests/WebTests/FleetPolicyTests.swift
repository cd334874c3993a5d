import AnchoreAPI
import Compliance
import Policy
import Postgres
import ScanModel
import Store
import StoreBenchmark
import TallymanTesting
import Testing
import Web

@Suite("Policies over the fleet", .tags(.integration), .enabled(if: APIServer.isWanted))
struct FleetPolicyTests {
    private static let day = 86_400

    private static func text(_ seconds: Int) -> String { PolicyInstant(seconds: Int64(seconds)).text }

    /// Bundles that read more and less of an image's surroundings; one has exemptions that end.
    private static func bundles(_ start: Int) -> [String] {
        func bundle(_ rules: [String], _ items: [String] = []) -> String {
            """
            {"id":"b","version":"1_0","policies":[{"id":"p","version":"1_0","rules":[\(rules.joined(separator: ","))]}],
            "whitelists":[{"id":"w","version":"1_0","items":[\(items.joined(separator: ","))]}],
            "mappings":[{"name":"all","registry":"*","repository":"*","image":{"type":"tag","value":"*"},
            "policy_ids":["p"],"whitelist_ids":["w"]}]}
            """
        }
        var number = 0
        func rule(_ gate: String, _ trigger: String, _ parameters: [String: String], _ action: String = "STOP")
            -> String
        {
            number += 1
            let list = parameters.sorted { $0.key < $1.key }.map {
                "{\"name\":\"\($0.key)\",\"value\":\"\($0.value)\"}"
            }
            return """
                {"id":"\(number)","gate":"\(gate)","trigger":"\(trigger)","action":"\(action)",
                "params":[\(list.joined(separator: ","))]}
                """
        }
        let bad = rule("vulnerabilities", "package", ["package_type": "all", "severity": "medium"])
        let aged = rule("vulnerabilities", "package", ["package_type": "all", "max_days_since_creation": "6"])
        let fixed = rule(
            "vulnerabilities",
            "package",
            ["package_type": "all", "fix_available": "true", "max_days_since_fix": "5"]
        )
        let scored = rule("vulnerabilities", "package", ["package_type": "all", "cvss_v3_base_score": "7"], "WARN")
        let old = rule("vulnerabilities", "stale_feed_data", ["max_days_since_sync": "3"])
        let unknown = rule("vulnerabilities", "vulnerability_data_unavailable", [:], "WARN")
        let itself = rule("dockerfile", "instruction", ["instruction": "USER", "check": "not_exists"])
        let items = (0..<6).map { flaw in
            """
            {"id":"\(flaw)","gate":"vulnerabilities","trigger_id":"CVE-2099-\(flaw)+*",
            "expires_on":"\(Self.text(start + (flaw + 1) * 2 * day + flaw * 3600))"}
            """
        }
        let byVendor = rule(
            "vulnerabilities",
            "package",
            [
                "package_type": "all", "severity": "negligible", "severity_comparison": ">=",
                "vendor_cvss_v3_base_score": "7",
            ]
        )
        return [
            bundle([bad, itself]), bundle([bad, aged, old], items), bundle([scored, unknown, bad, fixed], items),
            bundle([itself]), bundle([byVendor]),
        ]
    }

    /// A fleet of twenty images in `server`, with two accounts that judge it by the same bundle.
    private static func fill(_ store: Store, start: Int) async throws {
        try await FleetFiller(store: store, size: FleetSize(images: 20, packages: 2000, seed: 3), isReadable: true)
            .fill(daysAgo: 1)
        try await execute(
            store,
            """
            INSERT INTO accounts (name, kind, state) VALUES ('anew', 'user', 'enabled');
            INSERT INTO advisory_providers (provider, build, records, skipped, checked_at)
            VALUES ('debian', 'x', 1, 0, to_timestamp(\(start)));
            """
        )
    }

    private static func execute(_ store: Store, _ sql: String) async throws {
        try await store.pool.run { try $0.script(sql) }
    }

    private static func numbers(_ store: Store, _ sql: String) async throws -> [Int] {
        try await store.pool.run { try $0.execute(sql).map { try $0.int(0) } }
    }

    private static func set(_ bundle: Int, _ store: Store, start: Int) async throws {
        for account in ["admin", "anew"] {
            try await store.setPolicy(
                PolicyRecord(
                    id: "b",
                    account: account,
                    isActive: false,
                    createdAt: "",
                    updatedAt: "",
                    bundle: bundles(start)[bundle],
                    digest: "bundle-\(bundle)"
                )
            )
            try await store.activatePolicy("b", of: account)
        }
    }

    /// The newest evaluations: what each came to, when it was made, and until when it holds.
    private static func evaluations(_ store: Store, _ account: String) async throws
        -> [Int: (outcome: [UInt8], made: String, validUntil: Int)]
    {
        try await store.pool.run { session in
            var found: [Int: (outcome: [UInt8], made: String, validUntil: Int)] = [:]
            for row in try session.execute(
                """
                SELECT DISTINCT ON (manifest_id) manifest_id, outcome_digest, evaluated_at::text,
                    coalesce(extract(epoch FROM valid_until)::bigint, 9999999999)
                FROM policy_evaluations WHERE account = $1 ORDER BY manifest_id, id DESC
                """,
                [.text(account)]
            ) { found[try row.int(0)] = (try row.bytes(1), try row.string(2), try row.int(3)) }
            return found
        }
    }

    /// The images that hold a package by its number, as SQL.
    private static func holders(_ package: Int) -> String {
        "SELECT DISTINCT manifest_id FROM image_sets JOIN package_sets ON package_sets.id = set_id "
            + "WHERE \(package) = ANY(package_ids)"
    }

    /// One change; returns the images that may have to be judged again, `nil` for all.
    private static func change(
        _ store: Store,
        _ random: inout SeededRandom,
        _ moment: inout Int
    ) async throws -> Set<Int>? {
        let package = try await numbers(
            store,
            """
            SELECT listed.id FROM image_sets JOIN package_sets ON package_sets.id = set_id
                CROSS JOIN LATERAL unnest(package_ids) AS listed(id) ORDER BY md5(listed.id || '\(random.next())') LIMIT 1
            """
        )[0]
        let flaw = random.below(12)
        let severity = ["low", "medium", "high", "critical"][random.below(4)]
        let vector = ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N"][
            random.below(2)
        ]
        let ofFlaw = """
            SELECT DISTINCT manifest_id FROM image_sets JOIN package_sets ON package_sets.id = set_id
                JOIN package_vulnerabilities AS known ON known.package_id = ANY(package_ids)
                JOIN vulnerabilities ON vulnerabilities.id = vulnerability_id
            WHERE vulnerabilities.name = 'CVE-2099-\(flaw)'
            """
        switch random.below(14) {
        case 0, 1, 2:
            try await execute(
                store,
                """
                INSERT INTO vulnerabilities (name, aliases, cvss_vector, is_kev, summary)
                VALUES ('CVE-2099-\(flaw)', '{}', '\(vector)', false, '') ON CONFLICT DO NOTHING;
                INSERT INTO package_vulnerabilities (package_id, vulnerability_id, severity, fix_state, fixed_versions,
                    provider, found_from, found_state)
                SELECT \(package), id, '\(severity)', 'fixed', '{9}', 'debian',
                    to_timestamp(\(moment - random.below(8 * day))), 0
                FROM vulnerabilities WHERE name = 'CVE-2099-\(flaw)' ON CONFLICT DO NOTHING;
                """
            )
            return Set(try await numbers(store, holders(package)))
        case 3:
            let touched = try await numbers(store, ofFlaw)
            try await execute(
                store,
                """
                UPDATE package_vulnerabilities SET found_until = now() FROM vulnerabilities
                WHERE vulnerabilities.id = vulnerability_id AND name = 'CVE-2099-\(flaw)' AND found_until IS NULL
                """
            )
            return Set(touched)
        case 4:
            try await execute(
                store,
                """
                UPDATE package_vulnerabilities SET severity = '\(severity)', fix_state = 'not-fixed', fixed_versions = '{}'
                FROM vulnerabilities WHERE vulnerabilities.id = vulnerability_id AND name = 'CVE-2099-\(flaw)'
                """
            )
            return Set(try await numbers(store, ofFlaw))
        case 5:
            // What no rule reads changes no verdict, and makes no work.
            try await execute(
                store,
                """
                UPDATE vulnerabilities SET epss = \(Double(flaw) / 12), is_kev = NOT is_kev, summary = 'x\(flaw)';
                UPDATE package_vulnerabilities SET provider = 'p\(flaw)';
                INSERT INTO advisory_states (builds) VALUES ('x');
                UPDATE advisory_providers SET checked_at = to_timestamp(\(moment)) WHERE checked_at >
                    to_timestamp(\(moment - 3 * day))
                """
            )
            return []
        case 6:
            let images = random.oneIn(2) ? "{}" : "{\"registry.bench/*/service-1:1.\(random.below(20)).0\"}"
            let ends = random.oneIn(2) ? "NULL" : "'\(Self.text(moment + random.below(4) * day).prefix(10))'"
            try await execute(
                store,
                """
                INSERT INTO exceptions (vulnerability, images, reason, expires, source)
                VALUES ('CVE-2099-\(flaw)', '\(images)', 'x', \(ends), 'x') ON CONFLICT DO NOTHING
                """
            )
            return Set(try await numbers(store, ofFlaw))
        case 7:
            try await execute(store, "DELETE FROM exceptions WHERE vulnerability = 'CVE-2099-\(flaw)'")
            return Set(try await numbers(store, ofFlaw))
        case 8:
            let image = 1 + random.below(20)
            try await execute(
                store,
                """
                INSERT INTO account_images (account, manifest_id, dockerfile)
                SELECT name, \(image), 'FROM x\(random.below(9))' FROM accounts
                ON CONFLICT (account, manifest_id) DO UPDATE SET dockerfile = excluded.dockerfile
                """
            )
            return [image]
        case 9:
            try await set(random.below(4), store, start: 1_800_000_000)
            return nil
        case 10:
            try await execute(store, "UPDATE advisory_providers SET checked_at = to_timestamp(\(moment))")
            return nil
        default:
            let before = moment
            moment += 3600 + random.below(3 * day)
            // An image with a finding that an exception answered may have it back.
            let lapsed = """
                SELECT DISTINCT manifest_id FROM image_sets JOIN package_sets ON package_sets.id = set_id
                    JOIN package_vulnerabilities AS known ON known.package_id = ANY(package_ids)
                    JOIN vulnerabilities ON vulnerabilities.id = vulnerability_id
                    JOIN exceptions ON exceptions.vulnerability = vulnerabilities.name
                WHERE expires >= '\(Self.text(before).prefix(10))' AND expires < '\(Self.text(moment).prefix(10))'
                """
            let isOld = try await numbers(
                store,
                """
                SELECT count(*) FROM advisory_providers WHERE extract(epoch FROM checked_at) >= \(before - 3 * day)
                    AND extract(epoch FROM checked_at) < \(moment - 3 * day)
                """
            )[0]
            return isOld > 0 ? nil : Set(try await numbers(store, lapsed))
        }
    }

    @Test(
        "whatever changes, verdicts are those of a new evaluation, and what did not change is not judged",
        arguments: 0..<2
    )
    func onlyWhatChanged(seed: Int) async throws {
        var random = SeededRandom(seed: UInt64(seed))
        let start = 1_800_000_000
        try await APIServer.withStore { store in
            try await Self.fill(store, start: start)
            try await Self.set(1, store, start: start)
            var moment = start
            var judgedAgain = 0
            var left = 0
            for step in 0..<40 {
                let before = try await Self.evaluations(store, "admin")
                let touched = step == 0 ? nil : try await Self.change(store, &random, &moment)
                let verdict = try await FleetPolicy(store: store, version: "1", moment: moment)
                    .judgeFleet(account: "admin")
                let kept = try await Self.evaluations(store, "admin")
                #expect(verdict?.images == 20 && kept.count == 20)
                let judged = kept.filter { $0.value.made != before[$0.key]?.made }
                #expect(judged.count == verdict?.judged)
                if let touched {
                    let due = Set(before.filter { $0.value.validUntil <= moment }.keys)
                    #expect(Set(judged.keys).isSubset(of: touched.union(due)), "step \(step)")
                }
                judgedAgain += judged.count
                left += 20 - judged.count

                try await Self.execute(store, "DELETE FROM policy_evaluations WHERE account = 'anew'")
                let anew = try await FleetPolicy(store: store, version: "1", moment: moment).judgeFleet(account: "anew")
                #expect(anew?.judged == 20 && anew?.passed == verdict?.passed)
                let full = try await Self.evaluations(store, "anew")
                for (image, evaluation) in full { #expect(kept[image]?.outcome == evaluation.outcome, "step \(step)") }
                // Once more, at the same moment: nothing.
                let again = try await FleetPolicy(store: store, version: "1", moment: moment).judgeFleet(
                    account: "admin"
                )
                #expect(again?.judged == 0)
            }
            #expect(judgedAgain > 40 && left > 200)
        }
    }

    @Test("an analysis that finds the same is no new one, another is; another program judges anew")
    func analyses() async throws {
        try await APIServer.withStore { store in
            try await Self.fill(store, start: 1_800_000_000)
            try await Self.set(3, store, start: 1_800_000_000)
            func judged(_ version: String = "1") async throws -> Int? {
                try await FleetPolicy(store: store, version: version).judgeFleet(account: "admin")?.judged
            }
            #expect(try await judged() == 20)
            try await Self.execute(
                store,
                """
                UPDATE image_analyses SET analyzed_at = now();
                INSERT INTO waiting_packages (package_id) SELECT id FROM packages ON CONFLICT DO NOTHING
                """
            )
            #expect(try await judged() == 0)
            let layer = "SELECT layer_id FROM manifest_layers WHERE manifest_id = 7 ORDER BY position DESC LIMIT 1"
            try await Self.execute(
                store,
                "UPDATE layer_reports SET fingerprint = '\\x01' WHERE layer_id = (\(layer))"
            )
            #expect(try await judged() == 1)
            #expect(try await judged() == 0)
            #expect(try await judged("2") == 20)
        }
    }

    @Test("whose score it is counts where a rule is for a vendor's, and for nobody else")
    func vendor() async throws {
        let start = 1_800_000_000
        try await APIServer.withStore { store in
            try await Self.fill(store, start: start)
            let package = try await Self.numbers(
                store,
                """
                SELECT min(listed.id) FROM image_sets JOIN package_sets ON package_sets.id = set_id
                    CROSS JOIN LATERAL unnest(package_ids) AS listed(id)
                """
            )[0]
            try await Self.execute(
                store,
                """
                INSERT INTO vulnerabilities (name, aliases, cvss_vector, is_kev, summary)
                VALUES ('CVE-2099-0', '{}', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', false, '');
                INSERT INTO package_vulnerabilities (package_id, vulnerability_id, severity, fix_state, fixed_versions,
                    provider, found_from, found_state)
                SELECT \(package), id, 'high', 'fixed', '{9}', 'debian', now(), 0
                FROM vulnerabilities WHERE name = 'CVE-2099-0'
                """
            )
            let holders = try await Self.numbers(store, Self.holders(package)).count
            try #require(holders > 0)
            func verdict() async throws -> [Int] {
                let verdict = try await FleetPolicy(store: store, version: "1", moment: start)
                    .judgeFleet(account: "admin")
                return [verdict?.judged ?? -1, verdict?.failed ?? -1]
            }
            try await Self.set(4, store, start: start)
            #expect(try await verdict() == [20, 0])
            try await Self.execute(store, "UPDATE package_vulnerabilities SET provider = 'redhat'")
            #expect(try await verdict() == [holders, holders])
            #expect(try await verdict() == [0, holders])
            try await Self.set(0, store, start: start)
            _ = try await verdict()
            try await Self.execute(store, "UPDATE package_vulnerabilities SET provider = 'debian'")
            #expect(try await verdict()[0] == 0)
        }
    }

    @Test("what was judged without the image's documents holds for an hour, the rest as long as nothing changes")
    func withoutDocuments() async throws {
        let start = 1_800_000_000
        try await APIServer.withStore { store in
            try await Self.fill(store, start: start)
            try await Self.set(3, store, start: start)
            try await Self.execute(store, "DELETE FROM image_documents WHERE manifest_id = 7")
            func judged(at moment: Int) async throws -> Int? {
                try await FleetPolicy(store: store, version: "1", moment: moment).judgeFleet(account: "admin")?.judged
            }
            #expect(try await judged(at: start) == 20)
            #expect(
                try await Self.evaluations(store, "admin").filter { $0.value.validUntil < 9_999_999_999 }.keys.sorted()
                    == [7]
            )
            #expect(try await judged(at: start + 3599) == 0)
            #expect(try await judged(at: start + 3600) == 1)
        }
    }

    @Test("an image without layers is judged by what is known of it")
    func withoutLayers() async throws {
        let start = 1_800_000_000
        try await APIServer.withStore { store in
            try await Self.fill(store, start: start)
            try await Self.set(0, store, start: start)
            try await Self.execute(
                store,
                """
                DELETE FROM image_sets WHERE manifest_id = 7;
                DELETE FROM manifest_layers WHERE manifest_id = 7
                """
            )
            let verdict = try await FleetPolicy(store: store, version: "1").judgeFleet(account: "admin")
            #expect(verdict?.images == 20 && verdict?.judged == 20)
            #expect(try await Self.evaluations(store, "admin")[7] != nil)
        }
    }

    @Test("an image that cannot be judged is counted, and no profile is silent about it where it is named")
    func unjudged() async throws {
        let start = 1_800_000_000
        try await APIServer.withStore { store in
            try await Self.fill(store, start: start)
            try await Self.set(3, store, start: start)
            try await Self.execute(
                store,
                """
                DELETE FROM layer_reports WHERE layer_id IN (SELECT layer_id FROM manifest_layers WHERE manifest_id = 7)
                    AND layer_id NOT IN (SELECT layer_id FROM manifest_layers WHERE manifest_id <> 7)
                """
            )
            let policy = try FleetPolicy(store: store, version: "1")
            let verdict = try #require(try await policy.judgeFleet(account: "admin"))
            #expect((verdict.images, verdict.unjudged, verdict.judged) == (20, 1, 19))
            #expect(verdict.passed + verdict.failed == 19)
            let name = try await store.pool.run { session in
                try session.execute(
                    """
                    SELECT registries.host || '/' || repositories.name || ':' || tags.name
                    FROM tags JOIN repositories ON repositories.id = repository_id
                        JOIN registries ON registries.id = registry_id
                    WHERE manifest_id = 7 AND valid_until IS NULL
                    """
                ).first?.string(0)
            }
            let image = try #require(name.flatMap { ImageReference($0) })
            let profile = try #require(ComplianceProfile.named("cis-docker"))
            await #expect(throws: AnchoreError.self) {
                try await policy.compliance(profile, images: [image], account: "admin")
            }
            let report = try await policy.compliance(profile, images: [], account: "admin")
            #expect(report.images.count == 19)
            #expect(report.unjudged == [name], "what nothing can be said about is named")
            #expect(!report.passes)
        }
    }
}
