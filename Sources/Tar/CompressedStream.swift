package import Bytes
import CArchive

/// Decompresses bzip2 and xz, through libarchive; rare formats, in which single publishers pack their feeds.
///
/// Used by one thread. Throws ``TarError`` for damaged data, and whatever the source throws.
package final class CompressedStream: ByteProducer {
    private let archive: OpaquePointer
    private let feed: ArchiveFeed
    private var isAtEnd = false

    package init(_ source: any ByteProducer) throws {
        guard let archive = archive_read_new() else { throw TarError(message: "no memory for a decompressor") }
        self.archive = archive
        feed = ArchiveFeed(source)
        archive_read_support_filter_bzip2(archive)
        archive_read_support_filter_xz(archive)
        archive_read_support_format_raw(archive)
        archive_read_support_format_empty(archive)
        guard feed.open(archive) == ARCHIVE_OK else { throw feed.error(of: archive, "compressed data") }
        var entry: OpaquePointer?
        let result = archive_read_next_header(archive, &entry)
        if let failure = feed.failure { throw failure }
        isAtEnd = result == ARCHIVE_EOF
        guard isAtEnd || result == ARCHIVE_OK else { throw feed.error(of: archive, "compressed data") }
    }

    deinit { archive_read_free(archive) }

    /// Whether `bytes` begin as data that this type decompresses.
    package static func isCompressed(_ bytes: FileBytes) -> Bool {
        bytes.hasBytes(Array("BZh".utf8)) || bytes.hasBytes([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00])
    }

    package func next() throws -> UnsafeRawBufferPointer {
        while !isAtEnd {
            var start: UnsafeRawPointer?
            var count = 0
            var offset: Int64 = 0
            let result = archive_read_data_block(archive, &start, &count, &offset)
            if result == ARCHIVE_EOF { break }
            guard result == ARCHIVE_OK else {
                isAtEnd = true
                throw feed.error(of: archive, "compressed data")
            }
            if count > 0 { return UnsafeRawBufferPointer(start: start, count: count) }
        }
        isAtEnd = true
        return UnsafeRawBufferPointer(start: nil, count: 0)
    }
}
