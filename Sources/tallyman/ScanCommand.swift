import AdvisoryFile
import ArgumentParser
import Compliance
import DedicatedThread
import Documents
import Foundation
import ImageSources
import LayerScan
import Logging
import MalwareScan
import Policy
import Registry
import Reports
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

            Nothing of an image is executed or written to disk. Registries are logged in to
            with ~/.docker/config.json and the credential helpers that it names
            (docker-credential-… in PATH).

            -o FORMAT goes to standard output, -o FORMAT=FILE to a file, which is replaced
            in one step; it may be repeated:
              table          what to do, most pressing first: known to be exploited (KEV),
                             then the probability of exploitation (EPSS), then severity,
                             then what has a fix; below it what was not looked at
              json           everything, schema tallyman.scan/1
              sarif          SARIF 2.1.0, for GitHub code scanning and editors
              junit          JUnit XML for Jenkins, GitLab and others: a package is a test,
                             which fails with what counts for --fail-on (without it, with
                             any vulnerability)
              gitlab         GitLab's container scanning report
              cyclonedx-json, cyclonedx-xml, spdx-json, spdx-tag-value
                             a bill of materials with its vulnerabilities
            The same image and the same advisories give the same bytes, in every format but
            the table, which says on which day the support of the distribution has ended. A
            policy knows what day it is: its whitelists expire.

            Exit status: 0 done; 1 --fail-on or --policy says no; 64 usage; 65 bad input;
            69 a service is unreachable; 70 our own fault.

              tallyman scan debian:12
              tallyman scan registry.example/team/app:1.4 --platform linux/arm64 -o json
              tallyman scan oci-dir:build/image --fail-on high --only-fixed
              tallyman scan app:1.4 -o table -o sarif=app.sarif -o junit=app.xml \\
                  --fail-on critical
              tallyman scan registry.example/team/app:1.4 --vex vendor.openvex.json \\
                  --exceptions exceptions.yaml

            \(Self.suppressionHelp)
            """
    )

    @Argument(help: "What to scan.") var source: String
    @Option(
        name: [.short, .customLong("output")],
        help: ArgumentHelp(
            "The form of the result, and its file (default: table): \(ScanFormat.names.joined(separator: ", ")).",
            valueName: "format[=file]"
        )
    )
    var output: [ScanOutput] = []
    @Option(help: "OS/ARCH[/VARIANT] of an image for several; by default linux/amd64, else the first for Linux.")
    var platform: String?
    @Option(help: "The advisory file; by default the one that `tallyman advisories import` writes.")
    var advisories: String?
    @Option(help: "Exit with 1 where a vulnerability is at least this severe: \(Self.severities).")
    var failOn: String?
    @Flag(help: "Leave out vulnerabilities without a released fix.") var onlyFixed = false
    @OptionGroup var suppression: SuppressionOptions
    @Option(
        help: ArgumentHelp(
            "Judge the image by this policy bundle; exit with 1 where it is stopped.",
            valueName: "file"
        )
    )
    var policy: String?
    @Option(help: ProfileOption.help) var profile: String?
    @OptionGroup var dockerfile: DockerfileOption
    @OptionGroup var collection: CollectionOptions
    @Option(help: ArgumentHelp("The name that the policy judges it under; by default its own.", valueName: "ref"))
    var tag: String?
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
        let wanted = try wantedPlatform()
        let threshold = try threshold()
        let outputs = try ScanOutputs(output, standard: .table)
        try outputs.requireOthers(than: source, try inputs())
        let suppressions = try suppression.load()
        let bundle = try bundle()
        let dockerfile = try dockerfile.text()
        let collected = try collection.plan()
        let plan = collected.union(bundle?.needs ?? .nothing)
        let file = try advisoryFile(isNeeded: threshold != nil)
        let image = try await Self.load(
            source,
            platform: wanted,
            isPlainHTTP: plainHttp,
            collecting: plan,
            malware: try collection.clamd.scanner()
        )
        if file == nil {
            ConsoleOutput.error("no advisories: nothing was matched; \(AdvisoryPath.remedy)")
        }
        let onlyFixed = onlyFixed
        let question = try bundle.map { bundle in
            let name = try PolicyFile.name(
                tag,
                source: self.source,
                isRegistry: source.isRegistry,
                reference: image.reference
            )
            return PolicyQuestion(bundle: bundle, name: name, now: PolicyFile.now, dockerfile: dockerfile)
        }
        // Matching reads a database and waits for all cores: nothing for the cooperative pool.
        let document = try await ThreadPool(name: "match", threads: 1).run {
            try ScanDocument(
                image,
                advisories: file,
                suppressions: suppressions,
                onlyFixed: onlyFixed,
                policy: question,
                showsCollected: !collected.parts.isEmpty,
                version: BuildVersion.text
            )
        }
        let day = try suppression.day.day
        try outputs.write { format, isStandardOutput in
            switch format {
            case .json: return try document.json()
            case .table:
                let appearance = isStandardOutput ? ConsoleOutput.appearance : .plain
                return Array(document.table(appearance, day: Self.today, showsSuppressed: showSuppressed).utf8)
            case .sarif: return try document.sarif()
            case .junit: return document.junit(failOn: threshold)
            case .gitlab: return try document.gitLabReport(asOf: try file?.status().map(\.imported).max())
            case .openVEX:
                return try OpenVEXDocument.encode(
                    document,
                    of: image,
                    suppressions: suppressions,
                    author: "tallyman",
                    day: day
                )
            case .document(let format):
                return BillOfMaterials(image, document: document, version: BuildVersion.text).encode(as: format)
            }
        }
        if refuses(document, threshold: threshold) { throw ExitCode(ExitStatus.refused) }
    }

    /// The files that are read beside the source, and folders of such.
    private func inputs() throws -> [String?] {
        suppression.documents + suppression.exceptionFiles
            + [policy, dockerfile.dockerfile, collection.secrets.secretRules, try AdvisoryPath.file(advisories)]
    }

    private func wantedPlatform() throws -> Platform? {
        guard let platform else { return nil }
        guard let wanted = Platform(platform) else {
            throw UsageError("\(platform) is no platform; linux/arm64 is one")
        }
        return wanted
    }

    private func threshold() throws -> Severity? {
        guard let failOn else { return nil }
        guard let severity = Severity(rawValue: failOn.lowercased()) else {
            throw UsageError("\(failOn) is no severity; they are \(Self.severities)")
        }
        return severity
    }

    /// The policies that are asked; throws for options that need some where there are none.
    private func bundle() throws -> PolicyBundle? {
        guard policy == nil || profile == nil else { throw UsageError("--policy and --profile exclude each other") }
        if let profile { return try ProfileOption.profile(profile).policies() }
        if let policy { return try PolicyFile.usable(policy) }
        guard tag == nil else { throw UsageError("--tag is for --policy and --profile") }
        guard dockerfile.dockerfile == nil else { throw UsageError("--dockerfile is for --policy and --profile") }
        return nil
    }

    /// Whether the threshold or the policy says no, which is told.
    private func refuses(_ document: ScanDocument, threshold: Severity?) -> Bool {
        let count = threshold.map { document.count(from: $0) } ?? 0
        if let threshold, count > 0 {
            let found = Figures.plural(count, "vulnerability", "vulnerabilities")
            ConsoleOutput.error(
                "tallyman: --fail-on: \(found) of severity \(threshold.rawValue) or worse\(onlyFixed ? ", with a fix" : "")"
            )
        }
        let isStopped = document.policy?.finalAction == .stop
        if isStopped, let policy = document.policy { ConsoleOutput.error("tallyman: --policy: \(policy.summary)") }
        return count > 0 || isStopped
    }

    /// The day of the scan in UTC, `YYYY-MM-DD`.
    private static var today: String { Date.now.formatted(.iso8601.year().month().day()) }

    /// The advisories; `nil` where none were imported and none were asked for.
    private func advisoryFile(isNeeded: Bool) throws -> AdvisoryFile? {
        let path = try AdvisoryPath.file(advisories)
        do {
            return try AdvisoryFile(path: path)
        } catch let error as AdvisoryFileError where error.code == .missing && advisories == nil {
            // A threshold that cannot be judged must not pass.
            guard !isNeeded else {
                throw InputError("--fail-on: \(error); \(AdvisoryPath.remedy)")
            }
            return nil
        }
    }

    /// Loads and analyses a source on threads of our own, with progress on standard error.
    ///
    /// `plan` says what is collected of the image's files.
    static func load(
        _ source: ImageSource,
        platform: Platform?,
        isPlainHTTP: Bool,
        collecting plan: CollectionPlan = .nothing,
        malware: MalwareScanner? = nil
    ) async throws -> ScannedImage {
        let threads = max(1, min(4, ProcessInfo.processInfo.activeProcessorCount))
        let opened = try OpenClient(source, isPlainHTTP: isPlainHTTP)
        let loader = ImageLoader(
            scanner: LayerScanner(collection: try CollectionOptions.collection(plan, malware: malware)),
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

    init(_ source: ImageSource, isPlainHTTP: Bool) throws {
        var options = RegistryOptions()
        options.proxies = try ProxySettings.read()
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
