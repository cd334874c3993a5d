import AdvisoryFile
import AnchoreAPI
import ArgumentParser
import Compliance
import DedicatedThread
import Documents
import ImageSources
import Policy
import Reports
import ScanModel

/// The command `tallyman policy`.
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Checks policy bundles, and images by them.",
        discussion: """
            Bundles are those of Anchore Engine, version 1_0: policies, mappings,
            whitelists and lists of images in JSON.

              tallyman policy validate bundle.json
              tallyman policy describe --gate vulnerabilities --trigger package
              tallyman policy check registry.example/team/app:1.4 --bundle bundle.json
            """,
        subcommands: [
            PolicyValidateCommand.self, PolicyDescribeCommand.self, PolicyCheckCommand.self, PolicyProfilesCommand.self,
            PolicyProfileCommand.self,
        ]
    )
}

/// How the commands about policies give their results.
enum PolicyFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json
}

/// The command `tallyman policy validate`.
struct PolicyValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Names everything that is wrong with a policy bundle: where, what, and what to do about it.",
        discussion: """
            Exit status: 0 the bundle can be used (there may be warnings); 65 it cannot.

              tallyman policy validate bundle.json
              curl -s https://policies.example/bundle.json |
                  tallyman policy validate - -o json
            """
    )

    @Argument(help: "The bundle; - for standard input.") var file: String
    @Option(name: [.short, .customLong("output")], help: "table or json.") var output: PolicyFormat = .table

    private struct Result: Encodable {
        let bundle: String?
        let isValid: Bool
        let problems: [BundleProblem]

        private enum CodingKeys: String, CodingKey {
            case bundle, problems
            case isValid = "valid"
        }
    }

    func run() async throws {
        let reading = try PolicyFile.read(file, allowsRetired: false)
        let isValid = reading.errors.isEmpty && reading.bundle != nil
        switch output {
        case .json:
            ConsoleOutput.bytes(
                try ReportJSON.encode(
                    Result(bundle: reading.bundle?.id, isValid: isValid, problems: reading.problems)
                )
            )
        case .table:
            if !reading.problems.isEmpty {
                var table = TextTable([
                    .init("SEVERITY"), .init("WHERE"), .init("WHAT", shrinks: true), .init("REMEDY", shrinks: true),
                ])
                for problem in reading.problems {
                    table.append([
                        .init(problem.severity.rawValue, style: problem.severity == .error ? .bad : .plain),
                        .init(problem.path), .init(problem.cause), .init(problem.remedy),
                    ])
                }
                ConsoleOutput.text(table.render(ConsoleOutput.appearance))
            }
            let errors = Figures.plural(reading.errors.count, "error")
            let warnings = Figures.plural(reading.problems.count - reading.errors.count, "warning")
            ConsoleOutput.line("\(isValid ? "valid" : "not valid"): \(errors), \(warnings)")
        }
        if !isValid { throw ExitCode(ExitStatus.badInput) }
    }
}

/// The command `tallyman policy describe`.
struct PolicyDescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Lists the gates that rules of policies can name, their triggers and parameters."
    )

    @Option(help: "Only this gate.") var gate: String?
    @Option(help: "Only triggers of this name, with their parameters.") var trigger: String?
    @Flag(help: "List gates of older bundles that are no more, too.") var all = false
    @Option(name: [.short, .customLong("output")], help: "table or json.") var output: PolicyFormat = .table

    func run() async throws {
        var gates = GateDescription.all.filter { all || $0.state == Gate.State.active.rawValue }
        if let gate {
            gates = gates.filter { $0.name == gate.lowercased() }
            guard !gates.isEmpty else { throw UsageError("there is no gate \(gate)") }
        }
        if let trigger {
            gates = gates.filter { $0.triggers.contains { $0.name == trigger.lowercased() } }
            guard !gates.isEmpty else { throw UsageError("there is no trigger \(trigger)") }
        }
        switch output {
        case .json: ConsoleOutput.bytes(try ReportJSON.encode(gates))
        case .table: ConsoleOutput.text(table(gates).render(ConsoleOutput.appearance))
        }
    }

    private func table(_ gates: [GateDescription]) -> TextTable {
        if let trigger {
            var table = TextTable([
                .init("GATE"), .init("TRIGGER"), .init("PARAMETER"), .init("REQUIRED"), .init("EXAMPLE"),
                .init("DESCRIPTION", shrinks: true),
            ])
            for gate in gates {
                for item in gate.triggers where item.name == trigger.lowercased() {
                    if item.parameters.isEmpty { table.append([.init(gate.name), .init(item.name), "", "", "", ""]) }
                    for parameter in item.parameters {
                        table.append([
                            .init(gate.name), .init(item.name), .init(parameter.name),
                            .init(parameter.isRequired ? "yes" : "no"), .init(parameter.example ?? ""),
                            .init(parameter.description),
                        ])
                    }
                }
            }
            return table
        }
        var table = TextTable([
            .init("GATE"), .init("TRIGGER"), .init("PARAMETERS", shrinks: true), .init("DESCRIPTION", shrinks: true),
        ])
        for gate in gates {
            for item in gate.triggers {
                let names = item.parameters.map { $0.isRequired ? $0.name : "[\($0.name)]" }.joined(separator: " ")
                table.append([.init(gate.name), .init(item.name), .init(names), .init(item.description)])
            }
        }
        return table
    }
}

/// The command `tallyman policy check`.
struct PolicyCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Judges one image by a policy bundle or a compliance profile; needs no server.",
        discussion: """
            SOURCE is what `tallyman scan` takes. Vulnerabilities are matched with the
            advisories that were imported. A rule that asks about what a one-shot scan does
            not collect counts with its action, and is told. What the rules ask about the
            image's files is collected: the files themselves, their digests, what is in
            /etc/passwd, files to retrieve, what package databases say, secrets, and
            malware where there is a --clamd. The gate files looks for the expression in
            regex_name; where that is a name, --content-search NAME=REGEX says what it
            stands for.

            -o json gives the evaluation as Anchore Engine's API does. With --profile the
            result is a report of the profile's controls, which csv and html are for, too.

            Exit status: 0 the image passes (go or warn); 1 it is stopped, or what would
            stop it was not looked for, as malware without --clamd; 65 the bundle or the
            source cannot be used.

              tallyman policy check oci-dir:build/image --bundle bundle.json \\
                  --tag registry.example/team/app:1.4
              tallyman policy check docker-archive:app.tar --profile cis-docker \\
                  -o html > cis.html
            """
    )

    @Argument(help: "What to judge.") var source: String
    @Option(help: ArgumentHelp("The policy bundle; - for standard input.", valueName: "file")) var bundle: String?
    @Option(help: ProfileOption.help) var profile: String?
    @Option(help: ArgumentHelp("The name to judge it under; by default its own.", valueName: "ref")) var tag: String?
    @Option(name: [.short, .customLong("output")], help: "table or json; of a profile csv and html, too.")
    var output: ComplianceFormat = .table
    @OptionGroup var dockerfile: DockerfileOption
    @OptionGroup var collection: CollectionOptions
    @Option(help: "OS/ARCH[/VARIANT] of an image for several; by default linux/amd64, else the first for Linux.")
    var platform: String?
    @Option(help: "The advisory file; by default the one that `tallyman advisories import` writes.")
    var advisories: String?
    @Flag(help: "Speak plain HTTP with the registry, not HTTPS.") var plainHttp = false

    func validate() throws {
        guard (bundle == nil) != (profile == nil) else {
            throw ValidationError("one of --bundle and --profile is needed")
        }
        guard profile != nil || [.table, .json].contains(output) else {
            throw ValidationError("-o \(output.rawValue) is for --profile")
        }
    }

    func run() async throws {
        let source = try ImageSource(source)
        let wanted = try platform.map { text in
            guard let platform = Platform(text) else { throw UsageError("\(text) is no platform; linux/arm64 is one") }
            return platform
        }
        let profile = try profile.map { try ProfileOption.profile($0) }
        let bundle = try profile?.policies() ?? PolicyFile.usable(bundle ?? "-")
        let file = try advisoryFile()
        let dockerfile = try dockerfile.text()
        let image = try await ScanCommand.load(
            source,
            platform: wanted,
            isPlainHTTP: plainHttp,
            collecting: try collection.plan().union(bundle.needs),
            malware: try collection.clamd.scanner()
        )
        let name = try PolicyFile.name(
            tag,
            source: self.source,
            isRegistry: source.isRegistry,
            reference: image.reference
        )
        let now = PolicyFile.now
        // Matching reads a database and waits for all cores: nothing for the cooperative pool.
        let evaluation = try await ThreadPool(name: "match", threads: 1).run {
            let found = try file.map { try ScanDocument.findings(of: image, in: $0) }
            let facts = try ImageFacts(image, found: found, advisories: file, dockerfile: dockerfile)
            return bundle.evaluate(facts, as: name, now: now)
        }
        switch (profile, output) {
        case (let profile?, _):
            try output.print(ComplianceReport(profile, images: [ImageCompliance(evaluation, under: profile)]))
        case (nil, .table), (nil, .csv), (nil, .html):
            ConsoleOutput.text(PolicyEntry(evaluation).table(ConsoleOutput.appearance))
        case (nil, .json):
            let result = PolicyEvaluation.AnchoreResult(evaluation, bundle: bundle, userID: UserRecord.first, time: now)
            ConsoleOutput.bytes(try ReportJSON.encode(result))
        }
        if !evaluation.passes { throw ExitCode(ExitStatus.refused) }
    }

    /// The advisories; `nil`, with a word, where none were imported and none were asked for.
    private func advisoryFile() throws -> AdvisoryFile? {
        do {
            return try AdvisoryFile(path: AdvisoryPath.file(advisories))
        } catch let error as AdvisoryFileError where error.code == .missing && advisories == nil {
            ConsoleOutput.error("no advisories: \(AdvisoryPath.remedy)")
            return nil
        }
    }
}
