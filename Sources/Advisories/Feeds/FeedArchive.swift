import Bytes
import Tar

/// The files of a tar archive one after the other, each in memory while it is looked at.
struct FeedArchive {
    private let reader: TarReader
    private let limits: AdvisoryLimits
    private var entries = 0

    init(_ source: some ByteProducer, limits: AdvisoryLimits) throws {
        reader = try TarReader(source)
        self.limits = limits
    }

    /// One file of the archive; `content` is `nil` where it is larger than a file may be.
    struct Entry {
        var name: String
        var content: FileBytes?
    }

    /// The next regular file; `nil` at the end.
    ///
    /// Throws where the archive is damaged or has too many entries.
    mutating func next() throws -> Entry? {
        while let entry = try reader.nextEntry() {
            entries += 1
            guard entries <= limits.maxEntries else {
                throw AdvisoryError(.tooLarge, "more than \(limits.maxEntries) entries")
            }
            guard entry.kind == .file else { continue }
            let name = BoundedText.clean(String(decoding: entry.path, as: UTF8.self), maxBytes: limits.maxNameBytes)
            guard entry.size <= Int64(limits.maxUnpackedBytes) else { return Entry(name: name, content: nil) }
            return Entry(name: name, content: FileBytes(try body(size: Int(entry.size))))
        }
        return nil
    }

    private func body(size: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(size, 1 << 20))
        while let block = try reader.nextBlock() {
            guard let offset = Int(exactly: block.offset), offset >= bytes.count, offset <= size,
                block.bytes.count <= size - offset
            else { throw AdvisoryError(.damaged, "tar: a block outside its file") }
            // The holes of a sparse file are zeros.
            bytes.append(contentsOf: repeatElement(0, count: offset - bytes.count))
            bytes.append(contentsOf: block.bytes)
        }
        return bytes
    }
}
