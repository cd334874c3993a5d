package import ScanModel

/// What is known of an image when a policy is asked about it.
package struct PolicySubject: Sendable {
    package var digest: String
    package var imageID: String
    /// `registry/repo:tag`.
    package var tag: String
    package var distro: Distro?
    package var packages: [InstalledPackage]
    package var findings: [FindingRecord]
    package var files: ImageFiles
    /// The Dockerfile that was given with the image.
    package var dockerfile: String?
    package var documents: ImageDocuments?
    package var size: Int
    package var layers: [String]
    package var architecture: String
    /// The oldest import of advisories, in seconds since 1970; `nil` where there are none.
    package var oldestSync: Int?
    /// Whether there are advisories about packages of the distribution's release.
    package var hasDistroAdvisories: Bool
    /// Seconds since 1970.
    package var now: Int

    package init(
        digest: String,
        imageID: String,
        tag: String,
        distro: Distro?,
        packages: [InstalledPackage],
        findings: [FindingRecord],
        files: ImageFiles,
        dockerfile: String?,
        documents: ImageDocuments?,
        size: Int,
        layers: [String],
        architecture: String,
        oldestSync: Int?,
        hasDistroAdvisories: Bool,
        now: Int
    ) {
        self.digest = digest
        self.imageID = imageID
        self.tag = tag
        self.distro = distro
        self.packages = packages
        self.findings = findings
        self.files = files
        self.dockerfile = dockerfile
        self.documents = documents
        self.size = size
        self.layers = layers
        self.architecture = architecture
        self.oldestSync = oldestSync
        self.hasDistroAdvisories = hasDistroAdvisories
        self.now = now
    }
}

/// The engine of policies, as the API uses it: pure and CPU-bound.
package protocol PolicyEvaluating: Sendable {
    /// All that is wrong with a bundle; empty where it can be stored.
    func problems(of bundle: JSONValue) -> [PolicyProblem]

    /// What an image comes to under a bundle that was stored.
    func evaluate(_ subject: PolicySubject, bundle: JSONValue) -> PolicyOutcome

    /// The gates, triggers and parameters, as `policy describe` shows them.
    var specification: JSONValue { get }

    /// The bundle that a new account begins with.
    var defaultBundle: JSONValue { get }
}
