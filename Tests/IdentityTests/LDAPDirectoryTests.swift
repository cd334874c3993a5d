import Access
import AnchoreAPI
import Foundation
import Identity
import LDAP
import Logging
import TallymanTesting
import Testing

@Suite("Passwords of a directory", .enabled(if: LocalDirectory.isWanted), .serialized)
struct LDAPDirectoryTests {
    private static let people = "ou=people,dc=example,dc=org"
    private static let groups = "ou=groups,dc=example,dc=org"

    private func reader(
        _ server: LDAPServer,
        _ finding: LDAPSettings.Finding = .search(bindDN: "cn=reader,dc=example,dc=org", password: "reader-secret"),
        roles: String = "admins=admin; dev=scanner@team-a",
        _ change: (inout LDAPSettings) -> Void = { _ in }
    ) throws -> LDAPDirectory {
        var settings = LDAPSettings(
            server: server,
            finding: finding,
            roles: try RoleMapping(roles, ignoresCase: true),
            account: "admin"
        )
        settings.userBase = Self.people
        settings.groupBase = Self.groups
        change(&settings)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return try LDAPDirectory(settings, logger: logger)
    }

    @Test("users are found, bind with their own passwords, and have the roles of their groups")
    func everything() async throws {
        try await LocalDirectory.with { directory async throws in
            try await searching(directory)
            try await binding(directory)
            try await hostile(directory)
            try await security(directory)
        }
    }

    private func searching(_ directory: LocalDirectory) async throws {
        let reader = try reader(LDAPServer(url: directory.url))
        let ann = ExternalIdentity(name: "ann", account: "admin", role: .admin, source: "ldap")
        #expect(try await reader.identity(user: "ann", password: "ann-secret") == ann)
        #expect(await reader.wasRight(user: "ann", password: "ann-secret"))
        let carl = try await reader.identity(user: "carl, jr. (x)*", password: "carl-secret")
        #expect(carl?.role == .scanner)
        #expect(carl?.account == "team-a")
        // In no group that has a role.
        #expect(try await reader.identity(user: "ben", password: "ben-secret") == nil)
        #expect(try await reader.identity(user: "ann", password: "ben-secret") == nil)
        #expect(await !reader.wasRight(user: "ann", password: "ben-secret"))
        #expect(try await reader.identity(user: "nobody", password: "x") == nil)
        // Two entries of one name are nobody.
        #expect(try await reader.identity(user: "twin", password: "twin-secret") == nil)
        // Anonymously, with the groups that the entry itself names.
        let dn = "CN=admins,\(Self.groups)"
        let memberOf = try self.reader(
            LDAPServer(url: directory.url),
            .search(bindDN: nil, password: nil),
            roles: "\(dn)=policy-editor"
        ) { $0.groupBase = nil }
        #expect(try await memberOf.identity(user: "ann", password: "ann-secret")?.role == .policyEditor)
        let wrong = try self.reader(
            LDAPServer(url: directory.url),
            .search(bindDN: "cn=reader,dc=example,dc=org", password: "old")
        )
        await #expect(throws: IdentityUnavailable.self) {
            try await wrong.identity(user: "ann", password: "ann-secret")
        }
    }

    private func binding(_ directory: LocalDirectory) async throws {
        let reader = try reader(LDAPServer(url: directory.url), .template("uid={user},\(Self.people)"))
        #expect(try await reader.identity(user: "ann", password: "ann-secret")?.role == .admin)
        #expect(try await reader.identity(user: "ann", password: "wrong") == nil)
        #expect(try await reader.identity(user: "nobody", password: "x") == nil)
        let bare = try self.reader(LDAPServer(url: directory.url), .template("uid={user},\(Self.people)")) {
            $0.userBase = nil
        }
        #expect(try await bare.identity(user: "carl, jr. (x)*", password: "carl-secret")?.role == .scanner)
        // Nobody is whom a filter finds beside the one whose password it is.
        let loose = try self.reader(LDAPServer(url: directory.url), .template("uid={user},\(Self.people)")) {
            $0.userFilter = "(uid=ann)"
        }
        #expect(try await loose.identity(user: "ann", password: "ann-secret")?.role == .admin)
        #expect(try await loose.identity(user: "ben", password: "ben-secret") == nil)
        // One name cannot be made to be another's.
        #expect(try await bare.identity(user: "x,uid=ann", password: "ann-secret") == nil)
        #expect(try await bare.identity(user: "ann,\(Self.people)", password: "ann-secret") == nil)
    }

    private func hostile(_ directory: LocalDirectory) async throws {
        for finding in [
            LDAPSettings.Finding.search(bindDN: nil, password: nil), .template("uid={user},\(Self.people)"),
        ] {
            let reader = try reader(LDAPServer(url: directory.url), finding)
            // An empty password would be an anonymous bind, which succeeds.
            #expect(try await reader.identity(user: "ann", password: "") == nil)
            for name in [
                "", "*", "a*", "ann)(uid=*", "ann)(|(uid=*", "\u{0}", "ann\u{0}", #"\61nn"#, "ann)(", "(((", "ann ",
                String(repeating: "a", count: 257), "ann\n", " ann", "a  nn", "{user}", "{dn}", "𝕒nn",
            ] {
                #expect(try await reader.identity(user: name, password: "ann-secret") == nil, "\(name)")
            }
            #expect(try await reader.identity(user: "ann", password: "ann-secret\u{0}x") == nil)
        }
    }

    private func security(_ directory: LocalDirectory) async throws {
        for server in [
            LDAPServer(url: directory.secureURL, authorityFile: directory.authority.authority),
            LDAPServer(url: directory.url, security: .startTLS, authorityFile: directory.authority.authority),
        ] {
            #expect(try await reader(server).identity(user: "ann", password: "ann-secret")?.role == .admin)
        }
        // A certificate of an authority that nobody knows, or for another name, is none.
        let untrusted = "name its authority's file with ldap-ca"
        for (server, words) in [
            (LDAPServer(url: directory.secureURL), untrusted),
            (LDAPServer(url: directory.url, security: .startTLS), untrusted),
            (
                LDAPServer(
                    url: directory.secureURL.replacing("127.0.0.1", with: "localhost"),
                    authorityFile: directory.authority.authority
                ), "certificate is not for localhost"
            ),
        ] {
            let reader = try reader(server)
            let error = await #expect(throws: IdentityUnavailable.self) {
                try await reader.identity(user: "ann", password: "ann-secret")
            }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }

    @Test("a directory that is not there, or is silent, is told as such within its time")
    func absent() async throws {
        let silent = try SilentServer()
        defer { silent.stop() }
        for url in ["ldap://127.0.0.1:1", silent.url] {
            let reader = try reader(LDAPServer(url: url, seconds: 1))
            let start = ContinuousClock.now
            await #expect(throws: IdentityUnavailable.self) {
                try await reader.identity(user: "ann", password: "ann-secret")
            }
            #expect(ContinuousClock.now - start < .seconds(20))
        }
    }
}
