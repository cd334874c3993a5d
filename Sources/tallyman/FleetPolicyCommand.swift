import AnchoreAPI
import ArgumentParser
import Foundation
import Reports
import Store
import Web

/// The command `tallyman fleet policy`.
struct FleetPolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Judges all images of the fleet by the active policy bundle, as far as anything changed.",
        discussion: """
            Images that a tag names now are judged, under each of their tags. One is judged
            again only where something changed that the bundle's rules look at: the bundle
            itself, the image's analysis or Dockerfile, its own findings (with what
            exceptions and VEX documents suppress), whether feeds are older than a rule
            allows, or where a date has come at which the answer changes (an exemption that
            ends, the age of a flaw). Evaluations are kept, and the API gives them at once.
            Meant for the end of a nightly run:

              tallyman advisories sync --fleet && tallyman fleet scan --wait &&
                  tallyman fleet policy

            An image of which a layer has no report cannot be judged until it is scanned
            again; it is counted apart.

            Exit status: 0 done, whatever the policies say; with --fail, 1 where an image
            is stopped or could not be judged.
            """
    )

    /// The account that sees the whole fleet.
    static let account = AccountRecord.first

    @OptionGroup var fleet: FleetOptions
    @Option(help: "The account whose bundle counts.") var account = Self.account
    @Flag(help: "Exit with 1 where an image is stopped or cannot be judged.") var fail = false
    @Option(name: [.short, .customLong("output")], help: "table or json.") var output: PolicyFormat = .table

    func run() async throws {
        let threads = ProcessInfo.processInfo.activeProcessorCount
        let store = try await fleet.store(connections: threads + 3)
        let start = ContinuousClock.now
        let policy = try FleetPolicy(store: store, version: BuildVersion.text, threads: threads)
        let verdict = try await policy.judgeFleet(account: account) { count in
            ConsoleOutput.progress("\(Figures.count(count)) images looked at")
        }
        ConsoleOutput.progress(nil)
        await store.close()
        guard let verdict else { throw InputError("the account \(account) has no active policy bundle") }
        switch output {
        case .json: ConsoleOutput.bytes(try ReportJSON.encode(verdict))
        case .table:
            let seconds = start.duration(to: .now) / .seconds(1)
            let unjudged = verdict.unjudged > 0 ? "\(Figures.count(verdict.unjudged)) could not be judged, " : ""
            ConsoleOutput.line(
                "\(Figures.plural(verdict.images, "image")) under \(verdict.policy): \(Figures.count(verdict.passed)) pass, "
                    + "\(Figures.count(verdict.failed)) fail; \(unjudged)\(Figures.count(verdict.judged)) judged anew"
            )
            ConsoleOutput.error("\(Figures.count(Int(Double(verdict.images) / max(seconds, 0.001)))) images a second")
        }
        if fail, verdict.failed + verdict.unjudged > 0 { throw ExitCode(ExitStatus.refused) }
    }
}
