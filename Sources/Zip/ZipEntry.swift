/// One file or directory as the central directory describes it (APPNOTE.TXT 6.3.10, section 4.3.12).
package struct ZipEntry: Sendable, Equatable {
    /// The path inside the archive, decoded as UTF-8 with replacement characters where it is not.
    package let name: String
    /// The declared number of bytes after expansion; checked when the entry is read.
    package let size: Int
    /// The declared number of bytes in the archive.
    package let compressedSize: Int
    /// Whether the name ends with a slash, which is how the format marks a directory.
    package let isDirectory: Bool
    /// Whether any of the encryption flags is set (section 4.4.4, bits 0, 6 and 13).
    package let isEncrypted: Bool
    /// Whether the compressed bytes overlap those of another entry, or the directory; such an entry is never expanded.
    package let isOverlapping: Bool

    let method: UInt16
    let crc32: UInt32
    /// Where the local file header is, counted from the first byte of the file (a prefix is already added).
    let headerOffset: Int
}
