import ArgumentParser
import Compliance
import Policy
import Reports

/// The command `tallyman policy profiles`.
struct PolicyProfilesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profiles",
        abstract: "Lists the compliance profiles, and how many of their controls an image can be held against."
    )

    @Option(name: [.short, .customLong("output")], help: "table or json.") var output: PolicyFormat = .table

    private struct Row: Encodable {
        let name: String
        let title: String
        let source: String
        let controls: Int
        let judged: Int
    }

    func run() async throws {
        let rows = ComplianceProfile.all.map {
            Row(name: $0.name, title: $0.title, source: $0.source, controls: $0.controls.count, judged: $0.judged.count)
        }
        switch output {
        case .json: ConsoleOutput.bytes(try ReportJSON.encode(rows))
        case .table:
            var table = TextTable([
                .init("PROFILE"), .init("CONTROLS", .right), .init("JUDGED", .right), .init("SOURCE", shrinks: true),
            ])
            for row in rows {
                table.append([.init(row.name), .init(row.controls), .init(row.judged), .init(row.source)])
            }
            ConsoleOutput.text(table.render(ConsoleOutput.appearance))
        }
    }
}

/// The command `tallyman policy profile`.
struct PolicyProfileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Prints a compliance profile as a policy bundle, to be used as it is or changed.",
        discussion: """
              tallyman policy profile cis-docker > cis.json
              anchore-cli policy add cis.json

            Each policy of the bundle is a control. --controls prints the controls instead,
            with what an image scan does not see of them.
            """
    )

    @Argument(help: ArgumentHelp("The profile.", valueName: "name")) var profile: String
    @Flag(help: "Print the controls and what is evidence for them.") var controls = false
    @Option(name: [.short, .customLong("output")], help: "table or json, for --controls; the bundle is JSON.")
    var output: PolicyFormat = .table

    /// A control, for machines.
    private struct Row: Encodable {
        struct Rule: Encodable {
            let action: String
            let gate: String
            let trigger: String
            let parameters: [String: String]
        }

        let id: String
        let title: String
        let rules: [Rule]
        let unseen: String?

        init(_ control: ComplianceControl) {
            id = control.id
            title = control.title
            unseen = control.unseen
            rules = control.rules.map { rule in
                Rule(
                    action: rule.action.rawValue,
                    gate: rule.gate,
                    trigger: rule.trigger,
                    parameters: Dictionary(rule.parameters.map { ($0.name, $0.value) }) { first, _ in first }
                )
            }
        }
    }

    func run() async throws {
        let profile = try ProfileOption.profile(self.profile)
        guard controls else { return ConsoleOutput.bytes(try profile.bundle()) }
        guard output == .table else {
            return ConsoleOutput.bytes(try ReportJSON.encode(["controls": profile.controls.map { Row($0) }]))
        }
        var table = TextTable([.init("CONTROL"), .init("TITLE", shrinks: true), .init("EVIDENCE", shrinks: true)])
        for control in profile.controls {
            table.append([
                .init(control.id), .init(control.title), .init(control.rules.isEmpty ? "none in an image" : ""),
            ])
            for rule in control.rules {
                let values = rule.parameters.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
                table.append(["", "", .init("\(rule.action.rawValue) \(rule.gate)/\(rule.trigger) \(values)")])
            }
            if let unseen = control.unseen { table.append(["", "", .init("not seen: \(unseen)", style: .faint)]) }
        }
        ConsoleOutput.text(table.render(ConsoleOutput.appearance))
    }
}

/// What option --profile names.
enum ProfileOption {
    static let help = ArgumentHelp(
        "Judge by a compliance profile: \(ComplianceProfile.all.map(\.name).joined(separator: ", ")).",
        valueName: "name"
    )

    static func profile(_ name: String) throws -> ComplianceProfile {
        guard let profile = ComplianceProfile.named(name) else {
            let names = ComplianceProfile.all.map(\.name).joined(separator: ", ")
            throw UsageError("there is no profile \(name); there are \(names)")
        }
        return profile
    }
}

/// The forms in which commands give compliance reports.
enum ComplianceFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json, csv, html

    func print(_ report: ComplianceReport) throws {
        switch self {
        case .html: ConsoleOutput.bytes(report.html())
        case .csv: ConsoleOutput.bytes(try report.rendered(as: .csv))
        case .json: ConsoleOutput.bytes(try report.rendered(as: .json))
        case .table: ConsoleOutput.bytes(try report.rendered(as: .table, ConsoleOutput.appearance))
        }
    }
}
