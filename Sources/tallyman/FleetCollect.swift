import ArgumentParser
import Reports
import ScanModel
import Store

/// The command `tallyman fleet collect`.
struct FleetCollect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Shows or sets what the fleet collects of images' files for policies and lists of files.",
        discussion: """
            Without arguments it shows what is set, or else the standard with what
            administrators' policy bundles ask for, malware aside. LIST is of
              files     kind, mode, owner and size of every file; set-user-ID files
              digests   the SHA-256 of every file; with verify its SHA-1 and MD5, too
              passwd    the lines of /etc/passwd
              retrieve  the content of /etc/passwd and of the files of --retrieve
              content   which files hold what --content-search looks for
              secrets   which files hold secrets
              malware   what a malware scanner says
              verify    what package databases say of packages' files
            or `standard` (\(Self.names(CollectionPlan.standard.parts))), or `none`.
            digests, content, secrets and malware read every byte of every file and cost
            accordingly.

            What is collected is a part of the analysis version: after a change the next
            run analyses every layer of its images anew, and a run that is under way goes
            over to it.

              tallyman fleet collect
              tallyman fleet collect standard,digests --retrieve /etc/ssh/sshd_config
              tallyman fleet collect files,content \\
                  --content-search 'PASSWORD=.*password *='
              tallyman fleet collect standard,secrets --secret-rules analyzer_config.yaml
            """
    )

    @OptionGroup var fleet: FleetOptions
    @Argument(help: "What to collect, separated by commas.") var list: String?
    @Option(help: ArgumentHelp("A file to keep the content of; may be repeated.", valueName: "path"))
    var retrieve: [String] = []
    @Option(
        help: ArgumentHelp("An expression to search text files for; may be repeated.", valueName: "name=regex")
    )
    var contentSearch: [String] = []
    @OptionGroup var secrets: SecretRuleOptions
    @Option(name: .shortAndLong, help: "table or json.") var output = FleetCommand.Format.table

    func run() async throws {
        let wanted = try plan()
        let store = try await fleet.store(connections: 1)
        let before = try await store.collection()
        if let wanted { try await store.setCollection(wanted) }
        await store.close()
        let now = wanted ?? before
        switch output {
        case .json: ConsoleOutput.bytes(try ReportJSON.encode(now))
        case .table:
            ConsoleOutput.line(now.parts.isEmpty ? "nothing" : Self.names(now.parts))
            for path in now.retrievedPaths { ConsoleOutput.line("retrieve \(path)") }
            for pattern in now.contentPatterns { ConsoleOutput.line("content-search \(pattern.text)") }
            for pattern in now.secretPatterns { ConsoleOutput.line("secret-search \(pattern.text)") }
        }
        if now.versionSuffix != before.versionSuffix {
            ConsoleOutput.error("changed: the next run analyses the layers of its images anew")
        }
    }

    /// What is to be set; `nil` where nothing is.
    private func plan() throws -> CollectionPlan? {
        guard let list else {
            guard retrieve.isEmpty, contentSearch.isEmpty, secrets.isEmpty else {
                throw UsageError(
                    "--retrieve, --content-search, --secret-search and --secret-rules go with a list of what to collect"
                )
            }
            return nil
        }
        let words = list.split(separator: ",")
        let rest = words.filter { $0 != "standard" }.joined(separator: ",")
        var options = CollectionOptions()
        options.collect = rest
        options.retrieve = retrieve
        options.contentSearch = contentSearch
        options.secrets = secrets
        var plan = try options.plan()
        if rest.split(separator: ",").count < words.count { plan.parts.formUnion(CollectionPlan.standard.parts) }
        return plan
    }

    private static func names(_ parts: Set<CollectedPart>) -> String {
        parts.sorted().map(\.rawValue).joined(separator: ",")
    }
}
