import AnchoreAPI
import ArgumentParser
import Compliance
import Reports
import ScanModel
import Store
import Web

/// The command `tallyman report compliance`.
struct ReportCompliance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compliance",
        abstract: "The fleet's images under a compliance profile, control by control.",
        discussion: """
            Of each control it tells which images pass and which fail, with the findings
            that say so, where nobody looked (not-collected), and what no image scan sees
            (not-visible). Without IMAGE: all that a tag names now. What has not changed
            since the last time is not judged again.

              tallyman report compliance --profile cis-docker -o html > cis.html
              tallyman report compliance --profile pci-dss-4 registry.example/shop/web:2.1
            """
    )
    @OptionGroup var fleet: FleetOptions
    @Option(help: ProfileOption.help) var profile: String
    @Option(name: [.short, .customLong("output")], help: "table, json, csv or html.")
    var output: ComplianceFormat = .table
    @Argument(help: "REGISTRY/REPOSITORY:TAG") var images: [String] = []

    func run() async throws {
        let profile = try ProfileOption.profile(self.profile)
        let references = try images.map { text in
            guard let reference = ImageReference(text) else { throw UsageError("\(text) is not an image reference") }
            return reference
        }
        let store = try await fleet.store(connections: 5)
        let policy = try FleetPolicy(store: store, version: BuildVersion.text)
        let report: ComplianceReport
        do {
            report = try await policy.compliance(profile, images: references, account: FleetPolicyCommand.account)
        } catch let error as AnchoreError {
            throw InputError(error.message)
        }
        await store.close()
        try output.print(report)
    }
}
