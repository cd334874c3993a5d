import Bytes
import Codecs
import Foundation
import Tar
import Zip

/// One thing that an import was pointed at: a file, or the loose JSON files of one folder taken together.
struct FeedUnit {
    /// For messages.
    var name: String
    /// The absolute path of the file, or of the folder with a slash behind.
    var place: String
    /// Absolute or relative to the working directory, sorted.
    var files: [(name: String, path: String)]

    /// What `forEachFile` hands over.
    enum Piece {
        case file(FeedFile)
        /// An entry of an archive that cannot be read, with the reason.
        case damaged(name: String, reason: String)
    }

    private static let gzipMagic: [UInt8] = [0x1F, 0x8B]
    private static let zstdMagic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
    private static let suffixes = [".gz", ".bz2", ".xz", ".zst"]
    private static let zipMagic: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

    /// Calls `body` with every document, archives opened; throws where a whole file is damaged.
    func forEachFile(limits: AdvisoryLimits, _ body: (Piece) throws -> Void) throws {
        for file in files {
            try Self.expand(file.name, Self.content(of: file, limits: limits), depth: 0, limits: limits, body)
        }
    }

    /// The bytes of one of the files as they are.
    static func content(of file: (name: String, path: String), limits: AdvisoryLimits) throws -> FileBytes {
        guard let handle = FileHandle(forReadingAtPath: file.path) else {
            throw AdvisoryError(.unreadable, "\(file.name): cannot be opened; may this user read it?")
        }
        defer { handle.closeFile() }
        guard let size = try? handle.seekToEnd(), let count = Int(exactly: size) else {  // A pipe cannot seek.
            throw AdvisoryError(.unreadable, "\(file.name): not a regular file")
        }
        guard count > 0 else { throw AdvisoryError(.unreadable, "\(file.name): is empty; was it fetched to its end?") }
        guard count <= limits.maxFileBytes else {
            throw AdvisoryError(.tooLarge, "\(file.name): \(count) bytes are over the bound of \(limits.maxFileBytes)")
        }
        guard let content = FileBytes(mapping: handle.fileDescriptor, count: count) else {
            throw AdvisoryError(.unreadable, "\(file.name): cannot be read on this file system; copy it to another")
        }
        return content
    }

    private static func expand(
        _ name: String,
        _ content: FileBytes,
        depth: Int,
        limits: AdvisoryLimits,
        _ body: (Piece) throws -> Void
    ) throws {
        let isCompressed =
            content.hasBytes(gzipMagic) || content.hasBytes(zstdMagic) || CompressedStream.form(of: content) != nil
        let isZip = content.hasBytes(zipMagic) || name.hasSuffix(".zip")
        guard isCompressed || isZip else { return try body(.file(FeedFile(name: name, content: content))) }
        guard depth <= limits.maxNesting else {
            return try body(.damaged(name: name, reason: "archives nested more than \(limits.maxNesting) deep"))
        }
        if isCompressed {
            try expandStream(name, content, depth: depth, limits: limits, body)
        } else {
            try expandZip(name, content, depth: depth, limits: limits, body)
        }
    }

    private static func expandStream(
        _ name: String,
        _ content: FileBytes,
        depth: Int,
        limits: AdvisoryLimits,
        _ body: (Piece) throws -> Void
    ) throws {
        let archive: FeedArchive
        do {
            let stream = try FeedStream(content)
            guard stream.isTar else {
                let suffix = suffixes.first { name.hasSuffix($0) } ?? ""
                let inner = String(name.dropLast(suffix.count))
                if FeedFile.isXML(stream.start) {
                    // XML can be large and is read as it is decompressed, as often as needed.
                    return try body(.file(FeedFile(name: inner, start: stream.start) { try FeedStream(content) }))
                }
                let bytes = try stream.collect(maxBytes: limits.maxUnpackedBytes)
                return try expand(inner, FileBytes(bytes), depth: depth + 1, limits: limits, body)
            }
            archive = try FeedArchive(stream, limits: limits)
        } catch let error as CodecError {
            return try refuse(name, "\(error)", depth: depth, body)
        } catch let error as TarError {
            return try refuse(name, "\(error)", depth: depth, body)
        }
        try expandTar(name, archive, depth: depth, limits: limits, body)
    }

    private static func expandTar(
        _ name: String,
        _ archive: FeedArchive,
        depth: Int,
        limits: AdvisoryLimits,
        _ body: (Piece) throws -> Void
    ) throws {
        var archive = archive
        while true {
            let entry: FeedArchive.Entry?
            do {
                entry = try archive.next()
            } catch {
                return try refuse(name, "\(error)", depth: depth, body)
            }
            guard let entry else { return }
            let inside = "\(name)/\(entry.name)"
            if let content = entry.content {
                try expand(inside, content, depth: depth + 1, limits: limits, body)
            } else {
                try body(.damaged(name: inside, reason: "more than \(limits.maxUnpackedBytes) bytes"))
            }
        }
    }

    private static func expandZip(
        _ name: String,
        _ content: FileBytes,
        depth: Int,
        limits: AdvisoryLimits,
        _ body: (Piece) throws -> Void
    ) throws {
        let archive: ZipArchive
        do {
            archive = try ZipArchive(content, limits: ZipLimits(maxEntries: limits.maxEntries))
        } catch {
            return try refuse(name, error.message, depth: depth, body)
        }
        for entry in archive.entries.sorted(by: { $0.name < $1.name }) where !entry.isDirectory {
            let inside = "\(name)/\(BoundedText.clean(entry.name, maxBytes: limits.maxNameBytes))"
            let bytes: [UInt8]
            do {
                bytes = try archive.contents(of: entry, maxBytes: limits.maxUnpackedBytes)
            } catch {
                try body(.damaged(name: inside, reason: error.message))
                continue
            }
            try expand(inside, FileBytes(bytes), depth: depth + 1, limits: limits, body)
        }
    }

    /// A file that was named is an error when it is damaged; one inside an archive costs itself.
    private static func refuse(
        _ name: String,
        _ reason: String,
        depth: Int,
        _ body: (Piece) throws -> Void
    ) throws {
        guard depth > 0 else { throw AdvisoryError(.damaged, "\(name): \(reason)") }
        try body(.damaged(name: name, reason: reason))
    }
}
