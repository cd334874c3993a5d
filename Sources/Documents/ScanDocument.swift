package import ScanModel

/// The result of a one-shot scan, schema `tallyman.scan/1`.
///
/// The same image and the same advisories give the same bytes: arrays are sorted, keys too, and no clock is asked.
package struct ScanDocument: Encodable, Sendable {
    /// The image that was scanned.
    package struct Image: Encodable, Sendable {
        @ExplicitNull package var reference: String?
        @ExplicitNull package var digest: Digest?
        @ExplicitNull package var imageID: Digest?
        @ExplicitNull package var platform: String?
        /// From the lowest to the highest.
        package var layers: [Digest]
    }

    /// The distribution that the image is made of.
    package struct DistroEntry: Encodable, Sendable {
        package var id: String
        package var versionID: String
        package var name: String
        /// The last day of the ordinary support, `YYYY-MM-DD`; `null` where nothing is known.
        @ExplicitNull package var endOfLife: String?
        /// Longer support, soonest end first; who gets it depends on a subscription or a choice of repositories.
        package var support: [LongerSupport]
    }

    /// A span of support beyond the ordinary one.
    package struct LongerSupport: Encodable, Sendable {
        package var name: String
        /// The last day, `YYYY-MM-DD`.
        package var end: String
    }

    /// A package of the image.
    package struct PackageEntry: Encodable, Sendable {
        package var type: PackageType
        package var name: String
        package var version: String
        package var arch: String
        package var purl: String
        @ExplicitNull package var source: SourcePackage?
        package var licenses: [String]
        /// The layer that brought it; `null` where there are no layers.
        @ExplicitNull package var layer: Digest?
        package var paths: [String]
        /// The OS package that it belongs to, whose distribution answers for its flaws.
        @ExplicitNull package var ownedBy: String?
    }

    /// What was not looked at, and why.
    package struct Gap: Encodable, Sendable {
        @ExplicitNull package var layer: Digest?
        /// Empty for the layer as a whole.
        package var path: String
        package var reason: String
    }

    /// What made the document, and of which data.
    package struct Provenance: Encodable, Sendable {
        /// The data of one provider.
        package struct Advisories: Encodable, Sendable {
            package var provider: String
            package var build: String
            package var records: Int

            /// Why the last attempt to renew it brought nothing; left out where it did.
            package var problem: String?

            package init(provider: String, build: String, records: Int, problem: String? = nil) {
                self.provider = provider
                self.build = build
                self.records = records
                self.problem = problem
            }
        }

        package var version: String
        package var analysisVersion: String
        /// Sorted by provider; empty where the packages were matched against nothing.
        package var advisories: [Advisories]
    }

    package var schema = "tallyman.scan/1"
    /// As the user wrote it.
    package var source: String
    package var image: Image
    @ExplicitNull package var distro: DistroEntry?
    package var packages: [PackageEntry]
    package var vulnerabilities: [VulnerabilityEntry]
    /// What a policy said; `null` where none was asked.
    @ExplicitNull package var policy: PolicyEntry?
    /// What was collected of its files; left out where a scan is not asked to.
    package var collected: CollectedEntry?
    package var coverage: [Gap]
    package var provenance: Provenance
}
