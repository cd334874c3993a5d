package import ScanModel

/// Everything that gates ask about one image, filled in by the caller; what was not looked for says so.
package struct ImageFacts: Sendable {
    /// The image's ID: the digest of its configuration in hexadecimal, without an algorithm; empty where there is none.
    package var imageID = ""
    /// The manifest's digest, `sha256:…`; `nil` where there is no manifest.
    package var digest: String?
    /// The digest of the index that the image was picked from.
    package var parentDigest: String?
    package var metadata = MetadataFacts()
    package var dockerfile: Collected<DockerfileFacts> = .notCollected("the image's history is not known")
    package var packages: Collected<[PackageFact]> = .notCollected("packages were not listed")
    package var vulnerabilities: Collected<[VulnerabilityFact]> = .notCollected("nothing was matched with advisories")
    package var advisories: Collected<AdvisoryFacts> = .notCollected("there are no advisories")
    package var files: Collected<FileTable> = .notCollected("files were not listed")
    /// The expressions that the files of every layer were searched for.
    package var contentSearches: Set<NamedPattern> = []
    /// Files whose content the content search found something in, by path.
    package var contentMatches: Collected<[ContentMatch]> = .notCollected("no content search was run")
    /// Files in which the search for secrets found something, by path.
    package var secretMatches: Collected<[ContentMatch]> = .notCollected("no search for secrets was run")
    /// The content of the files that were asked for and are there, by absolute path.
    package var retrievedFiles: Collected<[String: String]> = .notCollected("no files were retrieved")
    /// The lines of `/etc/passwd`; none where the image has no such file.
    package var passwdEntries: Collected<[PasswdEntry]> = .notCollected("/etc/passwd was not retrieved")
    package var malwareScans: Collected<[MalwareScan]> = .notCollected("no malware scan was run")
    package var npmFeed: Collected<PackageFeed> = .notCollected("there is no feed of npm packages")
    package var gemFeed: Collected<PackageFeed> = .notCollected("there is no feed of gems")

    package init() {}
}

/// What an image says of itself as a whole; `nil` is for what it does not say.
package struct MetadataFacts: Sendable {
    /// Bytes of all layers.
    package var size: Int64?
    package var architecture: String?
    package var operatingSystem: String?
    /// As os-release has it: `debian`, `alpine`, `rhel`.
    package var distro: String?
    package var distroVersion: String?
    /// `ID_LIKE`, joined by commas; the distribution itself where it states none.
    package var likeDistro: String?
    package var layerCount: Int?
    package var labels: [String: String] = [:]
    /// `8080/tcp`.
    package var exposedPorts: [String] = []
    package var user: String?
    /// `NAME=value`.
    package var environment: [String] = []

    package init() {}
}

/// How the image was built.
package struct DockerfileFacts: Sendable {
    /// Whose file it is.
    package enum Mode: String, Sendable {
        /// The user's own file.
        case actual = "Actual"
        /// Made of the image's history.
        case guessed = "Guessed"
    }

    package var mode: Mode
    package var text: String
    /// Whether the image has no history, so that nothing is known of how it was built but what its configuration states.
    package var isSilent: Bool

    package init(mode: Mode, text: String, isSilent: Bool = false) {
        self.mode = mode
        self.text = text
        self.isSilent = isSilent
    }
}

/// One line of `/etc/passwd`, by its colons.
package struct PasswdEntry: Hashable, Sendable {
    package var fields: [String]

    package init(line: String) {
        fields = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    }

    /// The lines of the file; blank ones state nothing.
    package static func entries(of text: String) -> [PasswdEntry] {
        text.split(whereSeparator: \.isNewline).map { PythonText.stripped($0) }.filter { !$0.isEmpty }
            .map { PasswdEntry(line: String($0)) }
    }

    var line: String { fields.joined(separator: ":") }
}

/// What one malware scanner found.
package struct MalwareScan: Sendable {
    /// A file in which the scanner recognised something.
    package struct Finding: Hashable, Sendable {
        package var path: String
        package var signature: String

        package init(path: String, signature: String) {
            self.path = path
            self.signature = signature
        }
    }

    package var scanner: String
    package var findings: [Finding]

    package init(scanner: String, findings: [Finding]) {
        self.scanner = scanner
        self.findings = findings
    }
}

/// A file in which a configured search found something; what was found is never kept.
package struct ContentMatch: Hashable, Sendable {
    package var path: String
    /// The pattern's name; `nil` for patterns without one.
    package var name: String?
    /// The regular expression.
    package var pattern: String
    /// Lines with a match, from 1.
    package var lines: [Int]

    package init(path: String, name: String?, pattern: String, lines: [Int] = []) {
        self.path = path
        self.name = name
        self.pattern = pattern
        self.lines = lines
    }

    /// As the configuration of the search writes it.
    var configured: String { (name.map { "\($0)=" } ?? "") + pattern }
}

/// The published packages of one language, as far as the image has some of them.
package struct PackageFeed: Sendable {
    package struct Entry: Sendable {
        package var latest: String
        package var versions: [String]

        package init(latest: String, versions: [String]) {
            self.latest = latest
            self.versions = versions
        }
    }

    package var entries: [String: Entry]

    package init(entries: [String: Entry]) { self.entries = entries }
}
