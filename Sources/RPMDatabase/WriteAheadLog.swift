import Bytes

/// The committed pages of a sqlite write-ahead log (SQLite file format, section 4, The Write-Ahead Log).
///
/// A log is a header of 32 bytes and frames of a 24-byte header and a page. A frame counts where its salts are those of
/// the log's header and the running checksum matches; frames after the last one that ends a transaction do not count.
struct WriteAheadLog {
    /// The magic number; its lowest bit tells the byte order in which checksums read their words.
    private static let magic: UInt32 = 0x377F_0682
    private static let supportedVersion: UInt32 = 3_007_000
    private static let headerBytes = 32
    private static let frameHeaderBytes = 24
    /// The part of a frame's header that is part of the checksum: the page number and the size after the commit.
    private static let checkedFrameHeaderBytes = 8

    private let file: FileBytes
    let pageBytes: Int
    /// The size of the database after the last commit, in pages; 0 where nothing is committed.
    private(set) var databasePages = 0
    /// Where the newest committed content of each page (numbered from 1) lies in the log.
    private(set) var pageOffsets: [UInt32: Int] = [:]

    /// Reads the log, or returns `nil` where its header is damaged, so that sqlite would not use it either.
    init?(_ file: FileBytes) {
        guard let magic = file.integer(at: 0, as: UInt32.self, bigEndian: true), magic & ~1 == Self.magic,
            file.integer(at: 4, as: UInt32.self, bigEndian: true) == Self.supportedVersion,
            let pageBytes = file.integer(at: 8, as: UInt32.self, bigEndian: true),
            SQLiteHeader.pageBytesRange.contains(Int(pageBytes)), pageBytes.nonzeroBitCount == 1,
            let salts = file.integer(at: 16, as: UInt64.self, bigEndian: true),
            let claimed = file.integer(at: 24, as: UInt64.self, bigEndian: true)
        else { return nil }
        self.file = file
        self.pageBytes = Int(pageBytes)
        var checksum = Checksum(bigEndianWords: magic & 1 == 1)
        guard checksum.add(file, 0..<Self.headerBytes - 8), checksum.value == claimed else { return nil }
        readFrames(salts: salts, checksum: checksum)
    }

    /// The bytes of a page at an offset from `pageOffsets`.
    func page(at offset: Int) -> [UInt8]? {
        file.bytes(at: offset, count: pageBytes)
    }

    private mutating func readFrames(salts: UInt64, checksum: Checksum) {
        var checksum = checksum
        var open: [UInt32: Int] = [:]
        var frame = Self.headerBytes
        while let page = file.integer(at: frame, as: UInt32.self, bigEndian: true), page != 0,
            let committedPages = file.integer(at: frame + 4, as: UInt32.self, bigEndian: true),
            file.integer(at: frame + 8, as: UInt64.self, bigEndian: true) == salts,
            let claimed = file.integer(at: frame + 16, as: UInt64.self, bigEndian: true)
        {
            let content = frame + Self.frameHeaderBytes
            guard checksum.add(file, frame..<frame + Self.checkedFrameHeaderBytes),
                checksum.add(file, content..<content + pageBytes), checksum.value == claimed
            else { return }
            open[page] = content
            if committedPages != 0 {
                pageOffsets.merge(open) { $1 }
                open.removeAll(keepingCapacity: true)
                databasePages = Int(committedPages)
            }
            frame = content + pageBytes
        }
    }

    /// The running checksum (section 4.2, Checksum Algorithm): two sums over pairs of 32-bit words.
    private struct Checksum {
        let bigEndianWords: Bool
        private var first: UInt32 = 0
        private var second: UInt32 = 0

        init(bigEndianWords: Bool) {
            self.bigEndianWords = bigEndianWords
        }

        /// Both sums, the first one in the upper half.
        var value: UInt64 { UInt64(first) << 32 | UInt64(second) }

        /// Adds a range whose size is a multiple of eight, or returns `false` where it leaves the file.
        mutating func add(_ file: FileBytes, _ range: Range<Int>) -> Bool {
            guard range.lowerBound >= 0, range.upperBound <= file.count else { return false }
            (first, second) = file.withUnsafeBytes { buffer in
                var (first, second) = (first, second)
                // The range was checked above and the stride divides it: every load is inside the buffer.
                for at in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
                    first &+= word(buffer, at) &+ second
                    second &+= word(buffer, at + 4) &+ first
                }
                return (first, second)
            }
            return true
        }

        private func word(_ buffer: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
            let raw = buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            return bigEndianWords ? UInt32(bigEndian: raw) : UInt32(littleEndian: raw)
        }
    }
}
