package import Bytes
import CISAL

/// A ZIP archive opened for reading, by its central directory (APPNOTE.TXT 6.3.10).
///
/// Stored and deflated entries, ZIP64 and archives with something in front of them are read. The central directory alone
/// is believed; of a local header only the length is used. Safe with any bytes.
package struct ZipArchive: Sendable {
    /// The entries in the order of the central directory; names may repeat and may be paths that lead outside.
    package let entries: [ZipEntry]
    /// What is wrong with the directory, one sentence each; the entries could be read nevertheless.
    package let problems: [String]

    private let file: FileBytes
    private let directoryStart: Int
    private let limits: ZipLimits

    private static let localSignature: [UInt8] = [0x50, 0x4b, 0x03, 0x04]
    private static let emptySignature: [UInt8] = [0x50, 0x4b, 0x05, 0x06]

    /// Reads the central directory.
    ///
    /// Throws `notZip` where there is none, `damaged` where it lies outside the file and `limit` where it is too big.
    package init(_ bytes: FileBytes, limits: ZipLimits = .init()) throws(ZipError) {
        guard let location = ZipDirectoryLocation.find(in: bytes) else {
            throw ZipError(.notZip, "no end of central directory record")
        }
        let directory = try ZipCentralDirectory(bytes, at: location, limits: limits)
        entries = directory.entries
        problems = directory.problems
        file = bytes
        directoryStart = location.start
        self.limits = limits
    }

    /// Whether the bytes are a ZIP archive, also one with a script or an executable in front.
    ///
    /// The first four bytes answer for most files; otherwise the last 64 KiB are searched.
    package static func isZip(_ bytes: FileBytes) -> Bool {
        bytes.hasBytes(localSignature) || bytes.hasBytes(emptySignature) || ZipDirectoryLocation.find(in: bytes) != nil
    }

    /// The expanded bytes of an entry, with size and CRC-32 checked.
    ///
    /// Throws where the entry is encrypted, overlaps another, uses a method other than stored or deflate, is above
    /// `maxBytes` or the archive's limits, or does not match its size or its checksum.
    package func contents(of entry: ZipEntry, maxBytes: Int) throws(ZipError) -> [UInt8] {
        try refuse(entry, maxBytes: maxBytes)
        let start = try dataStart(of: entry)
        let expanded: [UInt8]?
        switch entry.method {
        case 0:
            guard entry.size == entry.compressedSize else {
                throw ZipError(.damaged, "stored entry with two sizes: \(entry.name)")
            }
            expanded = file.bytes(at: start, count: entry.size)
        case 8 where entry.compressedSize == 0 && entry.size == 0:
            expanded = []  // Strictly no deflate stream, but some tools write directories this way.
        case 8:
            expanded = file.withUnsafeBytes { buffer in
                Inflate.expand(
                    UnsafeRawBufferPointer(rebasing: buffer[start..<start + entry.compressedSize]),
                    size: entry.size
                )
            }
        default:
            throw ZipError(.unsupported, "compression method \(entry.method): \(entry.name)")
        }
        guard let expanded else {
            throw ZipError(.damaged, "compressed bytes do not expand to the declared size: \(entry.name)")
        }
        let checksum = crc32_gzip_refl(0, expanded, UInt64(expanded.count))
        guard checksum == entry.crc32 else { throw ZipError(.checksum, "CRC-32 differs: \(entry.name)") }
        return expanded
    }

    private func refuse(_ entry: ZipEntry, maxBytes: Int) throws(ZipError) {
        guard !entry.isEncrypted else { throw ZipError(.encrypted, "entry is encrypted: \(entry.name)") }
        guard !entry.isOverlapping else {
            throw ZipError(.overlapping, "entry overlaps another or the directory: \(entry.name)")
        }
        let limit = min(maxBytes, limits.maxEntryBytes)
        guard entry.size <= limit else {
            throw ZipError(.limit, "entry expands to \(entry.size) bytes, limit \(limit): \(entry.name)")
        }
        guard entry.size <= limits.ratioFreeBytes || entry.size / max(1, entry.compressedSize) <= limits.maxRatio else {
            throw ZipError(.limit, "entry expands more than \(limits.maxRatio) times: \(entry.name)")
        }
    }

    /// The first compressed byte, after checking that all of them lie in front of the directory.
    private func dataStart(of entry: ZipEntry) throws(ZipError) -> Int {
        let header = entry.headerOffset
        guard file.hasBytes(Self.localSignature, at: header),
            let name: UInt16 = file.integer(at: header + 26),
            let extra: UInt16 = file.integer(at: header + 28)
        else { throw ZipError(.damaged, "no local header: \(entry.name)") }
        let start = header + ZipCentralDirectory.localHeaderSize + Int(name) + Int(extra)
        guard start <= directoryStart, entry.compressedSize <= directoryStart - start else {
            throw ZipError(.damaged, "compressed bytes run into the directory: \(entry.name)")
        }
        return start
    }
}
