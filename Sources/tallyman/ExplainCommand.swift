import AdvisoryFile
import ArgumentParser
import DedicatedThread
import Documents
import ImageSources
import ScanModel
import VEX

/// The command `tallyman debug explain`.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tells why a scan reports a vulnerability, or why it does not.",
        discussion: """
            SOURCE is what `tallyman scan` takes, ID any name of the vulnerability: CVE,
            GHSA, GO, PYSEC, a bulletin's.

              tallyman debug explain debian:12 CVE-2024-0553
              tallyman debug explain oci-dir:build/image GHSA-m2qf-hxjv-5gpq -o json
            """
    )

    enum Form: String, ExpressibleByArgument, CaseIterable { case text, json }

    private static let maxIDBytes = 200

    @Argument(help: "What to scan.") var source: String
    @Argument(help: "The vulnerability.") var id: String
    @Option(name: [.short, .customLong("output")], help: "The form of the answer.") var output = Form.text
    @Option(help: "OS/ARCH[/VARIANT] of an image for several; by default linux/amd64, else the first for Linux.")
    var platform: String?
    @Option(help: "The advisory file; by default the one that `tallyman advisories import` writes.")
    var advisories: String?
    @OptionGroup var suppression: SuppressionOptions
    @Flag(help: "Speak plain HTTP with the registry, not HTTPS.") var plainHttp = false

    func run() async throws {
        let isName = !id.isEmpty && !id.unicodeScalars.contains { $0.properties.isWhitespace || $0.value < 0x20 }
        guard isName, id.utf8.count <= Self.maxIDBytes else {
            throw UsageError("\(id.prefix(60)) is no name of a vulnerability; CVE-2024-1234 is one")
        }
        let source = try ImageSource(source)
        let wanted = try platform.map { text in
            guard let platform = Platform(text) else { throw UsageError("\(text) is no platform; linux/arm64 is one") }
            return platform
        }
        let suppressions = try suppression.load()
        let file = try AdvisoryFile(path: try AdvisoryPath.file(advisories))
        let image = try await ScanCommand.load(source, platform: wanted, isPlainHTTP: plainHttp)
        let identity = ImageIdentity(image)
        let id = id
        // Matching reads a database and waits for all cores: nothing for the cooperative pool.
        let document = try await ThreadPool(name: "match", threads: 1).run {
            try ExplanationDocument(id, in: image, advisories: file) { id, aliases, purl in
                suppressions.suppression(id: id, aliases: aliases, purl: purl, image: identity).map { found in
                    "\(found.status.rawValue) by \(found.source)" + (found.reason.map { ": \($0)" } ?? "")
                }
            }
        }
        switch output {
        case .text: ConsoleOutput.text(document.text)
        case .json: ConsoleOutput.bytes(try document.json())
        }
    }
}
