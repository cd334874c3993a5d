import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Fetches the feeds that `advisories sync` imports from their publishers.
enum FeedDownload {
    /// Bytes of one feed, 2 GiB.
    private static let maxBytes = 2 << 30
    /// How long one feed may take.
    private static let timeout = TimeAmount.minutes(15)

    /// The ecosystems of OSV's archives that are matched.
    private static let ecosystems = ["PyPI", "npm", "Go", "Maven", "RubyGems", "Alpine", "AlmaLinux", "Rocky%20Linux"]

    /// File names and addresses.
    private static var feeds: [(file: String, address: String)] {
        let osv = "https://osv-vulnerabilities.storage.googleapis.com"
        return [
            ("debian.json", "https://security-tracker.debian.org/tracker/data/json"),
            ("epss.csv.gz", "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"),
            (
                "kev.json",
                "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
            ),
        ] + ecosystems.map { ("\($0.replacingOccurrences(of: "%20", with: "-")).zip", "\(osv)/\($0)/all.zip") }
    }

    /// Fetches every feed into `folder`; the first that cannot be had ends it.
    static func fetchAll(into folder: String) async throws {
        var configuration = HTTPClient.Configuration()
        configuration.timeout = .init(connect: .seconds(15), read: .seconds(60))
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            for feed in feeds { try await fetch(feed.address, to: "\(folder)/\(feed.file)", with: client) }
        } catch {
            // The error that ended the transfer says more than one of closing connections.
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private static func fetch(_ address: String, to path: String, with client: HTTPClient) async throws {
        let remedy = "fetch the feeds by other means and use `tallyman advisories import`"
        var received = 0
        do {
            let response = try await client.execute(HTTPClientRequest(url: address), timeout: timeout)
            guard response.status.code == 200 else {
                throw UnavailableError("\(address) answers with status \(response.status.code); \(remedy)")
            }
            guard FileManager.default.createFile(atPath: path, contents: nil),
                let file = FileHandle(forWritingAtPath: path)
            else { throw UnavailableError("\(path) cannot be written") }
            for try await chunk in response.body {
                received += chunk.readableBytes
                guard received <= maxBytes else { throw InputError("\(address): more than \(maxBytes) bytes") }
                try file.write(contentsOf: Data(chunk.readableBytesView))
                ConsoleOutput.progress("\(address): \(received >> 20) MiB")
            }
            try file.close()
        } catch let error where !(error is UnavailableError || error is InputError) {
            throw UnavailableError("\(address) cannot be fetched: \(error); \(remedy)")
        }
    }
}
