import Foundation
import Logging
import Registry
import TallymanTesting
import Testing

@testable import FleetRegistry

@Suite("Credentials for repositories")
struct RepositoryCredentialsTests {
    private func credentials(_ patterns: [String]) -> RepositoryCredentials {
        RepositoryCredentials(
            patterns.map { ($0, RegistryCredential(username: $0, password: "x")) }
        )
    }

    @Test("a repository's own go before those of a prefix, longer prefixes before shorter ones")
    func specific() {
        let found = credentials([
            "r.test/*", "r.test/team/*", "r.test/team/app", "r.test/team/app*", "docker.io/nginx", "other.test/team/*",
        ])
        func user(_ repository: String, _ host: String = "r.test") -> String? {
            found.credential(for: host, repository: repository)?.username
        }
        #expect(user("team/app") == "r.test/team/app")
        #expect(user("team/app2") == "r.test/team/app*")
        #expect(user("team/other") == "r.test/team/*")
        #expect(user("teams/x") == "r.test/*")
        #expect(user("library/nginx", "docker.io") == "docker.io/nginx")
        #expect(user("library/redis", "docker.io") == nil)
        #expect(user("team/app", "third.test") == nil)
        #expect(found.hosts == ["r.test", "docker.io", "other.test"])
    }

    @Test(
        "a password goes to no host that only looks like the one named",
        arguments: ["r*/team/x", "*", "r.test*", "r.test"]
    )
    func hosts(_ pattern: String) { #expect(credentials([pattern]).hosts.isEmpty) }

    @Test("each repository is asked for with its own login, by Basic as by token")
    func requests() async throws {
        let server = try FaultServer { request, _ in
            let wanted =
                request.path.hasPrefix("/v2/team/a/") ? "a" : request.path.hasPrefix("/v2/team/b/") ? "b" : "all"
            let login = "Basic " + Data("\(wanted):\(wanted)".utf8).base64EncodedString()
            guard request.headers["authorization"] == login else {
                return .reply(401, [("WWW-Authenticate", #"Basic realm="registry""#)])
            }
            return .reply(200, text: #"{"name":"a","tags":["1"]}"#)
        }
        defer { server.stop() }
        let scoped = RepositoryCredentials([
            ("\(server.host)/team/a", RegistryCredential(username: "a", password: "a")),
            ("\(server.host)/team/b*", RegistryCredential(username: "b", password: "b")),
        ])
        let client = RegistryClient(
            options: RegistryOptions(),
            credentials: Scoped(scoped: scoped, host: server.host),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        for _ in 0..<2 {
            for repository in ["team/a", "team/b", "team/c"] {
                #expect(try await client.tags(server.host, repository: repository).tags == ["1"])
            }
        }
        try await client.shutdown()
        // One challenge a repository, and none the second time.
        #expect(server.requests.count == 9)
    }
}

private struct Scoped: CredentialSource {
    let scoped: RepositoryCredentials
    let host: String

    var dividedHosts: Set<String> { scoped.hosts }

    func credential(for host: String) async -> RegistryCredential? {
        host == self.host ? RegistryCredential(username: "all", password: "all") : nil
    }

    func credential(for host: String, repository: String) async -> RegistryCredential? {
        if let credential = scoped.credential(for: host, repository: repository) { return credential }
        return await credential(for: host)
    }
}
