package import Bytes
import CArchive

/// Decompresses bzip2 and xz, through libarchive; rare formats, in which single publishers pack their feeds.
///
/// What comes out is given as it is, were it compressed itself: libarchive, left to look for itself, goes on to undo up to
/// 25 forms within each other, and what those take is nothing that a reader's bounds see.
///
/// Used by one thread. Throws ``TarError`` for damaged data, and whatever the source throws.
package final class CompressedStream: ByteProducer {
    package enum Form: Sendable {
        case bzip2, xz
    }

    /// Bytes of the smallest stream of bzip2; libarchive takes less for nothing, where it should be an error.
    private static let minBytes = 14

    private let archive: OpaquePointer
    private let feed: ArchiveFeed
    private var isAtEnd = false

    package init(_ source: any ByteProducer, _ form: Form) throws {
        guard let archive = archive_read_new() else { throw TarError(message: "no memory for a decompressor") }
        self.archive = archive
        feed = ArchiveFeed(source)
        let filter = form == .xz ? ARCHIVE_FILTER_XZ : ARCHIVE_FILTER_BZIP2
        guard archive_read_append_filter(archive, filter) == ARCHIVE_OK else {
            throw feed.error(of: archive, "compressed data")
        }
        archive_read_support_format_raw(archive)
        archive_read_support_format_empty(archive)
        // Damage in the first bytes leaves its reason and no other sign.
        guard feed.open(archive) == ARCHIVE_OK, archive_error_string(archive) == nil else {
            throw feed.error(of: archive, "compressed data")
        }
        var entry: OpaquePointer?
        let result = archive_read_next_header(archive, &entry)
        if let failure = feed.failure { throw failure }
        isAtEnd = result == ARCHIVE_EOF
        guard isAtEnd || result == ARCHIVE_OK else { throw feed.error(of: archive, "compressed data") }
        if isAtEnd, feed.count < Self.minBytes { throw TarError(message: "compressed data that is cut short") }
    }

    deinit { archive_read_free(archive) }

    /// The form that `bytes` are compressed in, by their beginning; `nil` for others.
    package static func form(of bytes: FileBytes) -> Form? {
        if bytes.hasBytes([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) { return .xz }
        // Behind the size of its blocks is the mark of the first of them, or of the end.
        let marks: [[UInt8]] = [[0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]]
        let isBzip2 = bytes.hasBytes(Array("BZh".utf8)) && marks.contains { bytes.hasBytes($0, at: 4) }
        return isBzip2 ? .bzip2 : nil
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
