package import Zip

/// How much of a hostile Java archive is read.
package struct JavaArchiveLimits: Sendable {
    /// The limits of each archive, nested ones included.
    package var zip: ZipLimits
    /// How deep archives may be nested; the outermost is at depth zero.
    package var maxDepth: Int
    /// The most nested archives opened for one file, over all depths.
    package var maxNestedArchives: Int
    /// The most bytes one nested archive may have; it is held in memory while it is read.
    package var maxNestedBytes: Int
    /// The most bytes expanded for one file, over all depths.
    package var maxExpandedBytes: Int
    /// The most bytes of one manifest, `pom.properties` or `pom.xml`.
    package var maxMetadataBytes: Int
    /// The most bytes of such files together, over all depths.
    package var maxMetadataTotalBytes: Int
    /// The most bytes of a name, a version, a groupId or a licence, and of a path inside an archive.
    package var maxFieldBytes: Int
    /// The most `pom.properties` and, separately, `pom.xml` files read in one archive.
    package var maxPomFiles: Int
    /// The most artifacts reported for one file.
    package var maxArtifacts: Int
    /// The most problems reported for one file.
    package var maxProblems: Int

    package init(
        zip: ZipLimits = ZipLimits(maxEntries: 262_144, maxDirectoryBytes: 64 << 20),
        maxDepth: Int = 6,
        maxNestedArchives: Int = 10_000,
        maxNestedBytes: Int = 256 << 20,
        maxExpandedBytes: Int = 2 << 30,
        maxMetadataBytes: Int = 8 << 20,
        maxMetadataTotalBytes: Int = 128 << 20,
        maxFieldBytes: Int = 1024,
        maxPomFiles: Int = 4096,
        maxArtifacts: Int = 50_000,
        maxProblems: Int = 100
    ) {
        self.zip = zip
        self.maxDepth = maxDepth
        self.maxNestedArchives = maxNestedArchives
        self.maxNestedBytes = maxNestedBytes
        self.maxExpandedBytes = maxExpandedBytes
        self.maxMetadataBytes = maxMetadataBytes
        self.maxMetadataTotalBytes = maxMetadataTotalBytes
        self.maxFieldBytes = maxFieldBytes
        self.maxPomFiles = maxPomFiles
        self.maxArtifacts = maxArtifacts
        self.maxProblems = maxProblems
    }
}
