import Access
import AnchoreAPI
import Foundation
import Logging
import Store

/// The first user of the API: `admin`, with a password that was given or made up, never one that is the same everywhere.
struct FirstAdmin {
    private static let maxPasswordBytes = 512

    let store: Store
    let passwords: PasswordChecks
    /// Where a password that is made up is written.
    let folder: String
    let logger: Logger

    /// Makes the user where there is none; where no password is to be had, the log says so.
    func create() async throws {
        guard try await store.principal(user: UserRecord.first) == nil else { return }
        if let given = try given() {
            guard UserRecord.isPassword(given) else {
                throw UsageError("TALLYMAN_ADMIN_PASSWORD must have 6 to 128 characters")
            }
            if try await store.createFirstAdmin(passwordHash: try await passwords.hash(given)) {
                logger.notice("the API's user admin has the password that was given")
            }
            return
        }
        try await makeUp()
    }

    private func given() throws -> String? {
        let settings = try Settings()
        if let password = settings["admin-password"] { return password }
        guard let path = settings["admin-password-file"] else { return nil }
        return String(decoding: try UserFile.read(path, most: Self.maxPasswordBytes), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func makeUp() async throws {
        let password = BearerToken.password()
        let file = "\(folder)/admin.password"
        let temporary = "\(file).\(getpid())"
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            guard
                FileManager.default.createFile(
                    atPath: temporary,
                    contents: Data((password + "\n").utf8),
                    attributes: [.posixPermissions: 0o600]
                )
            else { throw CocoaError(.fileWriteUnknown) }
        } catch {
            logger.error(
                "the API has no user: \(folder) cannot be written; set TALLYMAN_ADMIN_PASSWORD or TALLYMAN_ADMIN_PASSWORD_FILE"
            )
            return
        }
        defer { unlink(temporary) }
        guard try await store.createFirstAdmin(passwordHash: try await passwords.hash(password)) else { return }
        guard rename(temporary, file) == 0 else { throw UnavailableError("\(file) cannot be written") }
        logger.notice("the API's user is admin; its password is in \(file)")
    }
}
