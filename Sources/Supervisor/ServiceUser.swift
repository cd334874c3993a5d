import Foundation

/// An account without rights, for the private servers of a process that runs as root.
struct ServiceUser: Sendable, Hashable {
    let name: String
    let uid: UInt32
    let gid: UInt32

    /// The account to use: that of a database made earlier, else `postgres`, else `nobody`; `nil` when we are not root.
    ///
    /// - Throws: `missingProgram` when root has no account to change to.
    static func choose(databaseFolder: String) throws(SupervisorError) -> ServiceUser? {
        guard geteuid() == 0 else { return nil }
        var facts = stat()
        if stat(databaseFolder, &facts) == 0, facts.st_uid != 0 {
            return ServiceUser(name: "#\(facts.st_uid)", uid: facts.st_uid, gid: facts.st_gid)
        }
        guard let user = named("postgres") ?? named("nobody") else {
            throw SupervisorError(
                .missingProgram,
                "PostgreSQL does not run as root, and there is no account postgres or nobody; add one: useradd -r postgres"
            )
        }
        return user
    }

    /// The account of this name, if there is one and it is not root's.
    static func named(_ name: String) -> ServiceUser? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil, entry.pw_uid != 0 else {
            return nil
        }
        return ServiceUser(name: name, uid: entry.pw_uid, gid: entry.pw_gid)
    }
}
