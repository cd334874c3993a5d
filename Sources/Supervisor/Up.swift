import Foundation
package import Logging

/// What `tallyman up` runs, and where.
package struct UpOptions: Sendable {
    /// Most workers on one machine.
    package static let maxWorkers = 256

    /// The folder of the database, the logs and the lock.
    package var dataDirectory: String
    /// Worker processes, 1 to `maxWorkers`.
    package var workers: Int
    /// Where the web server listens, `HOST:PORT`.
    package var listen: String
    /// The absolute path of the program that is every part: `coordinator`, `worker`, `serve`.
    package var executable: String
    /// Variables for the parts, beside our own and the addresses of the servers.
    package var extraEnvironment: [String: String]

    package init(
        dataDirectory: String = DataDirectory.defaultPath(),
        workers: Int,
        listen: String,
        executable: String,
        extraEnvironment: [String: String] = [:]
    ) {
        self.dataDirectory = dataDirectory
        self.workers = workers
        self.listen = listen
        self.executable = executable
        self.extraEnvironment = extraEnvironment
    }
}

/// Everything on one machine: PostgreSQL, Redis, coordinator, workers and web server.
package struct Up: Sendable {
    private let options: UpOptions
    private let logger: Logger

    package init(_ options: UpOptions, logger: Logger) {
        self.options = options
        self.logger = logger
    }

    /// Runs everything until the task is cancelled; then stops it in order, and returns.
    ///
    /// A part or a server that dies is started again. Should this process die without stopping them, the kernel tells
    /// them.
    ///
    /// - Parameters:
    ///   - migrate: Brings the schema of the database at this address up to date, before any part starts.
    ///   - workerEnded: Told of the end of each worker process, before another takes its place: what it had claimed is free.
    ///   - onReady: Called once everything is started and `endpoints.json` is written.
    /// - Throws: A `SupervisorError`, or what `migrate` throws; whatever was started is stopped before.
    package func run(
        migrate: @Sendable (_ postgresURL: String) async throws -> Void,
        workerEnded: @escaping @Sendable (_ postgresURL: String, EndedProcess) async -> Void = { _, _ in },
        onReady: (Endpoints) -> Void
    ) async throws {
        guard (1...UpOptions.maxWorkers).contains(options.workers) else {
            throw SupervisorError(.invalidOption, "the number of workers must be from 1 to \(UpOptions.maxWorkers)")
        }
        let directory = DataDirectory(path: options.dataDirectory)
        try directory.prepare()
        let lock = try DataLock(file: directory.lockFile, folder: directory.path)
        defer { lock.release() }
        directory.withdrawEndpoints()
        // Servers are asked for their version, by running each: nothing for the cooperative pool.
        let machine = try await SpawnThread.shared.run { () -> Result<Machine, any Error> in
            Result { try Machine(options: options, directory: directory, logger: logger, workerEnded: workerEnded) }
        }.get()
        do {
            try await machine.start(migrate: migrate)
            onReady(machine.endpoints)
            // The parts look after themselves; only cancellation ends the wait.
            while true { try await Task.sleep(for: .seconds(3600)) }
        } catch {
            logger.info("stopping")
            await machine.stop()
            guard error is CancellationError, Task.isCancelled else { throw error }
        }
    }
}
