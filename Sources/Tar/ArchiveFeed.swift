import Bytes
import CArchive

/// Bytes on their way into libarchive; a Swift error cannot cross its frames, so it waits here.
final class ArchiveFeed {
    private let source: any ByteProducer
    /// What the source threw.
    private(set) var failure: (any Error)?
    /// Whether the source has given its last byte.
    private(set) var isAtEnd = false
    /// Bytes that it has given so far.
    private(set) var count = 0

    init(_ source: any ByteProducer) { self.source = source }

    /// Opens `archive` on the source; this value must outlive it.
    func open(_ archive: OpaquePointer) -> Int32 {
        archive_read_open(
            archive,
            Unmanaged.passUnretained(self).toOpaque(),
            nil,
            { _, context, buffer in
                guard let context, let buffer else { return -1 }
                return Unmanaged<ArchiveFeed>.fromOpaque(context).takeUnretainedValue().read(into: buffer)
            },
            nil
        )
    }

    /// The source's own error, else libarchive's reason.
    func error(of archive: OpaquePointer, _ place: String) -> any Error {
        if let failure { return failure }
        let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown error"
        return TarError(message: "\(reason) (in \(place))")
    }

    private func read(into buffer: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
        do {
            let piece = try source.next()
            buffer.pointee = piece.baseAddress
            isAtEnd = piece.isEmpty
            count += piece.count
            return piece.count
        } catch {
            failure = error
            return -1
        }
    }
}
