/// Bounds on what a feed may claim.
package struct AdvisoryLimits: Sendable {
    /// Bytes of a file on disk.
    package var maxFileBytes = 2 << 30
    /// Bytes of a file after decompression (the Debian tracker is some 70 MB, EPSS 10 MB).
    package var maxUnpackedBytes = 512 << 20
    /// Bytes of a document that is held as a whole (KEV has 1.3 MB, Chainguard's fixes some tens): its values take up to
    /// some twenty times as much.
    package var maxDocumentBytes = 64 << 20
    /// Bytes of one record as published.
    package var maxRecordBytes = 16 << 20
    /// Entries of one archive.
    package var maxEntries = 1_000_000
    /// Archives within archives.
    package var maxNesting = 2
    /// Files of one folder.
    package var maxFolderFiles = 1_000_000
    /// Depth of a JSON document.
    package var maxDepth = 64
    /// Names, versions, vectors and identifiers; longer ones cost their record.
    package var maxNameBytes = 512
    package var maxSummaryBytes = 1024
    package var maxURLs = 20
    package var maxURLBytes = 1024
    package var maxAliases = 256
    /// Intervals of one record (a kernel bulletin has some thousand packages).
    package var maxRanges = 100_000
    /// Exact versions in one range.
    package var maxVersions = 20_000
    package var maxProblems = 100
    package var maxProblemCharacters = 300
    /// The part of a provider's records that may be damaged before the whole import is refused.
    package var maxSkippedShare = 0.5

    package init() {}
}
