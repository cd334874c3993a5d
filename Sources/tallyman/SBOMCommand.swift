import ArgumentParser
import Documents
import ImageSources
import SBOM
import ScanModel

/// The command `tallyman sbom`.
struct SBOMCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sbom",
        abstract: "Writes what one image holds as an SBOM document; needs no server and no advisories.",
        discussion: """
            SOURCE is what `tallyman scan` takes; an SBOM is one too, so that documents are turned into other formats.
            The same image gives the same bytes: no document holds the time of its making.

              tallyman sbom debian:12 > debian.cdx.json
              tallyman sbom oci-dir:build/image -o spdx-json
              tallyman sbom sbom:other.spdx -o cyclonedx-xml
            """
    )

    @Argument(help: "What to take stock of.") var source: String
    @Option(name: [.short, .customLong("output")], help: "The form of the document.")
    var output = ScanFormat.document(.cyclonedxJSON)
    @Option(help: "OS/ARCH[/VARIANT] of an image for several; by default linux/amd64, else the first for Linux.")
    var platform: String?
    @Flag(help: "Speak plain HTTP with the registry, not HTTPS.") var plainHttp = false

    func run() async throws {
        let source = try ImageSource(source)
        let wanted = try platform.map { text in
            guard let platform = Platform(text) else { throw UsageError("\(text) is no platform; linux/arm64 is one") }
            return platform
        }
        if case .openVEX = output {
            throw UsageError("-o openvex speaks of vulnerabilities: tallyman scan writes it")
        }
        let image = try await ScanCommand.load(source, platform: wanted, isPlainHTTP: plainHttp)
        switch output {
        case .document(let format):
            ConsoleOutput.bytes(BillOfMaterials(image, version: BuildVersion.text).encode(as: format))
        case .json:
            ConsoleOutput.bytes(try ScanDocument(image, advisories: nil, version: BuildVersion.text).json())
        case .table, .openVEX:
            let document = try ScanDocument(image, advisories: nil, version: BuildVersion.text)
            ConsoleOutput.text(document.table(ConsoleOutput.appearance))
        }
    }
}
