import AdvisoryFile
import ArgumentParser
import DedicatedThread
import Foundation
import ImageSources
import Matching
import Reports
import ScanModel

extension DebugCommand {
    /// The command `tallyman debug match-packages`, which `benchmarks/matching` runs.
    struct MatchPackages: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "match-packages",
            abstract: "Matches a list of packages with the advisories and prints how long that took, in JSON.",
            shouldDisplay: false
        )
        @Argument(help: "A file with one purl a line.") var file: String
        @Option(help: "The advisory file.") var advisories: String?
        @Option(help: "How often to match; each time is printed.") var rounds = 1

        @Flag(help: "Print the packages as rows with tabs between, and match nothing.") var rows = false

        private struct Summary: Encodable {
            var packages: Int
            /// Packages with a finding.
            var affected: Int
            var findings: Int
            var openSeconds: Double
            /// Of each round, the time spent in reading what the file says of the packages.
            var readSeconds: [Double] = []
            /// Of each round, the rest: matching what was read.
            var matchSeconds: [Double] = []
        }

        func validate() throws {
            guard (1...1000).contains(rounds) else { throw ValidationError("--rounds takes a number from 1 to 1000") }
        }

        func run() async throws {
            let image = try await ScanCommand.load(.purls(file), platform: nil, isPlainHTTP: false)
            let subjects = MatchSubject.subjects(of: image.inventory.packages, distro: image.distro(ofPackageAt:))
            guard !rows else {
                for subject in subjects { ConsoleOutput.line(Self.row(subject.package, subject.distro)) }
                return
            }
            let path = try AdvisoryPath.file(advisories)
            let rounds = rounds
            let summary = try await ThreadPool(name: "match", threads: 1).run {
                let clock = ContinuousClock()
                let start = clock.now
                let advisories = try AdvisoryFile(path: path)
                let openSeconds = (clock.now - start) / .seconds(1)
                var summary = Summary(
                    packages: subjects.count,
                    affected: 0,
                    findings: 0,
                    openSeconds: openSeconds
                )
                for _ in 0..<rounds {
                    let source = TimedAdvisories(advisories)
                    let start = clock.now
                    let found = try MatchPass(source).findings(subjects)
                    summary.readSeconds.append(source.reading / .seconds(1))
                    summary.matchSeconds.append((clock.now - start - source.reading) / .seconds(1))
                    summary.affected = found.count { !$0.isEmpty }
                    summary.findings = found.reduce(0) { $0 + $1.count }
                }
                return summary
            }
            ConsoleOutput.bytes(try ReportJSON.encode(summary, layout: .compact))
        }

        /// What the fleet's database keeps of a package and its distribution.
        private static func row(_ package: Package, _ distro: Distro?) -> String {
            [
                package.type.rawValue, package.name, package.version, package.arch, package.source?.name ?? "",
                package.source?.version ?? "", package.group ?? "", package.module ?? "", distro?.id ?? "",
                distro?.versionID ?? "",
            ].joined(separator: "\t")
        }
    }
}
