import ArgumentParser
import Documents
import ImageSources
import Reports
import SBOM
import ScanModel

/// The command `tallyman sbom`.
struct SBOMCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sbom",
        abstract: "Writes what one image holds as an SBOM document; needs no server and no advisories.",
        discussion: """
            SOURCE is what `tallyman scan` takes; an SBOM is one too, so that documents are
            turned into other formats. The same image gives the same bytes: no document
            holds the time of its making.

              tallyman sbom debian:12 > debian.cdx.json
              tallyman sbom oci-dir:build/image -o spdx-json
              tallyman sbom app:1.4 -o cyclonedx-json=app.cdx.json \\
                  -o spdx-json=app.spdx.json
              tallyman sbom sbom:other.spdx -o cyclonedx-xml
            """
    )

    @Argument(help: "What to take stock of.") var source: String
    @Option(
        name: [.short, .customLong("output")],
        help: ArgumentHelp(
            "The form of the document, and its file (default: cyclonedx-json): \(Self.formats).",
            valueName: "format[=file]"
        )
    )
    var output: [ScanOutput] = []
    @Option(help: "OS/ARCH[/VARIANT] of an image for several; by default linux/amd64, else the first for Linux.")
    var platform: String?
    @Flag(help: "Speak plain HTTP with the registry, not HTTPS.") var plainHttp = false

    private static var formats: String {
        ScanFormat.names.filter { ScanFormat(name: $0)?.isReport == false }.joined(separator: ", ")
    }

    func run() async throws {
        let source = try ImageSource(source)
        let outputs = try ScanOutputs(output, standard: .document(.cyclonedxJSON))
        try outputs.requireNoReports("tallyman sbom")
        try outputs.requireOthers(than: source)
        let wanted = try platform.map { text in
            guard let platform = Platform(text) else { throw UsageError("\(text) is no platform; linux/arm64 is one") }
            return platform
        }
        let image = try await ScanCommand.load(source, platform: wanted, isPlainHTTP: plainHttp)
        let document = try ScanDocument(image, advisories: nil, version: BuildVersion.text)
        try outputs.write { format, isStandardOutput in
            switch format {
            case .document(let format): BillOfMaterials(image, version: BuildVersion.text).encode(as: format)
            case .json: try document.json()
            default: Array(document.table(isStandardOutput ? ConsoleOutput.appearance : .plain).utf8)
            }
        }
    }
}
