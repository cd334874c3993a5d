import ArgumentParser
import Foundation
import Logging
import Store
import Supervisor
import Web
import Worker

/// The command `tallyman up`.
struct UpCommand: AsyncParsableCommand {
    private static let workerRange = 1...256
    /// How often the address is tried, with a second between: the web server of one that was killed may still end.
    private static let listenTries = 10

    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Everything on one machine: private PostgreSQL and Redis, coordinator, workers and web server.",
        discussion: """
            The servers listen on UNIX sockets in the data folder alone. Started as root,
            they run as an unprivileged user. Stop with Ctrl-C, SIGTERM or SIGHUP. Other
            commands find them with the same --data-dir:

              tallyman up --data-dir /srv/tallyman --workers 4
              tallyman fleet scan registry.example:5000 --wait --data-dir /srv/tallyman

            It ends with 69 where another program has the address of --listen.

            Every option is also a setting: TALLYMAN_WORKERS, or workers in tallyman.yaml.
            """
    )

    @Option(help: "Where everything is kept.") var dataDir: String?
    @Option(help: "Worker processes (default: one a processor).") var workers: Int?
    @Option(help: "Where the dashboard and the API listen (default: \(ServeCommand.defaultListen)).")
    var listen: String?
    @OptionGroup(title: "Server") var server: ServerOptions
    @OptionGroup(title: "Logins") var identity: IdentityOptions

    func validate() throws {
        guard workers.map({ Self.workerRange.contains($0) }) ?? true else {
            throw ValidationError("--workers must be from 1 to 256")
        }
    }

    func run() async throws {
        let logger = try ServiceLog.logger("up")
        let folder = try dataDir ?? Settings()["data-dir"] ?? DataDirectory.defaultPath()
        let listen = try self.listen ?? Settings()["listen"] ?? ServeCommand.defaultListen
        guard let address = ListenAddress(listen) else { throw UsageError("\(listen) is not an address: HOST:PORT") }
        try UserFile.makeFolder(folder)
        let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let up = Up(
            UpOptions(
                dataDirectory: folder,
                workers: try workers ?? Settings().number("workers", Self.workerRange)
                    ?? max(1, ProcessInfo.processInfo.activeProcessorCount),
                listen: listen,
                executable: executable,
                // `serve` reads them as its settings.
                extraEnvironment: ServerSettings.variables(server.given.merging(identity.given) { $1 })
            ),
            logger: logger
        )
        try await UntilSignal.run {
            try await up.run(
                migrate: { url in
                    // Else the web server would be started again and again, and somebody else's taken for it.
                    try await Self.waitUntilFree(address)
                    let store = Store(url: url, connections: 1)
                    _ = try await Migrations.apply(on: store.pool)
                    await store.close()
                },
                workerEnded: { url, ended in
                    let store = Store(url: url, connections: 1)
                    do {
                        let freed = try await store.takeBack(
                            worker: WorkerName.ofProcess(ended.pid),
                            isCrash: !ended.wasStopped
                        )
                        if freed > 0 { logger.notice("\(freed) claims of worker process \(ended.pid) are free again") }
                    } catch is CancellationError {
                        // All is being stopped: a worker that ends in order has given its claims back itself.
                    } catch {
                        logger.warning("the claims of worker process \(ended.pid) run out by themselves: \(error)")
                    }
                    await store.close()
                },
                onReady: { endpoints in
                    let scheme = (try? ServerSettings(server.given))?["tls-certificate"] == nil ? "http" : "https"
                    ConsoleOutput.error("dashboard: \(scheme)://\(endpoints.listen)/   data: \(folder)")
                }
            )
        }
    }

    /// Returns when the web server can listen there; throws where it will not be able to.
    private static func waitUntilFree(_ address: ListenAddress) async throws {
        for _ in 1..<listenTries {
            if (try? address.check(option: "--listen")) != nil { return }  // the last try says why
            try await Task.sleep(for: .seconds(1))
        }
        try address.check(option: "--listen")
    }
}
