import Access
import AnchoreAPI
import ArgumentParser
import Reports
import Store

/// The command `tallyman account`.
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Tokens that let machines use the API.",
        discussion: """
            A token stands for a user, and may do what its role says, which is at most the
            user's:

              read-only      look at everything of the account
              scanner        also add and remove images
              policy-editor  also change policies
              admin          also users, registries and, in the account admin, the system

            It is shown once and kept as a digest alone. Clients send it as "Authorization:
            Bearer tm_…":

              TOKEN=$(tallyman account token create --role scanner --name jenkins)
              curl -H "Authorization: Bearer $TOKEN" http://localhost:8080/v1/images

            Users and accounts themselves are made with anchore-cli or the API.
            """,
        subcommands: [Tokens.self]
    )

    struct Tokens: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "token",
            abstract: "Makes, lists and revokes tokens.",
            subcommands: [Create.self, List.self, Revoke.self]
        )
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Makes a token and prints it, this once."
        )
        @OptionGroup var fleet: FleetOptions
        @Option(help: "The user that it stands for.") var user = UserRecord.first
        @Option(help: "What it may do: read-only, scanner, policy-editor or admin.") var role = "read-only"
        @Option(help: "What it is for.") var name = ""
        @Option(help: "Days that it is valid.") var days = TokenRecord.standardDays
        @Flag(help: "Valid until it is revoked.") var withoutEnd = false
        @Option(name: .shortAndLong, help: "table, which is the token alone, or json.")
        var output = FleetCommand.Format.table

        func validate() throws {
            guard AccessRole(rawValue: role) != nil else {
                let known = AccessRole.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--role must be one of \(known)")
            }
            guard TokenRecord.days.contains(days) else {
                throw ValidationError("--days must be from 1 to \(TokenRecord.days.upperBound)")
            }
            guard TokenRecord.isLabel(name) else { throw ValidationError("--name must be a line of up to 128 bytes") }
        }

        func run() async throws {
            let store = try await fleet.store(connections: 1)
            let token = BearerToken.make(.machine)
            guard let role = AccessRole(rawValue: role), let fingerprint = BearerToken.fingerprint(token),
                let owner = try await store.principal(user: user)
            else { throw InputError("there is no user \(user)") }
            guard role <= owner.role else {
                throw InputError("\(user) is \(owner.role.rawValue), and its tokens may not do more")
            }
            let made = try await store.addMachineToken(
                fingerprint,
                of: user,
                role: role,
                label: name,
                days: withoutEnd ? nil : days,
                madeBy: "command line"
            )
            await store.close()
            guard let made else { throw InputError("\(user) has \(TokenRecord.maxOfUser) tokens; revoke some") }
            guard output == .table else {
                return ConsoleOutput.bytes(try ReportJSON.encode(TokenRow(made, token: token)))
            }
            ConsoleOutput.line(token)
            ConsoleOutput.error(
                "token \(made.number) of \(user), \(role.rawValue), "
                    + (made.expiresAt.map { "until \($0)" } ?? "until it is revoked")
            )
        }
    }

    /// What is known of a token, for machines; the token itself for whoever made it.
    private struct TokenRow: Encodable {
        let number: Int
        let user: String
        let role: String
        let name: String
        let created: String
        let expires: String?
        let lastUsed: String?
        let madeBy: String
        let hasEnded: Bool
        let token: String?

        init(_ record: TokenRecord, token: String? = nil) {
            number = record.number
            user = record.user
            role = record.role.rawValue
            name = record.label
            created = record.createdAt
            expires = record.expiresAt
            lastUsed = record.lastUsedAt
            madeBy = record.madeBy
            hasEnded = record.hasEnded
            self.token = token
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Lists tokens, never what they are."
        )
        @OptionGroup var fleet: FleetOptions
        @Option(help: "Only those of this account.") var account: String?
        @Option(name: .shortAndLong, help: "table or json.") var output = FleetCommand.Format.table

        func run() async throws {
            let store = try await fleet.store(connections: 1)
            let tokens = try await store.machineTokens(of: account)
            await store.close()
            guard output == .table else {
                return ConsoleOutput.bytes(try ReportJSON.encode(["tokens": tokens.map { TokenRow($0) }]))
            }
            var table = TextTable([
                .init("TOKEN"), .init("USER"), .init("ROLE"), .init("NAME"), .init("UNTIL"), .init("LAST USED"),
                .init("MADE BY"),
            ])
            for token in tokens {
                let end = token.expiresAt ?? "revoked"
                table.append([
                    "\(token.number)", "\(token.user)", "\(token.role.rawValue)", "\(token.label)",
                    "\(token.hasEnded ? "\(end) (ended)" : end)", "\(token.lastUsedAt ?? "never")",
                    "\(token.madeBy)",
                ])
            }
            ConsoleOutput.text(table.render(ConsoleOutput.appearance))
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke",
            abstract: "Ends a token at once."
        )
        @OptionGroup var fleet: FleetOptions
        @Argument(help: "The token's number, as list shows it.") var token: Int

        func run() async throws {
            let store = try await fleet.store(connections: 1)
            let wasThere = try await store.revokeMachineToken(token, of: nil)
            await store.close()
            guard wasThere else { throw InputError("there is no token \(token)") }
            ConsoleOutput.line("revoked \(token)")
        }
    }
}
