import Foundation
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
