package import ScanModel

/// A version of a package that states a licence, and the images that hold it so.
package struct LicensedPackage: Hashable, Sendable, Codable {
    /// Images that are named of one version of a package; more are only counted.
    package static let maxImages = 10_000

    package var type: PackageType
    package var package: String
    package var version: String
    /// All that the package declares: SPDX expressions where they are recognised.
    package var declared: [String]
    package var imageCount: Int
    /// `registry/repository:tag`, the first ``maxImages``.
    package var images: [String]

    package init(
        type: PackageType,
        package: String,
        version: String,
        declared: [String],
        imageCount: Int,
        images: [String]
    ) {
        self.type = type
        self.package = package
        self.version = version
        self.declared = declared
        self.imageCount = imageCount
        self.images = images
    }
}

/// One licence in the fleet.
package struct LicenseRow: Hashable, Sendable, Codable {
    /// An SPDX identifier, with its exception where it has one, or what packages call it.
    package var license: String
    /// Versions of packages that state it, alone or in an expression.
    package var packages: Int
    /// Images that hold one of these.
    package var images: Int
    /// The packages, where one asked for the licence.
    package var holders: [LicensedPackage]?

    package init(license: String, packages: Int, images: Int, holders: [LicensedPackage]? = nil) {
        self.license = license
        self.packages = packages
        self.images = images
        self.holders = holders
    }
}

/// `report licences [LICENCE]`: which licences there are in the fleet, and where.
package struct LicenseReport: Hashable, Sendable, Codable {
    /// What was asked for; `nil` where all were.
    package var question: String?
    package var licenses: [LicenseRow]

    package init(question: String? = nil, licenses: [LicenseRow] = []) {
        self.question = question
        self.licenses = licenses
    }
}
