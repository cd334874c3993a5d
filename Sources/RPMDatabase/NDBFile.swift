import Bytes

/// A database in rpm's own format, `Packages.db` (rpm `lib/backend/ndb/rpmpkg.c`).
///
/// All numbers are little-endian. Pages of 4096 bytes hold slots of 16 bytes, the first two of which are the file's
/// header; a slot names a record and where its blob lies, in blocks of 16 bytes. A blob has a head, the package header,
/// zero padding, and a tail with an Adler-32 checksum over all before it.
struct NDBFile {
    /// "RpmP", little-endian.
    static let magic: UInt32 = 0x506D_7052
    private static let slotMagic: UInt32 = 0x746F_6C53
    private static let headMagic: UInt32 = 0x5362_6C42
    private static let tailMagic: UInt32 = 0x4562_6C42
    private static let supportedVersion: UInt32 = 0
    private static let slotBytes = 16
    private static let slotsPerPage = 256
    /// The slots whose place the file's header takes.
    private static let headerSlots = 2
    private static let blockBytes = 16
    private static let headBytes = 16
    private static let tailBytes = 12

    private let file: FileBytes
    private let slotCount: Int

    init(_ file: FileBytes) throws(RPMDatabaseError) {
        guard let version = file.integer(at: 4, as: UInt32.self), let pages = file.integer(at: 12, as: UInt32.self)
        else { throw RPMDatabaseError(.damaged, "The ndb database ends within its header.") }
        guard version == Self.supportedVersion else {
            throw RPMDatabaseError(.unsupported, "The ndb database has version \(version), only 0 is known.")
        }
        self.file = file
        slotCount = Int(pages) * Self.slotsPerPage
    }

    func collect(into records: inout RecordCollector) throws(RPMDatabaseError) {
        // No two blobs share a byte in a sound file, so all of them fit in the file's size.
        var remainingBytes = file.count
        var seen: Set<UInt32> = []
        for number in stride(from: Self.headerSlots, to: slotCount, by: 1) {
            let at = number * Self.slotBytes
            guard let magic = file.integer(at: at, as: UInt32.self),
                let record = file.integer(at: at + 4, as: UInt32.self),
                let block = file.integer(at: at + 8, as: UInt32.self),
                let blocks = file.integer(at: at + 12, as: UInt32.self)
            else {
                records.add(problem: "The file ends within its slots: \(slotCount - number) of them are missing.")
                return
            }
            guard magic == Self.slotMagic else {
                records.add(problem: "Slot \(number) is damaged.")
                continue
            }
            guard record != 0 else { continue }
            guard seen.insert(record).inserted else {
                guard records.add(RecordDamage("another slot has the same number"), record: Int64(record)) else {
                    return
                }
                continue
            }
            let goesOn: Bool
            do throws(RecordDamage) {
                let frame = try frame(
                    of: record,
                    at: Int(block) * Self.blockBytes,
                    size: Int(blocks) * Self.blockBytes,
                    maxBytes: records.maxRecordBytes
                )
                // Only bytes in a plausible frame are counted: a damaged slot costs no other record anything, and slots
                // which share blobs cannot make the work grow beyond the file's size.
                guard frame.padded.count <= remainingBytes else { throw RecordDamage("it shares bytes with another") }
                remainingBytes -= frame.padded.count
                let header = try header(in: frame)
                goesOn = records.add(header, record: Int64(record))
            } catch {
                goesOn = records.add(error, record: Int64(record))
            }
            guard goesOn else { return }
        }
    }

    /// A blob whose head and tail fit together.
    private struct Frame {
        /// The head, the header and its padding: what the checksum covers.
        let padded: Range<Int>
        let headerBytes: Int
    }

    /// Checks head and tail of the blob at `start` as rpm does.
    private func frame(
        of record: UInt32,
        at start: Int,
        size: Int,
        maxBytes: Int
    ) throws(RecordDamage) -> Frame {
        // The caller multiplied 32-bit numbers by 16: their sum fits.
        let tail = start + size - Self.tailBytes
        guard size >= Self.headBytes + Self.tailBytes, start + size <= file.count else {
            throw RecordDamage("it lies outside the file")
        }
        guard file.integer(at: start, as: UInt32.self) == Self.headMagic,
            file.integer(at: start + 4, as: UInt32.self) == record,
            let claimed = file.integer(at: start + 12, as: UInt32.self)
        else { throw RecordDamage("its blob starts with another head") }
        let padding = size - Self.headBytes - Self.tailBytes - Int(claimed)
        guard (0..<Self.blockBytes).contains(padding), claimed <= maxBytes else {
            throw RecordDamage("it claims \(claimed) of \(size) bytes")
        }
        guard file.integer(at: tail + 8, as: UInt32.self) == Self.tailMagic,
            file.integer(at: tail + 4, as: UInt32.self) == claimed
        else { throw RecordDamage("its blob ends with another tail") }
        return Frame(padded: start..<tail, headerBytes: Int(claimed))
    }

    /// The header inside a blob whose checksum matches.
    private func header(in frame: Frame) throws(RecordDamage) -> [UInt8] {
        guard let covered = file.bytes(at: frame.padded.lowerBound, count: frame.padded.count),
            file.integer(at: frame.padded.upperBound, as: UInt32.self) == Adler32.checksum(of: covered)
        else { throw RecordDamage("its checksum does not match") }
        return Array(covered[Self.headBytes..<Self.headBytes + frame.headerBytes])
    }
}
