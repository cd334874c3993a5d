import AnchoreAPI
import Postgres
import Testing

@testable import Store

/// A fleet of four images in two repositories, written row by row.
///
/// Images 1, 2 and 4 share a set with `bash`; image 2 has `curl` in another set, and image 3 a package that an OS package
/// owns. CVE-1 (alias GHSA-1) is in all three packages.
private let rows = """
    INSERT INTO registries (host) VALUES ('docker.io');
    INSERT INTO repositories (registry_id, name) VALUES (1, 'library/app'), (1, 'team/tool');
    INSERT INTO manifests (digest, media_type, platform, config_digest, size, layer_count)
    SELECT 'sha256:m' || number, '', 'linux/arm64/v8', 'sha256:c' || number, 10 * number, number
    FROM generate_series(1, 4) AS number;
    INSERT INTO tags (repository_id, name, digest, manifest_id, valid_from, valid_until) VALUES
        (1, '1', 'sha256:m1', 1, '2026-01-01 00:00:00.5+00', '2026-01-02 00:00:00+00'),
        (1, '1', 'sha256:list', 1, '2026-01-03 00:00:00+00', NULL),
        (2, '1', 'sha256:m1', 1, '2026-01-02 12:30:45.999999+00', NULL),
        (1, '2', 'sha256:m2', 2, '2026-01-02 00:00:00+00', NULL),
        (1, '3', 'sha256:m3', 3, '2026-01-02 00:00:00+00', NULL),
        (1, '4', 'sha256:m4', 4, '2026-01-02 00:00:00+00', NULL);
    INSERT INTO image_inventories (manifest_id, analysis_version) SELECT id, '1' FROM manifests;
    INSERT INTO image_analyses (manifest_id, analyzed_at)
    VALUES (1, '2026-02-01 00:00:00+00'), (2, '2026-02-01 00:00:00+00');
    INSERT INTO packages (fingerprint, type, name, version, arch)
    VALUES ('\\x01', 'deb', 'bash', '5', ''), ('\\x02', 'deb', 'curl', '8', ''), ('\\x03', 'npm', 'left', '1', '');
    INSERT INTO package_sets (fingerprint, package_ids, owned_ids, license_ids)
    VALUES ('\\x01', '{1}', '{}', '{}'), ('\\x02', '{2}', '{}', '{}'), ('\\x03', '{3}', '{3}', '{}');
    INSERT INTO image_sets VALUES (1, 0, 1), (2, 0, 1), (2, 1, 2), (3, 0, 3), (4, 0, 1);
    INSERT INTO vulnerabilities (name, aliases, is_kev, summary) VALUES ('CVE-1', '{GHSA-1}', false, '');
    INSERT INTO package_vulnerabilities (package_id, vulnerability_id, severity, fix_state, fixed_versions, provider,
        found_from, found_state)
    SELECT id, 1, 'high', 'unknown', '{}', 'debian', now(), 1 FROM packages;
    INSERT INTO accounts (name, kind, state) VALUES ('team', 'user', 'enabled')
    """

@Suite("Lists of images and questions about the fleet", .tags(.integration), .enabled(if: TestDatabase.isWanted))
struct FleetAnswerTests {
    private let fleet = AccountScope(account: "admin", seesFleet: true)
    private let team = AccountScope(account: "team", seesFleet: false)

    private func withFleet(_ body: (Store) async throws -> Void) async throws {
        try await TestDatabase.with { store in
            try await store.pool.run { try $0.script(rows) }
            try await body(store)
        }
    }

    /// The numbers of the images of every page.
    private func pages(of limit: Int, _ store: Store, _ scope: AccountScope) async throws -> [[Int]] {
        var pages: [[Int]] = []
        var below: Int?
        while let page = try await store.imagePage(below: below, limit: limit, in: scope) {
            pages.append(page.images.map(\.number))
            below = page.lowest
        }
        return pages
    }

    @Test("a list goes on behind a page of which the account wants to see nothing")
    func hiddenPages() async throws {
        try await withFleet { store in
            #expect(try await pages(of: 1, store, fleet) == [[4], [3], [2], [1]])
            try await store.unlist(3, from: "admin")
            try await store.unlist(4, from: "admin")
            #expect(try await pages(of: 1, store, fleet) == [[], [], [2], [1]])
            #expect(try await pages(of: 3, store, fleet) == [[2], [1]])
            #expect(try await store.images(.numbers([1, 3]), in: fleet).map(\.number) == [1])
            #expect(
                try await store.images(.numbers([1, 3]), in: fleet, includingDeleted: true).map(\.number) == [3, 1]
            )
        }
    }

    @Test("what is known of a flaw is one record for each group of the feed, whichever distributions go by it")
    func vulnerabilities() async throws {
        try await withFleet { store in
            try await store.execute(
                """
                INSERT INTO distros (fingerprint, distro_id, version_id, name, id_like) VALUES
                    ('\\x01', 'almalinux', '9', '', '{}'), ('\\x02', 'debian', '12', '', '{}'),
                    ('\\x03', 'rhel', '9', '', '{}')
                """
            )
            try await store.execute(
                """
                INSERT INTO packages (fingerprint, type, name, version, arch, distro)
                SELECT decode('a' || id, 'hex'), CASE distro_id WHEN 'debian' THEN 'deb' ELSE 'rpm' END, 'OpenSSL', '3', '', id
                FROM distros
                """
            )
            try await store.execute(
                """
                INSERT INTO package_vulnerabilities (package_id, vulnerability_id, severity, fix_state, fixed_versions,
                    provider, found_from, found_state)
                SELECT id, 1, 'high', 'wont-fix', '{}', 'x', now(), 1 FROM packages WHERE name = 'OpenSSL'
                """
            )
            let found = try await store.vulnerabilities(["GHSA-1"], package: "openssl", version: nil)
            #expect(found.map(\.id) == ["CVE-1", "CVE-1"])
            #expect(Set(found.map(\.namespace)) == ["rhel:9", "debian:12"])
            let packages = found.flatMap { $0.json["affected_packages"]?.array ?? [] }
            #expect(packages.map { $0["type"]?.string }.sorted { ($0 ?? "") < ($1 ?? "") } == ["dpkg", "rpm"])
            #expect(packages.allSatisfy { $0["will_not_fix"]?.bool == true })
            #expect(try await store.vulnerabilities(["CVE-1"], package: "openssl", version: "4").isEmpty)
            #expect(try await store.vulnerabilities(["CVE-2"], package: nil, version: nil).isEmpty)
        }
    }

    @Test("a list of an account of its own has what it added, under the tags that it added")
    func accountsOwn() async throws {
        try await withFleet { store in
            #expect(try await pages(of: 10, store, team).isEmpty)
            try await store.execute("INSERT INTO account_images (account, manifest_id) VALUES ('team', 1), ('team', 3)")
            try await store.execute("INSERT INTO account_tags VALUES ('team', 2, '1')")
            // The tag of image 3 is not the account's.
            #expect(try await pages(of: 1, store, team) == [[], [1]])
            let image = try #require(try await store.images(.digest("sha256:m1"), in: team).first)
            #expect(image.record.tags.map(\.fulltag) == ["docker.io/team/tool:1"])
            #expect(image.record.account == "team")
        }
    }

    @Test("an image has its tags once, the newest first, and the times of what is known of it")
    func record() async throws {
        try await withFleet { store in
            let images = try await store.images(.numbers([1, 4]), in: fleet)
            let first = try #require(images.last?.record)
            #expect(first.tags.map(\.fulltag) == ["docker.io/app:1", "docker.io/team/tool:1"])
            #expect(first.tags.map(\.detectedAt) == ["2026-01-03T00:00:00Z", "2026-01-02T12:30:45Z"])
            #expect(first.parentDigest == "sha256:list")
            #expect(first.createdAt == "2026-01-02T12:30:45Z")
            #expect(first.analyzedAt == "2026-02-01T00:00:00Z")
            #expect(first.updatedAt == "2026-02-01T00:00:00Z")
            #expect(first.status == .analyzed)
            #expect((first.imageID, first.architecture, first.size, first.layers) == ("c1", "arm64", 10, 1))
            let last = try #require(images.first?.record)
            #expect(last.status == .notAnalyzed)
            #expect((last.createdAt, last.updatedAt) == ("2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z"))
        }
    }

    @Test("an image has its Dockerfile whatever the number of its tags, where it is asked for")
    func dockerfiles() async throws {
        try await withFleet { store in
            try await store.execute(
                "INSERT INTO account_images (account, manifest_id, dockerfile) VALUES ('admin', 1, 'FROM a'), "
                    + "('admin', 2, NULL), ('team', 3, 'FROM b')"
            )
            let page = try #require(try await store.imagePage(below: nil, limit: 10, in: fleet))
            let shown = page.images.map { $0.record.dockerfile.map { String(decoding: $0, as: UTF8.self) } }
            #expect(shown == [nil, nil, nil, "FROM a"])
            #expect(page.images.last?.record.tags.count == 2)
            let without = try await store.imagePage(below: nil, limit: 10, in: fleet, withDockerfiles: false)
            #expect(without?.images.map(\.number) == [4, 3, 2, 1])
            #expect(without?.images.allSatisfy { $0.record.dockerfile == nil } == true)
            let found = try await store.images(.digest("sha256:m1"), in: fleet)
            #expect(found.first?.record.dockerfile == Array("FROM a".utf8))
        }
    }

    @Test("an image is found by the digest of the list it is in, and by what a tag named once, the present first")
    func selections() async throws {
        try await withFleet { store in
            #expect(try await store.images(.digest("sha256:list"), in: fleet).map(\.number) == [1])
            #expect(try await store.images(.imageID("c2"), in: fleet).map(\.number) == [2])
            try await store.execute("UPDATE tags SET valid_until = '2026-03-01', name = '1' WHERE manifest_id = 4")
            let history = try await store.images(.tag(registry: "docker.io", repository: "app", tag: "1"), in: fleet)
            #expect(history.map(\.number) == [1, 4])
        }
    }

    @Test("images with a vulnerability: each once with what it holds of it, by name and by alias")
    func byVulnerability() async throws {
        try await withFleet { store in
            func answer(_ name: String, _ scope: AccountScope) async throws -> [String] {
                let matches = try await store.imagesWith(
                    vulnerability: name,
                    package: nil,
                    namespace: nil,
                    severity: nil,
                    vendorOnly: true,
                    in: scope
                )
                return (0..<matches.count).map { place in
                    let names = matches.packages(at: place).map { matches.packages[$0].name }
                    return "\(matches.number(at: place)) \(names.joined(separator: " "))"
                }
            }
            // The finding of image 3 is left to the package that owns its files.
            #expect(try await answer("CVE-1", fleet) == ["4 bash", "2 bash curl", "1 bash"])
            #expect(try await answer("GHSA-1", fleet) == ["4 bash", "2 bash curl", "1 bash"])
            #expect(try await answer("CVE-2", fleet).isEmpty)
            try await store.unlist(4, from: "admin")
            #expect(try await answer("CVE-1", fleet) == ["2 bash curl", "1 bash"])
            #expect(try await answer("CVE-1", team).isEmpty)
            try await store.execute("INSERT INTO account_images (account, manifest_id) VALUES ('team', 2)")
            #expect(try await answer("CVE-1", team) == ["2 bash curl"])
            let named = try await store.imagesWith(package: "left", version: nil, types: nil, in: fleet)
            #expect((0..<named.count).map { named.number(at: $0) } == [3])
        }
    }

    @Test("no set and no name waits to be indexed: each look-up would read all that do")
    func indexesAreCurrent() async throws {
        try await withFleet { store in
            let found = try await store.texts(
                "SELECT relname || ' ' || reloptions::text FROM pg_class JOIN pg_am ON pg_am.oid = relam"
                    + " WHERE amname = 'gin' AND relname IN ('package_sets_packages', 'vulnerabilities_aliases') ORDER BY 1"
            )
            #expect(found == ["package_sets_packages {fastupdate=off}", "vulnerabilities_aliases {fastupdate=off}"])
        }
    }

    @Test(
        "times of the database become those of records, and what is none stays as it is",
        arguments: [
            ("2026-01-02 03:04:05+00", "2026-01-02T03:04:05Z"),
            ("2026-01-02 03:04:05.999999+00", "2026-01-02T03:04:05Z"), ("infinity", "infinity"),
            ("2026-01-02 03:04:05+02", "2026-01-02 03:04:05+02"), ("", ""), ("2026-01-02 +00", "2026-01-02 +00"),
        ]
    )
    func times(_ text: String, _ shown: String) {
        #expect(RecordTime.shown(text) == shown)
    }
}
