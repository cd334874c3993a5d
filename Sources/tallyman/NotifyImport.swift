import AnchoreAPI
import ArgumentParser
import Foundation
import Notifications
import Store
import Yams

/// The command `tallyman notify import`.
struct NotifyImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Adds the webhooks of Anchore Engine's configuration as channels of kind anchore.",
        discussion: """
            Reads the section webhooks: general and one for each type of subscription, with
            url, webhook_user, webhook_pass and ssl_verify, each its own or the section's.
            As there, both the one for a type and the general one are told.
            """
    )

    private static let maxBytes = 1 << 20

    @OptionGroup var fleet: FleetOptions
    @Argument(help: "Anchore Engine's config.yaml.") var file: String

    func run() async throws {
        let text = String(decoding: try UserFile.read(file, most: Self.maxBytes), as: UTF8.self)
        let channels = try Self.channels(text, file)
        guard !channels.isEmpty else { throw InputError("\(file): no webhook has a url") }
        let store = try await fleet.store(connections: 1)
        do {
            for channel in channels {
                try await fleet.add(channel.name, channel.address, channel.filter, to: store)
                ConsoleOutput.line("added \(channel.name)")
            }
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    private static func channels(_ yaml: String, _ file: String) throws
        -> [(name: String, address: ChannelAddress, filter: ChannelFilter)]
    {
        let loaded: Any?
        do { loaded = try Yams.load(yaml: yaml) } catch {
            throw InputError("\(file): \((error as? YamlError)?.words ?? "it is no YAML")")
        }
        guard let section = (loaded as? [String: Any])?["webhooks"] as? [String: Any] else {
            throw InputError("\(file) has no section webhooks")
        }
        return try section.keys.sorted().compactMap { key in
            guard let entry = section[key] as? [String: Any], let url = text(entry["url"]) else { return nil }
            guard !url.contains("${") else {
                throw InputError("\(file): webhooks.\(key).url has a variable: put its value there")
            }
            var filter = ChannelFilter()
            if key != "general" {
                guard let type = SubscriptionType(rawValue: key) else {
                    ConsoleOutput.error("webhooks.\(key) is left out: there are no notifications of this type")
                    return nil
                }
                filter.kinds = [type]
            }
            var address = ChannelAddress(kind: .anchore, url: url)
            address.user = text(entry["webhook_user"]) ?? text(section["webhook_user"])
            address.secret = text(entry["webhook_pass"]) ?? text(section["webhook_pass"])
            address.verifiesTLS = (entry["ssl_verify"] ?? section["ssl_verify"]) as? Bool ?? true
            return ("anchore-\(key)", address, filter)
        }
    }

    private static func text(_ value: Any?) -> String? {
        guard let value, !(value is NSNull) else { return nil }
        let text = "\(value)"
        return text.isEmpty ? nil : text
    }
}
