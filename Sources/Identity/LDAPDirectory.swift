package import Access
import DedicatedThread
import Foundation
import LDAP
package import Logging

/// Checks passwords by binding to a directory; a user's groups give it its role.
package struct LDAPDirectory: UserDirectory {
    private static let keptFor = Duration.seconds(300)
    private static let wrongKeptFor = Duration.seconds(10)
    private static let vouches = Duration.seconds(12 * 3600)
    private static let maxNameBytes = 256
    /// Groups of one user that are read from below the base of groups.
    private static let maxGroups = 1000

    private let settings: LDAPSettings
    private let threads: ThreadPool
    private let answers: RecentAnswers<ExternalIdentity?>
    private let logger: Logger

    /// Asks `connections` times at a time; `maxWaiting` different logins may wait.
    package init(_ settings: LDAPSettings, connections: Int = 4, maxWaiting: Int = 64, logger: Logger) throws {
        self.settings = settings
        self.logger = logger
        threads = try ThreadPool(name: "ldap", threads: connections)
        answers = RecentAnswers(maxRunning: maxWaiting)
    }

    package func identity(user: String, password: String) async throws -> ExternalIdentity? {
        guard Self.isName(user), !password.isEmpty else { return nil }
        do {
            return try await answers.answer(
                to: [user, password],
                keptFor: { $0 == nil ? Self.wrongKeptFor : Self.keptFor },
                vouches: Self.vouches
            ) {
                try await threads.run { try login(user, password) }
            }
        } catch let error as LDAPError {
            logger.warning("the login of a user of the directory: \(error)")
            throw IdentityUnavailable(error.message)
        } catch is RecentAnswers<ExternalIdentity?>.Busy {
            throw IdentityUnavailable("too many logins wait for the directory")
        }
    }

    /// Whether it is one name to a directory, which does not see all differences (RFC 4518): spaces at the ends or several
    /// in a row, and letters that look like others, would make many names of one user.
    private static func isName(_ text: String) -> Bool {
        (1...maxNameBytes).contains(text.utf8.count) && !text.hasPrefix(" ") && !text.hasSuffix(" ")
            && !text.contains("  ") && text.precomposedStringWithCompatibilityMapping.utf8.elementsEqual(text.utf8)
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
    }

    package func wasRight(user: String, password: String) async -> Bool {
        await (answers.last(to: [user, password]) ?? nil) != nil
    }

    /// On a thread of ours: `nil` where name or password is wrong, and where no group has a role.
    private func login(_ user: String, _ password: String) throws(LDAPError) -> ExternalIdentity? {
        do {
            let session = try LDAPSession(settings.server)
            guard let entry = try authenticated(user, password, session) else { return nil }
            let groups = entry.values(settings.groupAttribute) + (try groups(of: entry, user, session))
            guard let found = settings.roles.role(in: groups) else {
                logger.info("a user of the directory is in no group that has a role; ldap-roles says which have")
                return nil
            }
            return ExternalIdentity(
                name: user,
                account: found.account ?? settings.account,
                role: found.role,
                source: "ldap"
            )
        } catch  where error.code == .invalidCredentials { return nil }
    }

    /// The user's entry, once the password is known to be its own.
    private func authenticated(
        _ user: String,
        _ password: String,
        _ session: LDAPSession
    ) throws(LDAPError) -> LDAPEntry? {
        switch settings.finding {
        case .template(let template):
            let name = LDAPText.filled(template, ["user": user])
            do { try session.bind(dn: name, password: password) } catch  where error.code == .notFound { return nil }
            guard settings.userBase == nil else {
                guard let found = try entry(of: user, session) else { return nil }
                // The template and the filter may mean two people: the groups count of the one whose password it is.
                try LDAPSession(settings.server).bind(dn: found.dn, password: password)
                return found
            }
            let own = try session.search(
                base: name,
                filter: "(objectClass=*)",
                attributes: [settings.groupAttribute],
                limit: 1
            )
            return own.first ?? LDAPEntry(dn: name, attributes: [:])
        case .search(let bindDN, let bindPassword):
            if let bindDN {
                do { try session.bind(dn: bindDN, password: bindPassword ?? "") } catch {
                    // The service user's own login is not the user's fault.
                    logger.error("the directory does not take ldap-bind-dn with its password: \(error)")
                    throw error.asOurs
                }
            }
            guard let found = try entry(of: user, session) else { return nil }
            // On a connection of its own: groups are read as the service user.
            try LDAPSession(settings.server).bind(dn: found.dn, password: password)
            return found
        }
    }

    private func entry(of user: String, _ session: LDAPSession) throws(LDAPError) -> LDAPEntry? {
        let found = try session.search(
            base: settings.userBase ?? "",
            filter: LDAPText.filled(settings.userFilter, ["user": user]),
            attributes: [settings.groupAttribute],
            limit: 2
        )
        if found.count > 1 { logger.warning("ldap-user-filter finds several entries for one name; none is taken") }
        return found.count == 1 ? found.first : nil
    }

    private func groups(of entry: LDAPEntry, _ user: String, _ session: LDAPSession) throws(LDAPError) -> [String] {
        guard let base = settings.groupBase else { return [] }
        let found = try session.search(
            base: base,
            filter: LDAPText.filled(settings.groupFilter, ["dn": entry.dn, "user": user]),
            attributes: ["cn"],
            limit: Self.maxGroups
        )
        return found.flatMap { [$0.dn] + $0.values("cn") }
    }
}
