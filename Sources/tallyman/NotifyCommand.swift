import AnchoreAPI
import ArgumentParser
import FleetRegistry
import Foundation
import Notifications
import Notifier
import Reports
import ScanModel
import Store

/// The command `tallyman notify`.
struct NotifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify",
        abstract: "Who is told of what subscriptions watch: webhooks, chat, paging, tickets, events, mail.",
        discussion: """
            What happens to tags with an active subscription (`anchore-cli subscription
            activate TYPE TAG`) is sent to every channel that asks for its like, at least
            once; a message that comes twice has the same key.

              printf %s "$WEBHOOK_URL" | tallyman notify add team --kind slack \\
                  --secret-stdin --severity high
              printf %s "$KEY" | tallyman notify add pager --kind pagerduty \\
                  --secret-stdin --type policy_eval
              printf %s "$PASSWORD" | tallyman notify add mail --kind email \\
                  --url smtp://mail.example:587 --user tallyman --secret-stdin \\
                  --from tallyman@example.org --to security@example.org --daily 06:00
              tallyman notify import config.yaml    webhooks of Anchore Engine
              tallyman notify test team

            Addresses and secrets are kept sealed. Messages go to public addresses alone,
            unless --allow-private-targets or --allow-target is given to the coordinator
            (and to `serve` and `test`); redirects are not followed.
            """,
        subcommands: [
            NotifyAdd.self, NotifyImport.self, NotifyList.self, NotifyRemove.self, NotifyRetry.self, NotifyTest.self,
        ]
    )
}

/// The command `tallyman notify list`.
struct NotifyList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the channels with what waits for them and what was given up; never a secret."
    )
    @OptionGroup var fleet: FleetOptions
    @Option(name: .shortAndLong, help: "table or json.") var output = FleetCommand.Format.table

    private struct Row: Encodable {
        var name: String
        var kind: String
        var target: String
        var account: String?
        var types: [String]
        var severity: String
        var repositories: [String]
        var daily: String?
        var waiting: Int
        var givenUp: Int
        var lastError: String?
    }

    func run() async throws {
        let store = try await fleet.store(connections: 1)
        let known = try await store.channels()
        await store.close()
        let rows = known.map { status in
            let filter = status.channel.filter
            return Row(
                name: status.channel.name,
                kind: status.channel.kind,
                target: status.channel.target,
                account: filter.account,
                types: filter.kinds.map(\.rawValue),
                severity: filter.minSeverity.rawValue,
                repositories: filter.patterns,
                daily: filter.digestMinute.map(TimeOfDay.text),
                waiting: status.waiting,
                givenUp: status.dead,
                lastError: status.lastError
            )
        }
        guard output == .table else {
            ConsoleOutput.bytes(try ReportJSON.encode(["channels": rows]))
            return
        }
        var table = TextTable([
            .init("CHANNEL"), .init("KIND"), .init("TARGET", shrinks: true), .init("TELLS", shrinks: true),
            .init("WAITING", .right), .init("GIVEN UP", .right), .init("LAST ERROR", shrinks: true),
        ])
        for row in rows {
            var tells = [row.types.isEmpty ? "everything" : row.types.joined(separator: " ")]
            if row.severity != Severity.unknown.rawValue { tells.append("from \(row.severity)") }
            if !row.repositories.isEmpty { tells.append("of \(row.repositories.joined(separator: " "))") }
            if let account = row.account { tells.append("in \(account)") }
            if let daily = row.daily { tells.append("daily at \(daily) UTC") }
            table.append([
                "\(row.name)", "\(row.kind)", "\(row.target)", "\(tells.joined(separator: ", "))", "\(row.waiting)",
                "\(row.givenUp)", .init(row.lastError ?? "", style: row.lastError == nil ? .plain : .bad),
            ])
        }
        ConsoleOutput.text(table.render(ConsoleOutput.appearance))
    }
}

/// The command `tallyman notify remove`.
struct NotifyRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Removes a channel and what waits for it."
    )
    @OptionGroup var fleet: FleetOptions
    @Argument(help: "The channel's name.") var name: String

    func run() async throws {
        let store = try await fleet.store(connections: 1)
        let wasThere = try await store.removeChannel(name)
        await store.close()
        guard wasThere else { throw InputError("there is no channel \(name)") }
        ConsoleOutput.line("removed \(name)")
    }
}

/// The command `tallyman notify retry`.
struct NotifyRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Tries again what was given up for a channel."
    )
    @OptionGroup var fleet: FleetOptions
    @Argument(help: "The channel's name.") var name: String

    func run() async throws {
        let store = try await fleet.store(connections: 1)
        let again = try await store.retryDeliveries(of: name)
        await store.close()
        guard let again else { throw InputError("there is no channel \(name)") }
        ConsoleOutput.line("\(Figures.plural(again, "notification")) will be tried again")
    }
}

/// The command `tallyman notify test`.
struct NotifyTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Sends a made-up message to a channel, from here and at once, and says whether it was taken."
    )
    @OptionGroup var fleet: FleetOptions
    @OptionGroup var targets: NotifyOptions
    @Argument(help: "The channel's name.") var name: String
    @Option(help: "What it is about: \(SubscriptionType.listed.joined(separator: ", ")).")
    var type = SubscriptionType.tagUpdate

    func run() async throws {
        let options = try targets.senderOptions()
        let store = try await fleet.store(connections: 1)
        let found = try await store.channel(named: name)
        await store.close()
        guard let found else { throw InputError("there is no channel \(name)") }
        let tester = ChannelTest(sender: MessageSender(box: try fleet.secretBox(), options: options))
        let account = found.filter.account ?? AccountRecord.first
        do { try await tester.send(type, to: found, account: account, email: "") } catch {
            throw UnavailableError("\(name): \(error)")
        }
        ConsoleOutput.line("\(name) took a message")
    }
}

extension SubscriptionType: ExpressibleByArgument {}

/// Sends a made-up message.
struct ChannelTest {
    let sender: MessageSender

    /// Throws what the endpoint says.
    func send(_ type: SubscriptionType, to channel: NotificationChannel, account: String, email: String) async throws {
        let event = NotificationEvent.test(
            type,
            account: account,
            email: email,
            key: UUID().uuidString.lowercased(),
            now: Int(Date().timeIntervalSince1970)
        )
        try await sender.send(event, to: try sender.address(channel.sealed))
    }
}

/// Times of day as `HH:MM`.
enum TimeOfDay {
    /// Minutes after midnight; `nil` for what is no time.
    static func minutes(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.count) }), let hour = Int(parts[0]),
            let minute = Int(parts[1]), (0...23).contains(hour), (0...59).contains(minute)
        else { return nil }
        return hour * 60 + minute
    }

    static func text(_ minutes: Int) -> String {
        String(format: "%02d:%02d", minutes / 60, minutes % 60)
    }
}
