import ArgumentParser
import FleetRegistry
import Foundation
import Logging
import Postgres
import Redis
import Registry
import Store
import Supervisor

/// Where the fleet's database and queue are.
struct FleetOptions: ParsableArguments {
    @Option(help: "PostgreSQL, postgres://USER@HOST/DATABASE. Without it the servers of `tallyman up` are used.")
    var postgres: String?

    @Option(
        help:
            "Redis, redis[s]://[USER:PASSWORD@]HOST:PORT[,HOST:PORT…][?ca=FILE] or unix:///PATH. Without it the servers of `tallyman up` are used."
    )
    var redis: String?

    @Option(
        help:
            "The folder of `tallyman up`, whose servers and keys are used. Given here, it goes before TALLYMAN_POSTGRES and TALLYMAN_REDIS."
    )
    var dataDir: String?

    /// The database's address; one at which there can never be any is a usage error, and is not tried for ever.
    func postgresURL() throws -> String {
        guard let url = try address(postgres, "postgres") else {
            return try DataDirectory.endpoints(dir: try folder()).postgres
        }
        do throws(PostgresError) { try PostgresConfiguration(url: url).check() } catch {
            throw UsageError("--postgres (TALLYMAN_POSTGRES): \(error.message)")
        }
        return url
    }

    /// The queue's address; one at which there can never be any is a usage error, and is not tried for ever.
    func redisURL() throws -> String {
        guard let url = try address(redis, "redis") else {
            return try DataDirectory.endpoints(dir: try folder()).redis
        }
        let configuration: RedisConfiguration
        do throws(RedisError) { configuration = try RedisConfiguration(url: url) } catch {
            throw UsageError(
                "--redis (TALLYMAN_REDIS): \(error.message); "
                    + "it is written redis[s]://[USER:PASSWORD@]HOST:PORT or unix:///PATH"
            )
        }
        do throws(RedisError) { try configuration.tls?.check() } catch {
            throw UsageError("--redis (TALLYMAN_REDIS): \(error.message)")
        }
        return url
    }

    /// A server's address, where one is given for itself.
    ///
    /// A folder that a flag names goes before what settings say: else another fleet would be asked than the one named.
    private func address(_ flag: String?, _ setting: String) throws -> String? {
        if let flag { return flag }
        guard dataDir == nil else { return nil }
        return try Settings()[setting]
    }

    /// The data folder that was named, or the default one.
    func folder() throws -> String { try dataDir ?? Settings()["data-dir"] ?? DataDirectory.defaultPath() }

    /// A store on a schema that fits this program; close it when done.
    func store(connections: Int = 4, idleTransactionTimeout: Duration? = nil) async throws -> Store {
        let store = Store(
            url: try postgresURL(),
            connections: connections,
            idleTransactionTimeout: idleTransactionTimeout
        )
        try await Migrations.check(on: store.pool)
        return store
    }

    /// The key that registry passwords are sealed with: `TALLYMAN_SECRET_KEY`, or that of the data folder.
    func secretBox() throws -> SecretBox? {
        if let secret = try Settings()["secret-key"] {
            guard let box = SecretBox(secret: secret) else {
                throw UsageError("TALLYMAN_SECRET_KEY is shorter than 16 bytes")
            }
            return box
        }
        let path = "\(try folder())/secret.key"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let bytes = try UserFile.read(path, most: 4096)
        return SecretBox(secret: String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// Registry clients for a long-running part.
    func access(_ store: Store, logger: Logger) throws -> RegistryAccess {
        var options = RegistryOptions()
        options.userAgent = "tallyman/\(BuildVersion.text)"
        options.deadline = .seconds(90)
        // A registry that restarts answers nothing good for some seconds; with fewer tries a run was given up in one of 269.
        options.maxAttempts = 7
        // A layer's task is tried again after a pause, and four times in all.
        options.maxSlowTries = 3
        options.connectionsPerHost = 24
        options.proxies = try ProxySettings.read()
        return RegistryAccess(
            store: store,
            box: try secretBox(),
            options: options,
            environment: ProcessInfo.processInfo.environment,
            redis: try redisURL(),
            logger: logger
        )
    }
}
