import Foundation

/// A Redis or Valkey server of our own: in memory only, reached through a socket alone.
struct PrivateRedis: Sendable {
    /// Without persistence there is nothing to save, so it leaves at once.
    static let stopSteps: [ChildProcess.StopStep] = [(SIGTERM, .zero), (SIGKILL, .seconds(10))]
    private static let programs = ["redis-server", "valkey-server"]
    /// How long the server may take to answer one question.
    private static let probeSeconds = 1

    let program: String
    let socketFolder: String
    let user: ServiceUser?
    let log: ServiceLog

    /// - Throws: `missingProgram` when neither server is installed.
    init(socketFolder: String, user: ServiceUser?, log: ServiceLog) throws(SupervisorError) {
        guard let program = Self.programs.lazy.compactMap(Programs.find).first else {
            throw SupervisorError(
                .missingProgram,
                "no Redis server is installed (redis-server or valkey-server); on Debian: apt-get install redis-server"
            )
        }
        self.program = program
        self.socketFolder = socketFolder
        self.user = user
        self.log = log
    }

    var socket: String { "\(socketFolder)/redis.sock" }
    var url: String { "unix://\(socket)" }

    /// The server's command, which keeps nothing on disk: the queue is rebuilt from the database.
    func command() -> ChildCommand {
        log.trim()
        return ChildCommand(
            program: program,
            arguments: [
                "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--dir", socketFolder, "--save", "",
                "--appendonly", "no", "--maxmemory-policy", "noeviction", "--daemonize", "no", "--loglevel", "notice",
            ],
            environment: ServiceEnvironment.minimal,
            output: .file(log.path),
            user: user
        )
    }

    /// Whether the server answers a `PING`; asked on a thread of its own, which waits for it.
    func isReady() async -> Bool {
        await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: answersPing()) }
            thread.name = "ping"
            thread.start()
        }
    }

    /// Blocks its thread for as long as a question may take.
    private func answersPing() -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(socket.utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let descriptor = Foundation.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: Self.probeSeconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        let question = Array("PING\r\n".utf8)
        guard connected == 0, send(descriptor, question, question.count, Int32(MSG_NOSIGNAL)) == question.count
        else { return false }
        var answer = [UInt8](repeating: 0, count: 7)
        let count = recv(descriptor, &answer, answer.count, Int32(MSG_WAITALL))
        return count == answer.count && answer == Array("+PONG\r\n".utf8)
    }
}
