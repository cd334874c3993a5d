import Foundation
import Testing

@testable import Supervisor

@Suite struct PostgresFilesTests {
    // Lines as PostgreSQL 15 writes them.
    private static let ready = "4711\n/data/postgres\n1700000000\n5432\n/data/run\n\n   12345   7\nready   \n"

    @Test("postmaster.pid names the process and says whether it is ready")
    func reads() throws {
        let file = try #require(PostmasterFile(Self.ready))
        #expect(file.pid == 4711)
        #expect(file.isReady)
        let starting = Self.ready.replacingOccurrences(of: "ready   ", with: "starting")
        #expect(try #require(PostmasterFile(starting)).isReady == false)
    }

    @Test("no prefix of postmaster.pid traps, and only the whole is ready")
    func truncated() {
        for length in 0..<(Self.ready.count - 5) {
            #expect(PostmasterFile(String(Self.ready.prefix(length)))?.isReady != true)
        }
    }

    @Test("a number that is no process is refused", arguments: ["", "0\n", "-1\n", "x\n", "99999999999999\n"])
    func refuses(text: String) {
        #expect(PostmasterFile(text) == nil)
    }

    @Test(
        "the major version is read from the server's own words",
        arguments: [
            ("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", 15), ("postgres (PostgreSQL) 18beta1", 18),
            ("postgres (PostgreSQL) 9.6.24", 9), ("redis 7", nil), ("", nil),
        ]
    )
    func versions(words: String, major: Int?) {
        #expect(PostgresInstallation.major(in: words) == major)
    }

    @Test("a database is served by its own version, and a new one by the newest")
    func chooses() throws {
        let folder = try TemporaryFolder()
        let installed = [14, 16, 15].map { PostgresInstallation(folder: "/pg/\($0)", major: $0) }
        #expect(try PostgresInstallation.choose(databaseFolder: folder.path, among: installed).major == 16)
        try folder.write("15\n", to: "PG_VERSION")
        #expect(try PostgresInstallation.choose(databaseFolder: folder.path, among: installed).major == 15)
    }

    @Test("a database of a version that is not installed is refused with both versions")
    func wrongVersion() throws {
        let folder = try TemporaryFolder()
        try folder.write("12\n", to: "PG_VERSION")
        let installed = [PostgresInstallation(folder: "/pg/15", major: 15)]
        let error = try #require(throws: SupervisorError.self) {
            try PostgresInstallation.choose(databaseFolder: folder.path, among: installed)
        }
        #expect(error.code == .wrongVersion)
        #expect(error.message.contains("PostgreSQL 12") && error.message.contains("15"))
    }
}
