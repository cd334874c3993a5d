import Foundation
import Logging

/// A PostgreSQL server of our own: its database in the data folder, reached through a socket alone.
struct PrivatePostgres: Sendable {
    static let database = "tallyman"
    static let role = "tallyman"
    /// Fast shutdown; then an immediate one, which is safe but has to replay the log; then force.
    static let stopSteps: [ChildProcess.StopStep] = [
        (SIGINT, .zero), (SIGQUIT, .seconds(30)), (SIGKILL, .seconds(40)),
    ]
    /// How long an old server may take to leave.
    private static let takeoverTime = Duration.seconds(30)

    let installation: PostgresInstallation
    let folder: String
    let socketFolder: String
    let user: ServiceUser?
    let log: ServiceLog
    /// Connections that clients may hold.
    let connections: Int
    /// Bytes of memory that there are for everything we run.
    let memory: Int

    var url: String { Endpoints.postgresURL(socketFolder: socketFolder) }

    /// Whether the server accepts connections.
    var isReady: Bool { PostmasterFile.read(folder)?.isReady ?? false }

    /// Makes the database unless it is there; one that was left half made is made anew.
    func create() async throws {
        guard access("\(folder)/PG_VERSION", F_OK) != 0 else { return try checkOwner() }
        let new = "\(folder).new"
        try? FileManager.default.removeItem(atPath: new)  // usually not there; mkdir reports the rest
        guard mkdir(new, 0o700) == 0 else {
            throw SupervisorError(.unusableFolder, "\(new) cannot be made: \(systemMessage(errno))")
        }
        if let user, chown(new, user.uid, user.gid) != 0 {
            throw SupervisorError(.unusableFolder, "\(new) cannot be given to \(user.name): \(systemMessage(errno))")
        }
        try await checkReach(new)
        try await run(
            installation.initdb,
            [
                "-D", new, "-U", Self.role, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums",
                "--no-instructions",
            ]
        )
        let script = "\(folder).sql"
        try Data("CREATE DATABASE \(Self.database);\n".utf8).write(to: URL(fileURLWithPath: script))
        defer { unlink(script) }
        try await run(installation.server, ["--single", "-D", new, "postgres"], input: script)
        guard rename(new, folder) == 0 else {
            throw SupervisorError(.unusableFolder, "\(folder) cannot be made: \(systemMessage(errno))")
        }
    }

    /// The server's command, once no other server has the database.
    ///
    /// The data folder's lock is ours, so whoever still serves the database is an orphan.
    func command() async throws -> ChildCommand {
        try await removeOrphan()
        log.trim()
        let settings = [
            "listen_addresses=", "unix_socket_directories=\(socketFolder)", "unix_socket_permissions=0700", "port=5432",
            "max_connections=\(connections)", "shared_buffers=\(Self.sharedBuffers(of: memory))MB", "work_mem=16MB",
            "maintenance_work_mem=128MB", "max_wal_size=2GB", "wal_compression=on", "fsync=on", "synchronous_commit=on",
            "jit=off", "logging_collector=off", "log_min_messages=warning", "timezone=UTC", "log_timezone=UTC",
            // A first run fills empty tables within a minute, which is how often it looks otherwise.
            "autovacuum_naptime=10s",
        ]
        return ChildCommand(
            program: installation.server,
            arguments: ["-D", folder] + settings.flatMap { ["-c", $0] },
            environment: ServiceEnvironment.minimal,
            output: .file(log.path),
            user: user,
            parentDeathSignal: .interrupt
        )
    }

    /// The megabytes that PostgreSQL keeps of its tables.
    ///
    /// Half of what its manual (20.4.1, `shared_buffers`) takes to begin with, since workers run beside it, and no more than
    /// the tables that are read all day take in a fleet of 100,000 images: with 256 MB, what is asked about one image takes
    /// half as long again.
    static func sharedBuffers(of memory: Int) -> Int { min(max((memory / 8) >> 20, 128), 2048) }

    /// Sees to it that no server has the database, and that a dead one's `postmaster.pid` is gone.
    private func removeOrphan() async throws {
        guard let file = PostmasterFile.read(folder) else { return }
        if file.isServing(folder) {
            kill(file.pid, SIGINT)
            let deadline = ContinuousClock.now + Self.takeoverTime
            while file.isServing(folder) {
                guard ContinuousClock.now < deadline else {
                    throw SupervisorError(
                        .startFailed,
                        "the PostgreSQL server \(file.pid) has \(folder) and does not stop; end it by hand"
                    )
                }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        unlink(PostmasterFile.path(folder))
    }

    private func checkOwner() throws {
        var facts = stat()
        guard stat(folder, &facts) == 0, facts.st_uid == user?.uid ?? geteuid() else {
            throw SupervisorError(
                .unusableFolder,
                "\(folder) belongs to another account; start as root or as that account, or choose another --data-dir"
            )
        }
    }

    /// PostgreSQL's own words for a folder that its account cannot reach are hard to read.
    private func checkReach(_ path: String) async throws {
        guard let user, let test = Programs.find("test") else { return }
        var command = ChildCommand(program: test, arguments: ["-w", path], environment: ServiceEnvironment.minimal)
        command.user = user
        guard try await ChildProcess.spawn(command).exit().isSuccess else {
            throw SupervisorError(
                .unusableFolder,
                "the account \(user.name), which PostgreSQL runs under, cannot reach \(path); "
                    + "choose a --data-dir such as /var/lib/tallyman, or let others pass (chmod o+x) every folder above it"
            )
        }
    }

    private func run(_ program: String, _ arguments: [String], input: String? = nil) async throws {
        let command = ChildCommand(
            program: program,
            arguments: arguments,
            environment: ServiceEnvironment.minimal,
            output: .file(log.path),
            input: input,
            user: user,
            parentDeathSignal: .kill
        )
        let status = try await ChildProcess.spawn(command).exit()
        guard status.isSuccess else {
            throw SupervisorError(.startFailed, "\(program) ended with \(status): \(log.tail())")
        }
    }
}

/// What the private servers see of our environment: no `PG…` variable may steer them.
enum ServiceEnvironment {
    static let minimal = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"]
}
