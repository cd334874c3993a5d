import Foundation
import Logging

/// Everything that `tallyman up` runs, in the order in which it starts and stops.
struct Machine: Sendable {
    /// How long a part may take to finish what it is doing.
    private static let grace = Duration.seconds(10)
    /// The coordinator ends the messages that it has begun to send, which takes as long as one may.
    private static let coordinatorGrace = Duration.seconds(30)
    /// How long a server may take to accept connections; PostgreSQL may have much of its log to replay.
    private static let readyTime = Duration.seconds(120)
    /// A server that ended this often before it was ready will not come.
    private static let maxStartFailures = 3
    /// Connections beside those of workers, and those of one worker.
    private static let baseConnections = 60
    private static let connectionsPerWorker = 14

    let endpoints: Endpoints
    private let directory: DataDirectory
    private let logger: Logger
    private let postgres: PrivatePostgres
    private let redis: PrivateRedis
    private let database: SupervisedPart
    private let queue: SupervisedPart
    private let coordinator: SupervisedPart
    private let workers: [SupervisedPart]
    private let server: SupervisedPart

    init(
        options: UpOptions,
        directory: DataDirectory,
        logger: Logger,
        workerEnded: @escaping @Sendable (_ postgresURL: String, EndedProcess) async -> Void
    ) throws {
        let user = try ServiceUser.choose(databaseFolder: directory.databaseFolder)
        let sockets = SocketDirectory.path(dataPath: directory.path)
        try SocketDirectory.make(sockets, for: user)
        let postgres = PrivatePostgres(
            installation: try PostgresInstallation.choose(databaseFolder: directory.databaseFolder),
            folder: directory.databaseFolder,
            socketFolder: sockets,
            user: user,
            log: ServiceLog(path: directory.logFile("postgres")),
            connections: Self.baseConnections + Self.connectionsPerWorker * options.workers,
            memory: MachineMemory.bytes()
        )
        let redis = try PrivateRedis(
            socketFolder: sockets,
            user: user,
            log: ServiceLog(path: directory.logFile("redis"))
        )
        let endpoints = Endpoints(postgres: postgres.url, redis: redis.url, listen: options.listen, pid: getpid())
        let environment = Self.environment(options, directory, endpoints)
        func part(
            _ name: String,
            _ arguments: [String],
            grace: Duration = Self.grace,
            onEnd: @escaping @Sendable (EndedProcess) async -> Void = { _ in }
        ) -> SupervisedPart {
            let command = ChildCommand(program: options.executable, arguments: arguments, environment: environment)
            let stopSteps: [ChildProcess.StopStep] = [(SIGTERM, .zero), (SIGKILL, grace)]
            return SupervisedPart(name: name, stopSteps: stopSteps, logger: logger, onEnd: onEnd) { command }
        }
        self.endpoints = endpoints
        self.directory = directory
        self.logger = logger
        self.postgres = postgres
        self.redis = redis
        database = SupervisedPart(name: "postgres", stopSteps: PrivatePostgres.stopSteps, logger: logger) {
            try await postgres.command()
        }
        queue = SupervisedPart(name: "redis", stopSteps: PrivateRedis.stopSteps, logger: logger) { redis.command() }
        coordinator = part("coordinator", ["coordinator"], grace: Self.coordinatorGrace)
        workers = (1...options.workers).map { number in
            part("worker \(number)", ["worker"]) { await workerEnded(endpoints.postgres, $0) }
        }
        server = part("serve", ["serve", "--listen", options.listen])
    }

    /// Starts the servers, brings the schema up to date, starts the parts and says where the servers are.
    func start(migrate: @Sendable (_ postgresURL: String) async throws -> Void) async throws {
        try await postgres.create()
        await database.begin()
        await queue.begin()
        try await waitUntilReady(database, log: postgres.log) { postgres.isReady }
        try await waitUntilReady(queue, log: redis.log) { await redis.isReady() }
        try await migrate(postgres.url)
        for part in [coordinator] + workers + [server] { await part.begin() }
        try directory.publish(endpoints)
    }

    /// Stops workers, coordinator and web server, then the servers that they use.
    func stop() async {
        directory.withdrawEndpoints()
        await withTaskGroup(of: Void.self) { group in
            for worker in workers { group.addTask { await worker.stop() } }
        }
        for part in [coordinator, server, queue, database] { await part.stop() }
    }

    private func waitUntilReady(
        _ part: SupervisedPart,
        log: ServiceLog,
        _ isReady: @Sendable () async -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + Self.readyTime
        while true {
            // The file of a server that died may still say that it is ready.
            if await part.pid != nil, await isReady() { return }
            guard await part.failures < Self.maxStartFailures, ContinuousClock.now < deadline else {
                throw SupervisorError(
                    .startFailed,
                    "\(part.name) does not get ready; the end of its log, \(log.path): \(log.tail())"
                )
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private static func environment(
        _ options: UpOptions,
        _ directory: DataDirectory,
        _ endpoints: Endpoints
    ) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment
        environment.merge(options.extraEnvironment) { _, new in new }
        environment["TALLYMAN_POSTGRES"] = endpoints.postgres
        environment["TALLYMAN_REDIS"] = endpoints.redis
        environment["TALLYMAN_DATA_DIR"] = directory.path
        // One address cannot serve them all; the server shows what the others count.
        environment["TALLYMAN_METRICS"] = "none"
        return environment
    }
}
