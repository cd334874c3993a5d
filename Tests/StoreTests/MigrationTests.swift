import Foundation
import Postgres
import Testing

@testable import Store

@Suite("Migrations", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct MigrationTests {
    @Test("An empty database is brought up to date, and a second time nothing is left to do")
    func twice() async throws {
        try await TestDatabase.withEmpty { store in
            let names = Migrations.all.map(\.name)
            await #expect(throws: StoreError.self) { try await Migrations.check(on: store.pool) }
            #expect(try await Migrations.apply(on: store.pool) == names)
            try await Migrations.check(on: store.pool)
            #expect(try await Migrations.apply(on: store.pool).isEmpty)
            #expect(try await store.scalar("SELECT max(number) FROM schema_migrations") == Migrations.current)
        }
    }

    @Test("Four programs that migrate at once take each step once")
    func together() async throws {
        try await TestDatabase.withEmpty { store in
            let applied = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 { group.addTask { try await Migrations.apply(on: store.pool) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            // Who takes which step, and so the order of the answers, is chance.
            #expect(applied.sorted() == Migrations.all.map(\.name).sorted())
        }
    }

    /// Brings an empty database to the schema of step `number`, with rows, as a program of that time left it.
    private func earlier(_ number: Int, _ store: Store, rows: String) async throws {
        try await store.execute(
            "CREATE TABLE schema_migrations (number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL)"
        )
        for migration in Migrations.all where migration.number <= number {
            try await store.pool.run { try $0.script(String(decoding: migration.sql, as: UTF8.self)) }
            try await store.execute(
                "INSERT INTO schema_migrations VALUES (\(migration.number), '', '\(migration.checksum)')"
            )
        }
        try await store.pool.run { try $0.script(rows) }
    }

    @Test("Inventories of the schema before become sets that images share, and say what they said")
    func packageSets() async throws {
        try await TestDatabase.withEmpty { store in
            try await earlier(
                6,
                store,
                rows: """
                    INSERT INTO manifests (digest, media_type, platform, config_digest)
                    SELECT 'm' || number, '', '', '' FROM generate_series(1, 4) AS number;
                    INSERT INTO packages (fingerprint, type, name, version, arch, matched_state, owner)
                    SELECT sha256(number::text::bytea), 'deb', 'package-' || number, '1', '', 1,
                        CASE WHEN number = 5 THEN 1 END
                    FROM generate_series(1, 5) AS number;
                    INSERT INTO license_sets (fingerprint, declared, licenses)
                    SELECT sha256(number::text::bytea), '{}', '{}' FROM generate_series(1, 2) AS number;
                    INSERT INTO inventories (manifest_id, analysis_version, package_ids, package_layers, package_owned,
                        package_licenses)
                    VALUES (1, 'a', '{1,2,3,2,5}', '{0,0,1,2,1}', '{f,t,t,f,t}', '{1,2,0,2,0}'),
                        (2, 'a', '{2,1,4}', '{0,0,3}', '{f,f,f}', '{2,1,0}'), (3, 'b', '{}', '{}', '{}', '{}'),
                        (4, 'b', '{1,2}', '{0,0}', '{f,f}', '{}')
                    """
            )
            _ = try await Migrations.apply(on: store.pool)
            let listed = """
                SELECT manifest_id || analysis_version || string_agg(format(' %s@%s%s%s', id, layer, owned, license), ''
                    ORDER BY id)
                FROM inventories, unnest(package_ids, package_layers, package_owned, package_licenses)
                    AS listed(id, layer, owned, license)
                GROUP BY manifest_id, analysis_version ORDER BY manifest_id
                """
            #expect(
                try await store.texts(listed) == [
                    "1a 1@0f1 2@0f2 3@1t0 5@1t0", "2a 1@0f1 2@0f2 4@3f0", "4b 1@0f0 2@0f0",
                ]
            )
            #expect(try await store.scalar("SELECT count(*) FROM inventories") == 4)
            #expect(try await store.scalar("SELECT count(*) FROM package_sets") == 4, "the lowest layer is shared")
            // What is owned and has no owner that is known is left to it; 5 is matched with what is said of its owner.
            #expect(
                try await store.texts("SELECT owned_ids::text FROM package_sets WHERE owned_ids <> '{}'") == ["{3}"]
            )
            #expect(try await store.scalar("SELECT count(*) FROM waiting_packages") == 5)
        }
    }

    @Test("A set has the name that the migration gives it")
    func nameOfSet() async throws {
        try await TestDatabase.with { store in
            let run = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            try await store.work(on: run, packages: [("b", "1"), ("a", "1")])
            let sets = """
                SELECT count(*) FROM package_sets WHERE fingerprint = (
                    SELECT sha256(string_agg(packages.fingerprint || '\\x00'::bytea || decode(repeat('00', 32), 'hex'),
                        ''::bytea ORDER BY packages.fingerprint))
                    FROM packages)
                """
            #expect(try await store.scalar(sets) == 1)
        }
    }

    @Test("A step that the database records with another checksum is refused")
    func checksum() async throws {
        try await TestDatabase.with { store in
            try await store.execute("UPDATE schema_migrations SET checksum = 'other' WHERE number = 1")
            let error = await #expect(throws: StoreError.self) { try await Migrations.apply(on: store.pool) }
            #expect(error?.code == .schema)
        }
    }

    @Test("A database that a newer program made is refused")
    func newer() async throws {
        try await TestDatabase.with { store in
            try await store.execute(
                "INSERT INTO schema_migrations (number, name, checksum) VALUES (9999, 'm9999_later', 'x')"
            )
            let error = await #expect(throws: StoreError.self) { try await Migrations.check(on: store.pool) }
            #expect(error?.code == .schema)
            #expect(error?.message.contains("9999") == true)
        }
    }
}

@Suite("The list of migrations")
struct MigrationListTests {
    @Test("names every file of the folder, numbered from 1 without a gap")
    func equalsFolder() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Store/Migrations").standardizedFileURL
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".sql") }
        #expect(files.sorted() == Migrations.all.map { "\($0.name).sql" })
        #expect(Migrations.all.map(\.number) == Array(1...Migrations.all.count))
        for migration in Migrations.all {
            let digits = "000\(migration.number)".suffix(4)
            #expect(migration.name.hasPrefix("m\(digits)_"))
            let file = try #require(FileManager.default.contents(atPath: folder.path + "/\(migration.name).sql"))
            #expect(Array(file) == migration.sql)
        }
    }
}
