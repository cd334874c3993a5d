package import Bytes
import CArchive

#if canImport(Glibc)
    import Glibc
#endif

/// What an entry of a tar archive is.
package enum TarEntryKind: UInt8, Sendable {
    case file = 0
    case directory = 1
    case symlink = 2
    case hardlink = 3
    /// A device, FIFO or socket.
    case other = 4
}

/// The header of one entry; names are bytes as the archive has them.
package struct TarEntry: Sendable {
    package var path: [UInt8]
    package var kind: TarEntryKind
    /// The size of the content in bytes, never negative.
    package var size: Int64
    /// Permission bits, 0o7777 at most.
    package var mode: UInt16
    /// Numbers, as the archive has them.
    package var userID: Int64
    package var groupID: Int64
    package var linkTarget: [UInt8]
}

/// Why a tar archive could not be read to its end.
package struct TarError: Error, CustomStringConvertible {
    package let message: String
    package var description: String { message }
}

/// Reads a tar archive once, from front to back (POSIX pax, ustar, GNU and old forms, through libarchive).
///
/// Used by one thread. Throws ``TarError`` for a damaged or truncated archive, and whatever the source throws. An archive
/// may end with its last entry's content: some tools write neither what fills up the last record nor the two empty ones
/// behind it, and engines take such layers.
package final class TarReader {
    private let archive: OpaquePointer
    private let feed: ArchiveFeed
    /// The size of the current entry's content, and how far it was given.
    private var size: Int64 = 0
    private var given: Int64 = 0
    /// Whether the current entry's content was given to its end.
    private var isPassed = true
    /// Whether nothing is left, also where the archive ended with the content of its last entry.
    private var isOver = false

    /// libarchive converts pax names, which are UTF-8, into the locale's charset: without this they would be refused.
    private static let locale: Bool = setlocale(LC_CTYPE, "C.UTF-8") != nil

    package init(_ source: any ByteProducer) throws {
        _ = TarReader.locale
        guard let archive = archive_read_new() else { throw TarError(message: "tar: no memory for a reader") }
        self.archive = archive
        feed = ArchiveFeed(source)
        archive_read_support_format_tar(archive)
        archive_read_support_format_empty(archive)
        guard feed.open(archive) == ARCHIVE_OK else { throw failure("open") }
    }

    deinit { archive_read_free(archive) }

    /// The next entry's header, or `nil` at the end; the body of the entry before it is passed over.
    package func nextEntry() throws -> TarEntry? {
        // libarchive would pass over it too, but not tell whether all of it was there.
        while try nextBlock() != nil {}
        guard !isOver else { return nil }
        var entry: OpaquePointer?
        let result = archive_read_next_header(archive, &entry)
        if result == ARCHIVE_EOF {
            // libarchive takes a source that fails at its first byte for an empty archive.
            if let failure = feed.failure { throw failure }
            isOver = true
            return nil
        }
        guard result == ARCHIVE_OK || result == ARCHIVE_WARN, let entry else { throw failure("header") }
        let type = UInt32(archive_entry_filetype(entry))
        var kind = TarEntryKind.other
        var target: [UInt8] = []
        if let link = archive_entry_hardlink(entry) {
            kind = .hardlink
            target = bytes(link)
        } else if type == tallyman_AE_IFREG {
            kind = .file
        } else if type == tallyman_AE_IFDIR {
            kind = .directory
        } else if type == tallyman_AE_IFLNK {
            kind = .symlink
            if let link = archive_entry_symlink(entry) { target = bytes(link) }
        }
        size = max(0, archive_entry_size(entry))
        given = 0
        isPassed = false
        return TarEntry(
            path: archive_entry_pathname(entry).map(bytes) ?? [],
            kind: kind,
            size: size,
            mode: UInt16(truncatingIfNeeded: archive_entry_perm(entry)) & 0o7777,
            userID: archive_entry_uid(entry),
            groupID: archive_entry_gid(entry),
            linkTarget: target
        )
    }

    /// The next block of the current entry's content and its offset, or `nil` behind the last one.
    ///
    /// Offsets may jump in sparse files; the gap is zeros. The memory is valid until the next call.
    package func nextBlock() throws -> (bytes: UnsafeRawBufferPointer, offset: Int64)? {
        guard !isPassed else { return nil }
        var start: UnsafeRawPointer?
        var count = 0
        var offset: Int64 = 0
        let result = archive_read_data_block(archive, &start, &count, &offset)
        guard result == ARCHIVE_OK || result == ARCHIVE_WARN else {
            isPassed = true
            if result == ARCHIVE_EOF { return nil }
            // All that may be missing behind the content is what fills up the record.
            isOver = given == size && feed.isAtEnd && feed.failure == nil
            if isOver { return nil }
            throw failure("data")
        }
        given = offset &+ Int64(count)
        return (UnsafeRawBufferPointer(start: start, count: count), offset)
    }

    private func bytes(_ text: UnsafePointer<CChar>) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }

    private func failure(_ place: String) -> any Error { feed.error(of: archive, "a tar's \(place)") }
}
