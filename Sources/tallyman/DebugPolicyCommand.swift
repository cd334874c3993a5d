import ArgumentParser
import DedicatedThread
import Policy
import Reports

extension DebugCommand {
    /// The command `tallyman debug evaluate-policy`, which `benchmarks/policy` runs.
    struct EvaluatePolicy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "evaluate-policy",
            abstract: "Judges a made-up image by a bundle of fifty rules and prints how long that took, in JSON.",
            shouldDisplay: false
        )
        @Option(help: "Files of the image.") var files = 30_000
        @Option(help: "Packages of the image.") var packages = 600
        @Option(help: "Vulnerabilities of the image.") var vulnerabilities = 1500
        @Option(help: "Items of the whitelist.") var items = 1000
        @Option(help: "How often to judge; each time is printed.") var rounds = 9

        private struct Summary: Encodable {
            var rules: Int
            var findings: Int
            var whitelisted: Int
            /// To read and check the bundle.
            var readSeconds: Double
            /// Of each round.
            var evaluateSeconds: [Double] = []
        }

        func validate() throws {
            guard (1...1000).contains(rounds) else { throw ValidationError("--rounds takes a number from 1 to 1000") }
            for count in [files, packages, vulnerabilities, items] {
                guard (1...1_000_000).contains(count) else { throw ValidationError("counts go from 1 to 1000000") }
            }
        }

        func run() async throws {
            let sample = PolicySample(
                files: files,
                packages: packages,
                vulnerabilities: vulnerabilities,
                items: items
            )
            let rounds = rounds
            let summary = try await ThreadPool(name: "policy", threads: 1).run {
                let clock = ContinuousClock()
                let image = sample.image
                let text = Array(sample.bundle.utf8)
                let start = clock.now
                let reading = PolicyBundle.read(text)
                let read = (clock.now - start).seconds
                guard let bundle = reading.bundle, reading.errors.isEmpty else {
                    throw InputError("the sample is no bundle: \(reading.errors)")
                }
                var summary = Summary(rules: PolicySample.rules.count, findings: 0, whitelisted: 0, readSeconds: read)
                for _ in 0..<rounds {
                    let start = clock.now
                    let evaluation = bundle.evaluate(image, as: ImageName("team/app:1"), now: PolicySample.now)
                    summary.evaluateSeconds.append((clock.now - start).seconds)
                    summary.findings = evaluation.findings.count
                    summary.whitelisted = evaluation.findings.count { $0.whitelisted != nil }
                    guard evaluation.problems.isEmpty else {
                        throw InputError("the sample was not judged: \(evaluation.problems)")
                    }
                }
                return summary
            }
            ConsoleOutput.bytes(try ReportJSON.encode(summary))
        }
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
