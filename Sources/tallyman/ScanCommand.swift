import AdvisoryFile
import ArgumentParser
import DedicatedThread
import Documents
import Foundation
import ImageSources
import Logging
import Registry
import SBOM
import ScanModel
import Synchronization

/// The command `tallyman scan`.
struct ScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Lists what one image holds and which vulnerabilities touch it; needs no server.",
        discussion: """
            SOURCE is an image reference, or one of
              docker-archive:FILE   what `docker save` writes; of several: FILE:NAME:TAG
              oci-archive:FILE      an OCI layout in a tar archive; of several: FILE:TAG
              oci-dir:DIR[:TAG]     an OCI layout
              docker:NAME           an image that the local Docker keeps (DOCKER_HOST)
              podman:NAME           likewise of Podman (CONTAINER_HOST)
              dir:DIR               a directory, as the root of a file system
              sbom:FILE             CycloneDX in JSON or XML, SPDX in JSON or tag-value
              purls:FILE            one purl a line; OS packages with ?distro=debian-12

            Nothing of an image is executed or written to disk. Registries are logged in to with ~/.docker/config.json.

              tallyman scan debian:12
              tallyman scan registry.example/team/app:1.4 --platform linux/arm64 -o json
              tallyman scan oci-dir:build/image --fail-on high --only-fixed
              tallyman scan registry.example/team/app:1.4 --vex vendor.openvex.json --exceptions exceptions.yaml

            \(Self.suppressionHelp)
            """
    )

    @Argument(help: "What to scan.") var source: String
    @Option(name: [.short, .customLong("output")], help: "The form of the result.") var output = ScanFormat.table
    @Option(help: "OS/ARCH[/VARIANT] of an image for several; by default linux/amd64, else the first for Linux.")
    var platform: String?
    @Option(help: "The advisory file; by default the one that `tallyman advisories import` writes.")
    var advisories: String?
    @Option(help: "Exit with 1 where a vulnerability is at least this severe: \(Self.severities).")
    var failOn: String?
    @Flag(help: "Leave out vulnerabilities without a released fix.") var onlyFixed = false
    @OptionGroup var suppression: SuppressionOptions
    @Flag(help: "List suppressed vulnerabilities in the table, too.") var showSuppressed = false
    @Flag(help: "Speak plain HTTP with the registry, not HTTPS.") var plainHttp = false

    /// What the options about suppression read and what becomes of a finding.
    private static let suppressionHelp = """
        Findings that a VEX statement calls not_affected or fixed, or that an
        exception covers, are marked as suppressed: they stay in the result, are
        counted apart, and do not count for --fail-on. Of several statements the
        latest counts. A file of exceptions is YAML or JSON:

          exceptions:
            - id: CVE-2024-1234         # or an alias
              reason: only used by the build
              package: openssl          # a name or purl; else every package
              images: ["registry.example/team/**"]
                                        # * stops at a slash; else every image
              author: jane@example.org
              expires: 2026-12-31       # the last day on which it counts
              justification: vulnerable_code_not_in_execute_path
                                        # where it is not affected, no risk taken

        -o openvex writes not_affected and fixed for what is suppressed; affected
        for what was accepted without a justification (the reason is its action)
        and for what a statement calls so; under_investigation for the rest.
        """

    private static var severities: String { Severity.allCases.reversed().map(\.rawValue).joined(separator: ", ") }

    func run() async throws {
        let source = try ImageSource(source)
        let wanted = try platform.map { text in
            guard let platform = Platform(text) else { throw UsageError("\(text) is no platform; linux/arm64 is one") }
            return platform
        }
        let threshold = try failOn.map { text in
            guard let severity = Severity(rawValue: text.lowercased()) else {
                throw UsageError("\(text) is no severity; they are \(Self.severities)")
            }
            return severity
        }
        let suppressions = try suppression.load()
        let file = try advisoryFile(isNeeded: threshold != nil)
        let image = try await Self.load(source, platform: wanted, isPlainHTTP: plainHttp)
        if file == nil {
            ConsoleOutput.error("no advisories: nothing was matched; import some with `tallyman advisories import`")
        }
        let document = try ScanDocument(
            image,
            advisories: file,
            suppressions: suppressions,
            onlyFixed: onlyFixed,
            version: BuildVersion.text
        )
        switch output {
        case .json: ConsoleOutput.bytes(try document.json())
        case .table: ConsoleOutput.text(document.table(ConsoleOutput.appearance, showsSuppressed: showSuppressed))
        case .openVEX:
            ConsoleOutput.bytes(
                try OpenVEXDocument.encode(
                    document,
                    of: image,
                    suppressions: suppressions,
                    author: "tallyman",
                    day: try suppression.day.day
                )
            )
        case .document(let format):
            let bill = BillOfMaterials(image, document: document, version: BuildVersion.text)
            ConsoleOutput.bytes(bill.encode(as: format))
        }
        guard let threshold, document.reaches(threshold) else { return }
        ConsoleOutput.error("tallyman: there are vulnerabilities of severity \(threshold.rawValue) or worse")
        throw ExitCode(ExitStatus.refused)
    }

    /// The advisories; `nil` where none were imported and none were asked for.
    private func advisoryFile(isNeeded: Bool) throws -> AdvisoryFile? {
        let path = try AdvisoryPath.file(advisories)
        do {
            return try AdvisoryFile(path: path)
        } catch let error as AdvisoryFileError where error.code == .missing && advisories == nil {
            // A threshold that cannot be judged must not pass.
            guard !isNeeded else {
                throw InputError("--fail-on: \(error); import some with `tallyman advisories import`")
            }
            return nil
        }
    }

    /// Loads and analyses a source on threads of our own, with progress on standard error.
    static func load(_ source: ImageSource, platform: Platform?, isPlainHTTP: Bool) async throws -> ScannedImage {
        let threads = max(1, min(4, ProcessInfo.processInfo.activeProcessorCount))
        let opened = OpenClient(source, isPlainHTTP: isPlainHTTP)
        let loader = ImageLoader(
            pool: try ThreadPool(name: "scan", threads: threads),
            client: { opened.client() },
            environment: ProcessInfo.processInfo.environment,
            progress: { ConsoleOutput.progress("\($0.layersDone) of \($0.layers) layers analysed") }
        )
        do {
            let image = try await loader.load(source, platform: platform)
            ConsoleOutput.progress(nil)
            await opened.close()
            return image
        } catch {
            ConsoleOutput.progress(nil)
            await opened.close()
            throw error
        }
    }
}

/// A registry client that is made when it is first asked for.
private final class OpenClient: Sendable {
    private let made = Mutex<RegistryClient?>(nil)
    private let options: RegistryOptions

    init(_ source: ImageSource, isPlainHTTP: Bool) {
        var options = RegistryOptions()
        options.userAgent = "tallyman/\(BuildVersion.text)"
        if isPlainHTTP, case .registry(let reference) = source { options.plainHTTPHosts = [reference.registry] }
        self.options = options
    }

    func client() -> RegistryClient {
        made.withLock { made in
            if let made { return made }
            let logger = Logger(label: "tallyman") { StreamLogHandler.standardError(label: $0) }
            let credentials = DockerConfigCredentials(
                environment: ProcessInfo.processInfo.environment,
                logger: logger
            )
            let client = RegistryClient(options: options, credentials: credentials, logger: logger)
            made = client
            return client
        }
    }

    func close() async {
        // The result is there, or an error that says more than this one could.
        try? await made.withLock { $0 }?.shutdown()
    }
}
