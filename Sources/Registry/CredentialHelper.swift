import DedicatedThread
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A program that keeps credentials for Docker's client (docker-credential-helpers, "Development"): `docker-credential-NAME`
/// in `PATH`, which is given the name of a registry and answers in JSON.
struct CredentialHelper: Sendable {
    /// Why a helper gave nothing, without secrets.
    struct Failure: Error {
        let reason: String
    }

    private static let maxSeconds = 30.0
    private static let maxAnswerBytes = 1 << 20
    /// What helpers say, with an exit code of 1, where they have nothing for a registry.
    private static let notFound = "credentials not found"

    private let program: String
    private let server: String

    /// A helper that is asked for `server`; `nil` for a name that could lead out of `PATH`.
    init?(named name: String, server: String) {
        guard !name.isEmpty, name.utf8.count <= 128, !name.contains("/"), !name.utf8.contains(0) else { return nil }
        program = "docker-credential-\(name)"
        self.server = server
    }

    /// Asks the program; `nil` where it has no credentials for the registry.
    ///
    /// It may take half a minute: some ask a cloud for a token.
    func credential(searchPath: String, pool: ThreadPool) async throws -> RegistryCredential? {
        try await pool.run { try ask(searchPath: searchPath) }
    }

    private func ask(searchPath: String) throws -> RegistryCredential? {
        let places = searchPath.split(separator: ":").filter { $0.hasPrefix("/") }.map { "\($0)/\(program)" }
        guard let path = places.first(where: { access($0, X_OK) == 0 }) else {
            throw Failure(reason: "\(program) is not in PATH")
        }
        let answer = try run(path)
        guard answer.status == 0 else {
            let said = String(decoding: answer.output.prefix(200), as: UTF8.self)
            if said.contains(Self.notFound) { return nil }
            throw Failure(reason: "\(program) ended with \(answer.status): \(PlainText.line(said))")
        }
        guard let found = try? JSONDecoder().decode(Answer.self, from: Data(answer.output)) else {  // told just here
            throw Failure(reason: "\(program) answered what is no credential")
        }
        guard !found.Secret.isEmpty else { return nil }
        // The name that stands for a refresh token.
        guard found.Username != "<token>" else {
            return RegistryCredential(username: "", password: "", identityToken: found.Secret)
        }
        return RegistryCredential(username: found.Username, password: found.Secret)
    }

    private struct Answer: Decodable {
        // As the programs spell them.
        var Username: String
        var Secret: String
    }

    private func run(_ path: String) throws(Failure) -> ProgramAnswer {
        do throws(ProgramAnswer.Failure) {
            return try ProgramAnswer(
                of: path,
                "get",
                input: server,
                seconds: Self.maxSeconds,
                bytes: Self.maxAnswerBytes
            )
        } catch {
            switch error {
            case .notStarted(let code):
                throw Failure(reason: "\(program) cannot be started: \(String(cString: strerror(code)))")
            case .tooMuch: throw Failure(reason: "\(program) took too long, or answered too much")
            }
        }
    }
}

/// Asks the helpers of a configuration, and keeps their answers for a while: each is a program to be started.
actor CredentialHelpers {
    /// Tokens of clouds are good for an hour and longer.
    private static let keptFor = Duration.seconds(600)
    /// A helper that failed is started, and reported, again after this.
    private static let pauseAfterFailure = Duration.seconds(60)

    private struct Known {
        let credential: RegistryCredential?
        let until: ContinuousClock.Instant
    }

    private let searchPath: String
    private let report: @Sendable (String) -> Void
    private var pool: ThreadPool?
    private var known: [String: Known] = [:]
    /// Questions under way: requests that come together ask once.
    private var asking: [String: Task<RegistryCredential?, Never>] = [:]

    init(searchPath: String, report: @escaping @Sendable (String) -> Void) {
        self.searchPath = searchPath
        self.report = report
    }

    /// What the helper `name` has for `server`; `nil`, and a report, where it fails.
    func credential(_ name: String, server: String) async -> RegistryCredential? {
        if let found = known[server], ContinuousClock.now < found.until { return found.credential }
        if let task = asking[server] { return await task.value }
        // Not a child of the request that came first: its end must not take the answer from the others.
        let task = Task { await ask(name, server: server) }
        asking[server] = task
        defer { asking[server] = nil }
        return await task.value
    }

    private func ask(_ name: String, server: String) async -> RegistryCredential? {
        do {
            guard let helper = CredentialHelper(named: name, server: server) else {
                throw CredentialHelper.Failure(reason: "\(PlainText.line(name)) is no name of a credential helper")
            }
            let pool = try pool ?? ThreadPool(name: "credentials", threads: 1)
            self.pool = pool
            let found = try await helper.credential(searchPath: searchPath, pool: pool)
            known[server] = Known(credential: found, until: .now + Self.keptFor)
            return found
        } catch {
            let reason = (error as? CredentialHelper.Failure)?.reason ?? "\(error)"
            report("\(PlainText.line(server)): \(reason)")
            known[server] = Known(credential: nil, until: .now + Self.pauseAfterFailure)
            return nil
        }
    }
}
