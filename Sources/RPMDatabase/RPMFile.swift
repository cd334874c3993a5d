package import Bytes

/// Reads package files (RPM V4 package format: a lead, the signature's header, the header, the payload).
package enum RPMFile {
    private static let leadMagic: [UInt8] = [0xed, 0xab, 0xee, 0xdb]
    private static let leadBytes = 96
    private static let headerMagic: [UInt8] = [0x8e, 0xad, 0xe8]
    /// The magic of a header, its version and four reserved bytes, which a database leaves out.
    private static let headerMagicBytes = 8

    /// Whether the file starts as a package does.
    package static func isPackage(_ file: FileBytes) -> Bool { file.hasBytes(leadMagic) }

    /// The package, without its files, and what in its header could not be read.
    package static func read(
        _ file: FileBytes,
        limits: RPMDatabaseLimits = RPMDatabaseLimits(maxHeaderDataBytes: 64 << 20)
    ) throws(RPMDatabaseError) -> (package: RPMPackage, problems: [String]) {
        guard isPackage(file) else { throw RPMDatabaseError(.notADatabase, "The file is no rpm package.") }
        let signature = try header(in: file, at: leadBytes, limits: limits)
        // What follows the signature begins at a multiple of eight bytes.
        let main = try header(in: file, at: (signature.upperBound + 7) / 8 * 8, limits: limits)
        guard let bytes = file.bytes(at: main.lowerBound, count: main.count) else {
            throw RPMDatabaseError(.damaged, "The header of the package is cut short.")
        }
        do throws(RecordDamage) {
            let reading = try HeaderReading(try RPMHeader(bytes, limits: limits), limits: limits)
            return (reading.package, reading.damage.map(\.reason))
        } catch {
            throw RPMDatabaseError(.damaged, "The header of the package is damaged: \(error.reason).")
        }
    }

    /// Where a header is, from its number of entries on.
    private static func header(
        in file: FileBytes,
        at start: Int,
        limits: RPMDatabaseLimits
    ) throws(RPMDatabaseError) -> Range<Int> {
        let place = start + headerMagicBytes
        guard file.hasBytes(headerMagic, at: start),
            let entryCount: UInt32 = file.integer(at: place, bigEndian: true),
            let dataCount: UInt32 = file.integer(at: place + 4, bigEndian: true),
            entryCount <= limits.maxHeaderEntries, dataCount <= limits.maxHeaderDataBytes
        else { throw RPMDatabaseError(.damaged, "There is no header at byte \(start) of the package.") }
        // Both are bounded by the limits: no overflow.
        let count = RPMHeader.preambleBytes + Int(entryCount) * RPMHeader.entryBytes + Int(dataCount)
        guard count <= file.count - place else {
            throw RPMDatabaseError(.damaged, "The header at byte \(start) of the package is cut short.")
        }
        return place..<place + count
    }
}
