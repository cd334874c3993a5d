import Foundation

/// One installed PostgreSQL server.
struct PostgresInstallation: Sendable, Hashable {
    /// The folder of `postgres` and `initdb`.
    let folder: String
    /// The major version, such as 15.
    let major: Int

    var server: String { "\(folder)/postgres" }
    var initdb: String { "\(folder)/initdb" }

    /// The installation for a database folder: that of its version, or the newest when the database is not made yet.
    ///
    /// - Throws: `missingProgram` when there is none, `wrongVersion` when none fits the database.
    static func choose(
        databaseFolder: String,
        among installed: [PostgresInstallation] = installed()
    ) throws(SupervisorError) -> PostgresInstallation {
        guard let newest = installed.max(by: { $0.major < $1.major }) else {
            throw SupervisorError(
                .missingProgram,
                "no PostgreSQL server is installed (postgres and initdb); on Debian: apt-get install postgresql"
            )
        }
        guard let text = FileManager.default.contents(atPath: "\(databaseFolder)/PG_VERSION") else { return newest }
        let version = String(decoding: text.prefix(16), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        if let fitting = installed.first(where: { version == String($0.major) }) { return fitting }
        let here = Set(installed.map(\.major)).sorted().map(String.init).joined(separator: ", ")
        throw SupervisorError(
            .wrongVersion,
            "\(databaseFolder) was made by PostgreSQL \(version), and only \(here) is installed; install that version, "
                + "or carry the database over with pg_upgrade"
        )
    }

    /// The installations on this machine.
    static func installed() -> [PostgresInstallation] {
        let packaged = ["/usr/lib/postgresql", "/usr/local/lib/postgresql"].flatMap { root in
            children(of: root).map { "\(root)/\($0)/bin" }
        }
        let red = children(of: "/usr").filter { $0.hasPrefix("pgsql-") }.map { "/usr/\($0)/bin" }
        var seen: Set<String> = []
        return (packaged + red + ["/usr/local/pgsql/bin"] + Programs.folders).compactMap { folder in
            // A link in PATH leads to the folder with all programs of its version.
            let server = URL(fileURLWithPath: "\(folder)/postgres").resolvingSymlinksInPath()
            let folder = server.deletingLastPathComponent().path
            guard seen.insert(folder).inserted, Programs.isExecutable(server.path),
                Programs.isExecutable("\(folder)/initdb"), let major = version(of: server.path)
            else { return nil }
            return PostgresInstallation(folder: folder, major: major)
        }
    }

    /// The major version in the words of `postgres --version`, such as `postgres (PostgreSQL) 15.14 (Debian 15.14-0)`.
    static func major(in words: String) -> Int? {
        guard let mark = words.range(of: "(PostgreSQL) ") else { return nil }
        return Int(words[mark.upperBound...].prefix { $0.isASCII && $0.isNumber })
    }

    private static func version(of server: String) -> Int? {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: server)
        process.arguments = ["--version"]
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        // A server that does not start is as good as not installed.
        guard (try? process.run()) != nil else { return nil }
        let words = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return major(in: String(decoding: words.prefix(256), as: UTF8.self))
    }

    private static func children(of folder: String) -> [String] {
        // A folder that is not there has none.
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }
}
