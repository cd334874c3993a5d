package import Versions

/// One package at one place of the image.
package struct PackageFact: Sendable {
    package var name: String
    /// Without the release, where the package manager has one apart.
    package var version: String
    /// The release of an rpm (`3.el9`) or apk (`r4`).
    package var release: String?
    /// As Anchore Engine names it: `dpkg`, `rpm`, `APKG`, `java`, `npm`, `gem`, `python`, `go`.
    package var type: String
    /// Whether a distribution's package manager installed it.
    package var isOS: Bool
    package var licenses: [String]
    /// Who made it; for Anchore's `origin`.
    package var origin: String?
    /// The path of what it was read from; `nil` for packages of a distribution.
    package var location: String?
    /// How its distribution orders versions.
    package var scheme: VersionScheme?
    /// The files that its package database says belong to it.
    package var files: Collected<[PackageFile]>

    package init(
        name: String,
        version: String,
        release: String? = nil,
        type: String,
        isOS: Bool,
        licenses: [String] = [],
        origin: String? = nil,
        location: String? = nil,
        scheme: VersionScheme? = nil,
        files: Collected<[PackageFile]> = .notCollected("package databases were not read for the files of packages")
    ) {
        self.name = name
        self.version = version
        self.release = release
        self.type = type
        self.isOS = isOS
        self.licenses = licenses
        self.origin = origin
        self.location = location
        self.scheme = scheme
        self.files = files
    }

    var fullVersion: String { release.map { "\(version)-\($0)" } ?? version }
}

/// What a package database says of a file.
package struct PackageFile: Hashable, Sendable {
    package enum Algorithm: Hashable, Sendable { case sha256, sha1, md5 }

    /// Absolute.
    package var path: String
    package var isConfiguration: Bool
    package var algorithm: Algorithm?
    /// In hexadecimal.
    package var digest: String?
    package var mode: UInt32?
    package var size: Int64?

    package init(
        path: String,
        isConfiguration: Bool = false,
        algorithm: Algorithm? = nil,
        digest: String? = nil,
        mode: UInt32? = nil,
        size: Int64? = nil
    ) {
        self.path = path
        self.isConfiguration = isConfiguration
        self.algorithm = algorithm
        self.digest = digest
        self.mode = mode
        self.size = size
    }
}
