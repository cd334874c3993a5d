import AnchoreAPI
import ArgumentParser
import FleetRegistry
import Foundation
import Notifications
import ScanModel
import Store

extension ChannelKind: ExpressibleByArgument {}
extension Severity: ExpressibleByArgument {}

/// The command `tallyman notify add`.
struct NotifyAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Adds a channel, or gives the one of this name another address and filter.",
        discussion: """
            What the secret is: of slack and teams the webhook's address (in place of
            --url); of webhook the key that messages are signed with (Standard Webhooks;
            optional); of anchore the password of Basic authentication (with --user;
            optional); of pagerduty the integration key of a service; of servicenow the
            password of --user; of splunk the token of an HTTP event collector; of datadog
            an API key; of email the password of --user.

            In an address of kind anchore, <userId> and <notification_type> stand for what
            the message is about.
            """
    )

    @OptionGroup var fleet: FleetOptions
    @Argument(help: "A name for it.") var name: String
    @Option(help: "\(ChannelKind.allCases.map(\.rawValue).joined(separator: ", ")).") var kind: ChannelKind
    @Option(
        help:
            "Where it is: http(s)://…; of email smtps://HOST[:PORT], smtp://HOST (STARTTLS) or smtp+plain://HOST. PagerDuty and Datadog need none."
    )
    var url: String?
    @Flag(help: "Read the secret from standard input.") var secretStdin = false
    @Option(help: "The user to log in as.") var user: String?
    @Option(help: "Of email: whom it is from.") var from: String?
    @Option(help: "Of email: whom it is for; repeatable.") var to: [String] = []
    @Option(help: "Of splunk: the index.") var index: String?
    @Flag(help: "Do not check the endpoint's certificate.") var insecure = false
    @Option(help: "Tell of one account alone.") var account: String?
    @Option(
        help: "Tell of one type of subscriptions: \(SubscriptionType.listed.joined(separator: ", ")); repeatable."
    )
    var type: [SubscriptionType] = []
    @Option(help: "Tell of changes of findings from this severity on.") var severity = Severity.unknown
    @Option(help: "Tell of these alone: REGISTRY/REPOSITORY[:TAG], * for anything; repeatable.")
    var repository: [String] = []
    @Option(help: ArgumentHelp("One summary a day, at this time in UTC, not single messages.", valueName: "HH:MM"))
    var daily: String?

    func run() async throws {
        var secret: String?
        if secretStdin {
            secret = readLine(strippingNewline: true).flatMap { $0.isEmpty ? nil : $0 }
            guard secret != nil else { throw UsageError("no secret came on standard input") }
        }
        var place = url ?? ChannelAddress.standardURL(kind)
        if kind == .slack || kind == .teams, url == nil {
            place = secret
            secret = nil
        }
        guard let place else { throw UsageError("--url says where \(kind.rawValue) is") }
        var address = ChannelAddress(kind: kind, url: place)
        address.user = user
        address.secret = secret
        address.sender = from
        address.recipients = to
        address.index = index
        address.verifiesTLS = !insecure
        var filter = ChannelFilter()
        filter.account = account
        filter.kinds = type
        filter.minSeverity = severity
        filter.patterns = Self.patterns(repository)
        if let daily {
            guard let minutes = TimeOfDay.minutes(daily) else { throw UsageError("\(daily) is not a time: HH:MM") }
            filter.digestMinute = minutes
        }
        let store = try await fleet.store(connections: 1)
        let result: Result<Void, any Error>
        do { result = .success(try await fleet.add(name, address, filter, to: store)) } catch {
            result = .failure(error)
        }
        await store.close()
        try result.get()
        ConsoleOutput.line("added \(name); `tallyman notify test \(name)` sends it a message")
    }

    /// A repository means its tags, too.
    private static func patterns(_ given: [String]) -> [String] {
        given.flatMap { pattern in
            let last = pattern.split(separator: "/").last ?? ""
            return pattern.hasSuffix("*") || pattern.contains("/") && last.contains(":")
                ? [pattern] : [pattern, "\(pattern):*"]
        }
    }
}

extension FleetOptions {
    private static let maxName = 100
    private static let maxPatterns = 100

    /// Adds a channel whose address is checked and sealed.
    func add(_ name: String, _ address: ChannelAddress, _ filter: ChannelFilter, to store: Store) async throws {
        guard (1...Self.maxName).contains(name.utf8.count), name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw UsageError("a channel's name is 1 to \(Self.maxName) visible characters of ASCII")
        }
        guard filter.patterns.count <= Self.maxPatterns, !filter.patterns.contains(where: { $0.utf8.contains(0) })
        else {
            throw UsageError("--repository: at most \(Self.maxPatterns)")
        }
        let problems = address.problems
        guard problems.isEmpty else { throw UsageError("\(name): \(problems.joined(separator: "; "))") }
        guard let box = try secretBox() else {
            throw UsageError("addresses are stored sealed: set TALLYMAN_SECRET_KEY, the same for every part")
        }
        try await store.setChannel(
            name: name,
            kind: address.kind.rawValue,
            target: address.shown,
            sealed: try box.seal(String(decoding: address.json.bytes, as: UTF8.self)),
            filter: filter
        )
    }
}
