import FeedSync
import Reports

/// Prints which feeds there are and what became of fetching them.
enum SyncOutput {
    /// A feed, for machines.
    private struct Row: Encodable {
        let name: String
        let format: String
        let covers: String
        let isDefault: Bool
        let licence: String?
        let addresses: [String]

        init(_ feed: UpstreamFeed) {
            name = feed.name
            format = feed.format
            covers = feed.covers
            isDefault = feed.isDefault
            licence = feed.licence
            addresses = feed.addresses
        }
    }

    static func printCatalogue(as form: FleetCommand.Format) throws {
        guard form == .table else {
            return ConsoleOutput.bytes(try ReportJSON.encode(["feeds": FeedCatalogue.feeds.map { Row($0) }]))
        }
        var table = TextTable([.init("FEED"), .init(""), .init("FORMAT"), .init("COVERS"), .init("FROM")])
        for feed in FeedCatalogue.feeds {
            table.append([
                .init(feed.name), .init(feed.isDefault ? "default" : ""), .init(feed.format), .init(feed.covers),
                .init(feed.addresses.first ?? ""),
            ])
            for address in feed.addresses.dropFirst() {
                table.append([.init(""), .init(""), .init(""), .init(""), .init(address)])
            }
        }
        ConsoleOutput.text(table.render(ConsoleOutput.appearance))
        for feed in FeedCatalogue.feeds {
            if let licence = feed.licence { ConsoleOutput.line("\(feed.name): \(licence)") }
        }
    }

    static func print(_ report: FeedSyncReport) {
        for outcome in report.outcomes {
            switch outcome.result {
            case .fetched(let files, let bytes):
                let size = Figures.bytes(Int64(bytes))
                ConsoleOutput.error("\(outcome.feed): fetched \(Figures.plural(files, "file")), \(size)")
            case .unchanged: ConsoleOutput.error("\(outcome.feed): unchanged")
            case .failed(let reason): ConsoleOutput.error("\(outcome.feed): not fetched: \(reason)")
            }
        }
    }
}
