import Bytes

/// Where the central directory lies, from the end of central directory record (APPNOTE.TXT 6.3.10, sections 4.3.14-4.3.16).
struct ZipDirectoryLocation: Equatable {
    /// The first byte of the directory, counted from the start of the file.
    let start: Int
    /// The first byte after the directory.
    let end: Int
    /// How many entries the record promises.
    let declaredEntries: UInt64
    /// The bytes in front of the archive, such as a launcher script, which every stored offset leaves out.
    let prefix: Int

    static let endRecordSize = 22
    private static let maxCommentBytes = 65_535
    private static let zip64LocatorSize = 20
    private static let zip64RecordSize = 56
    private static let endSignature: UInt32 = 0x0605_4b50
    private static let zip64LocatorSignature: UInt32 = 0x0706_4b50
    private static let zip64RecordSignature: UInt32 = 0x0606_4b50
    static let centralSignature: UInt32 = 0x0201_4b50

    /// Finds the last end record that leads to a plausible directory, searching backwards through the longest comment.
    static func find(in file: FileBytes) -> ZipDirectoryLocation? {
        let tailSize = min(file.count, endRecordSize + maxCommentBytes)
        guard tailSize >= endRecordSize, let tail = file.bytes(at: file.count - tailSize, count: tailSize) else {
            return nil
        }
        let record = LittleEndian(bytes: tail)
        var position = tailSize - endRecordSize
        while position >= 0 {
            if tail[position] == 0x50, record.u32(at: position) == endSignature,
                let location = read(record, at: position, fileOffset: file.count - tailSize + position, in: file)
            {
                return location
            }
            position -= 1
        }
        return nil
    }

    private static func read(
        _ record: LittleEndian,
        at position: Int,
        fileOffset: Int,
        in file: FileBytes
    ) -> ZipDirectoryLocation? {
        guard let disk = record.u16(at: position + 4), let entries = record.u16(at: position + 10),
            let size = record.u32(at: position + 12), let offset = record.u32(at: position + 16),
            let comment = record.u16(at: position + 20),
            Int(comment) <= record.bytes.count - position - endRecordSize
        else { return nil }
        // Section 4.4.1.4: a field at its maximum means that the ZIP64 record has the value.
        if disk == .max || entries == .max || size == .max || offset == .max,
            let location = readZip64(before: fileOffset, in: file)
        {
            return location
        }
        // A promise of nothing is too easily found in a comment: believed only where it ends exactly with the file.
        let isLast = Int(comment) == record.bytes.count - position - endRecordSize
        guard disk == 0, isLast || entries > 0 else { return nil }
        return place(size: UInt64(size), offset: UInt64(offset), entries: UInt64(entries), end: fileOffset, in: file)
    }

    private static func readZip64(before endRecord: Int, in file: FileBytes) -> ZipDirectoryLocation? {
        let locator = endRecord - zip64LocatorSize
        guard let signature: UInt32 = file.integer(at: locator), signature == zip64LocatorSignature,
            let stored: UInt64 = file.integer(at: locator + 8)
        else { return nil }
        // The stored offset is wrong where something was put in front of the archive; there the record, which is
        // 56 bytes in practice, sits immediately before its locator.
        var places = [locator - zip64RecordSize]
        if let exact = Int(exactly: stored) { places.insert(exact, at: 0) }
        for place in places where place <= locator - zip64RecordSize {
            guard let signature: UInt32 = file.integer(at: place), signature == zip64RecordSignature,
                let disk: UInt32 = file.integer(at: place + 16), disk == 0,
                let entries: UInt64 = file.integer(at: place + 32),
                let size: UInt64 = file.integer(at: place + 40),
                let offset: UInt64 = file.integer(at: place + 48),
                let location = Self.place(size: size, offset: offset, entries: entries, end: place, in: file)
            else { continue }
            return location
        }
        return nil
    }

    /// Works out the prefix: the directory ends where the record begins, so that its stored offset tells what is in front.
    private static func place(
        size: UInt64,
        offset: UInt64,
        entries: UInt64,
        end: Int,
        in file: FileBytes
    ) -> ZipDirectoryLocation? {
        guard let size = Int(exactly: size), let offset = Int(exactly: offset), size <= end, offset <= end else {
            return nil
        }
        if entries == 0, size == 0 {
            return ZipDirectoryLocation(start: end, end: end, declaredEntries: 0, prefix: 0)
        }
        // Offsets may also be right as they are with a few bytes, such as a signature block, behind the directory.
        if offset <= end - size, beginsDirectory(at: offset, in: file) {
            return ZipDirectoryLocation(start: offset, end: offset + size, declaredEntries: entries, prefix: 0)
        }
        let start = end - size
        guard start >= offset, beginsDirectory(at: start, in: file) else { return nil }
        return ZipDirectoryLocation(start: start, end: end, declaredEntries: entries, prefix: start - offset)
    }

    private static func beginsDirectory(at offset: Int, in file: FileBytes) -> Bool {
        let signature: UInt32? = file.integer(at: offset)
        return signature == centralSignature
    }
}
