import Advisories
import ArgumentParser
import FeedSync
import Foundation
import Reports

/// The command `tallyman advisories sync`.
struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Fetches feeds from their publishers, or from a mirror, and imports what is new.",
        discussion: """
            Fetched files are kept in a folder (--cache) with one folder for each feed, the
            layout that `import` reads and a mirror serves. Servers are asked whether a
            file has changed; what has not is neither fetched nor read again.

            With --mirror, or the setting advisories-mirror (TALLYMAN_ADVISORIES_MIRROR),
            every file comes from that server: from all its folders where it lists them,
            else under the names that `sync` gives its own files.
            """
    )
    @Flag(help: "Print the feeds that are known, and fetch nothing.") var list = false
    @Option(name: .long, parsing: .upToNextOption, help: "Only these feeds.") var only: [String] = []
    @Option(name: .long, parsing: .upToNextOption, help: "All but these feeds.") var except: [String] = []
    @Option(help: "The address of a server with one folder for each feed, in place of the publishers.")
    var mirror: String?
    @Option(help: "An HTTP proxy, http://[USER:PASSWORD@]HOST:PORT, or direct; HTTPS_PROXY and HTTP_PROXY by default.")
    var proxy: String?
    @Option(help: "Where fetched files are kept; by default `feeds` in the user's cache folder.") var cache: String?
    @Flag(help: "Fetch the files into --cache, and import nothing.") var downloadOnly = false
    @Flag(help: "Take feeds although they are dated earlier than what is there.") var allowOlder = false
    @Option(help: "Minutes that fetching may take.") var deadline = 60
    @OptionGroup var target: AdvisoriesCommand.Target
    @Option(name: [.short, .customLong("output")], help: "table or json, of --list or of what was imported.")
    var output = FleetCommand.Format.table

    func validate() throws {
        guard (1...10_000).contains(deadline) else { throw ValidationError("--deadline: 1 to 10000 minutes") }
    }

    func run() async throws {
        guard !list else { return try SyncOutput.printCatalogue(as: output) }
        let fetched = try await fetch()
        SyncOutput.print(fetched)
        guard !fetched.hasNothing else {
            if !downloadOnly { try await target.note(fetched.memory) }
            throw UnavailableError("nothing could be fetched; the advisories stay as they were")
        }
        let isWhole = fetched.memory.problems.isEmpty
        guard !downloadOnly else {
            switch output {
            case .json: ConsoleOutput.bytes(try ReportJSON.encode(["folder": fetched.folder]))
            case .table: ConsoleOutput.line("the files are in \(fetched.folder)")
            }
            if !isWhole { throw ExitCode(ExitStatus.badInput) }
            return
        }
        let report = try await importing(fetched)
        guard isWhole, report.problems.isEmpty else { throw ExitCode(ExitStatus.badInput) }
    }

    private func fetch() async throws -> FeedSyncReport {
        var options = FeedSyncOptions()
        options.deadline = .seconds(60 * deadline)
        options.allowsOlder = allowOlder
        options.proxies = try ProxySettings.read(proxy)
        options.userAgent = "tallyman/\(BuildVersion.text)"
        let base = try mirror ?? Settings()["advisories-mirror"]
        let root = try cache ?? Settings()["advisories-cache"] ?? AdvisoryPath.cacheFolder("feeds")
        try UserFile.makeFolder(root)
        let sync = try FeedSync(
            root: root,
            origin: base.map { .mirror($0) } ?? .publishers,
            options: options
        )
        let year = Calendar(identifier: .gregorian).component(.year, from: Date())
        let fetched = try await sync.run(only: only, except: except, thisYear: year) { ConsoleOutput.progress($0) }
        ConsoleOutput.progress(nil)
        return fetched
    }

    private func importing(_ fetched: FeedSyncReport) async throws -> ImportReport {
        var options = AdvisoryImport.Options()
        options.folders = fetched.present
        options.allowsOlder = allowOlder
        options.fetched = fetched.memory
        do {
            return try await target.take([fetched.folder], options: options, printing: output)
        } catch let error as AdvisoryError {
            var memory = fetched.memory
            memory.problems.append(FeedProblem(subject: "import", reason: error.message))
            try await target.note(memory)
            throw error
        }
    }
}
