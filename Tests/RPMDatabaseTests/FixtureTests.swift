import Bytes
import Foundation
import TallymanTesting
import Testing

@testable import RPMDatabase

/// Databases of real images with what another program found in them, from the shared fixture folder.
@Suite("rpm databases of real images")
struct FixtureTests {
    struct Fixture: Sendable, CustomTestStringConvertible {
        let name: String
        let database: String
        var testDescription: String { name }
    }

    private struct Expected: Decodable {
        struct Package: Decodable {
            let name: String
            let version: String
            let arch: String?
        }

        let packages: [Package]
    }

    static let fixtures = [
        Fixture(name: "rpm-bdb-03", database: "rootfs/var/lib/rpm/Packages"),
        Fixture(name: "rpm-ndb-02", database: "rootfs/usr/lib/sysimage/rpm/Packages.db"),
        Fixture(name: "rpm-sqlite-02", database: "rootfs/var/lib/rpm/rpmdb.sqlite"),
    ]

    private func folder(of fixture: Fixture) throws -> URL {
        URL(filePath: try #require(SharedFixtures.catalog)).appending(path: fixture.name)
    }

    private func bytes(of fixture: Fixture) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder(of: fixture).appending(path: fixture.database)))
    }

    @Test(
        "packages, versions and architectures are those expected",
        .enabled(if: SharedFixtures.catalog != nil, "\(SharedFixtures.missing)"),
        arguments: fixtures
    )
    func packages(fixture: Fixture) throws {
        let expected = try JSONDecoder().decode(
            Expected.self,
            from: Data(contentsOf: folder(of: fixture).appending(path: "expected.json"))
        )
        let contents = try RPMDatabase.read(FileBytes(bytes(of: fixture)))
        let found = contents.packages.map { package in
            let epoch = package.epoch.map { "\($0):" } ?? ""
            return "\(package.name) \(epoch)\(package.version)-\(package.release) \(package.arch)"
        }
        #expect(found.sorted() == expected.packages.map { "\($0.name) \($0.version) \($0.arch ?? "")" }.sorted())
        #expect(contents.problems == [])
        #expect(contents.packages.contains { !$0.files.isEmpty })
        #expect(contents.packages.allSatisfy { $0.files.allSatisfy { $0.hasPrefix("/") } })
        #expect(contents.packages.allSatisfy { $0.installTime != nil && ($0.sigMD5?.count ?? 32) == 32 })
    }

    @Test(
        "cut short at every 97th byte of its start, a database is read or refused",
        .enabled(if: SharedFixtures.catalog != nil, "\(SharedFixtures.missing)"),
        arguments: fixtures
    )
    func truncated(fixture: Fixture) throws {
        let bytes = try bytes(of: fixture)
        let whole = try RPMDatabase.read(FileBytes(bytes)).packages.count
        for length in stride(from: 0, to: min(bytes.count, 40_000), by: 97) {
            // A refusal is one of the two permitted outcomes.
            let contents = try? RPMDatabase.read(FileBytes(Array(bytes[..<length])))
            #expect((contents?.packages.count ?? 0) <= whole)
        }
    }

    @Test(
        "with changed bytes, a database is read or refused",
        .enabled(if: SharedFixtures.catalog != nil, "\(SharedFixtures.missing)"),
        arguments: fixtures
    )
    func changedBytes(fixture: Fixture) throws {
        let bytes = try bytes(of: fixture)
        var random = SeededRandom(seed: 97)
        for _ in 0..<60 {
            var changed = bytes
            for _ in 0..<16 {
                changed[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            // A refusal is one of the two permitted outcomes.
            let contents = try? RPMDatabase.read(FileBytes(changed))
            #expect((contents?.packages.count ?? 0) < 100)
        }
    }
}
