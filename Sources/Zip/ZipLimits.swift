/// How much of a hostile archive is believed.
package struct ZipLimits: Sendable {
    /// The most entries read from the central directory; an archive with more is refused.
    package var maxEntries: Int
    /// The largest central directory in bytes.
    package var maxDirectoryBytes: Int
    /// The most bytes one entry may expand to, whatever the caller of `contents` allows.
    package var maxEntryBytes: Int
    /// The highest ratio of expanded to compressed bytes; deflate itself cannot pass 1032.
    package var maxRatio: Int
    /// Entries up to this many expanded bytes are not held to `maxRatio`: small files of one repeated line are common.
    package var ratioFreeBytes: Int

    package init(
        maxEntries: Int = 1_000_000,
        maxDirectoryBytes: Int = 512 << 20,
        maxEntryBytes: Int = 1 << 30,
        maxRatio: Int = 250,
        ratioFreeBytes: Int = 1 << 20
    ) {
        self.maxEntries = maxEntries
        self.maxDirectoryBytes = maxDirectoryBytes
        self.maxEntryBytes = maxEntryBytes
        self.maxRatio = maxRatio
        self.ratioFreeBytes = ratioFreeBytes
    }
}
