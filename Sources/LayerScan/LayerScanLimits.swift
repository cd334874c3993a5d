/// The bounds of one layer's analysis; hitting one becomes a coverage gap of the layer.
package struct LayerScanLimits: Sendable {
    /// Entries read of one archive.
    package var maxEntries = 10_000_000
    /// Bytes of the uncompressed archive, 200 GiB.
    package var maxExpandedBytes: Int64 = 200 << 30
    /// How many times the compressed bytes read so far the archive may have grown to, beyond the first 4 GiB.
    package var maxRatio: Int64 = 300
    /// Bytes of a path: no system call takes longer ones (limits.h, PATH_MAX).
    package var maxPathBytes = 4096
    /// Parts of a path; each is a directory that a fold may have to look for in every layer.
    package var maxPathParts = 256
    /// Bytes of the paths of all entries, 1 GiB: they are held in memory.
    package var maxPathsBytes: Int64 = 1 << 30
    /// Bytes of a file that catalogers read, 2 GiB; most have a lower bound of their own (``Cataloger/maxFileBytes``).
    package var maxFileBytes: Int64 = 2 << 30
    /// Up to here a file is kept in memory, above it in an anonymous temporary file, 16 MiB.
    package var memoryBytes: Int64 = 16 << 20
    /// Bytes, by estimate, of all packages that are found in a layer's files and of what these own, 512 MiB.
    package var maxFoundBytes = 512 << 20
    /// Gaps listed one by one; the rest is counted in one more.
    package var maxGaps = 1000

    package init() {}
}
