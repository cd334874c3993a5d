@testable import RPMDatabase

/// Makes ndb files.
enum NDBBuilder {
    static func database(_ blobs: [[UInt8]]) -> [UInt8] {
        var file = [UInt8](repeating: 0, count: 4096)
        file.put(Array("RpmP".utf8) + UInt32(0).littleEndianBytes + UInt32(1).littleEndianBytes, at: 0)
        file.put(UInt32(1).littleEndianBytes + UInt32(blobs.count + 1).littleEndianBytes, at: 12)
        for slot in 2..<256 { file.put(Array("Slot".utf8), at: slot * 16) }
        for (index, blob) in blobs.enumerated() {
            let number = UInt32(index + 1)
            var bytes = Array("BlbS".utf8) + number.littleEndianBytes + UInt32(1).littleEndianBytes
            bytes += UInt32(blob.count).littleEndianBytes + blob
            while bytes.count % 16 != 4 { bytes.append(0) }
            bytes += adler32(bytes).littleEndianBytes + UInt32(blob.count).littleEndianBytes + Array("BlbE".utf8)
            let slot = number.littleEndianBytes + UInt32(file.count / 16).littleEndianBytes
            file.put(slot + UInt32(bytes.count / 16).littleEndianBytes, at: (index + 2) * 16 + 4)
            file += bytes
        }
        return file
    }

    /// The textbook form of the sum, to check the other one.
    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var low = 1
        var high = 0
        for byte in bytes {
            low = (low + Int(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return UInt32(high << 16 | low)
    }
}

/// Makes Berkeley DB hash files: a meta page, one hash page, overflow pages.
struct BerkeleyHashBuilder {
    static let pageBytes = 512
    var bigEndian = false
    var version: UInt32 = 9

    func database(_ blobs: [[UInt8]], onPage: Bool = false) -> [UInt8] {
        let first = 2
        var overflow: [[UInt8]] = []
        var items: [[UInt8]] = [[1] + number(UInt32(0)), [1] + number(UInt32(blobs.count))]
        for (index, blob) in blobs.enumerated() {
            items.append([1] + number(UInt32(index + 1)))
            if onPage {
                items.append([1] + blob)
                continue
            }
            items.append([3, 0, 0, 0] + number(UInt32(first + overflow.count)) + number(UInt32(blob.count)))
            let room = Self.pageBytes - 26
            for start in stride(from: 0, to: blob.count, by: room) {
                let part = Array(blob[start..<min(start + room, blob.count)])
                let isLast = start + room >= blob.count
                let next = isLast ? 0 : first + overflow.count + 1
                overflow.append(page(number: first + overflow.count, next: next, type: 7, size: part.count, part))
            }
        }
        return meta(lastPage: first + overflow.count - 1) + hashPage(items) + overflow.joined()
    }

    func number<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        bigEndian ? value.bigEndianBytes : value.littleEndianBytes
    }

    private func meta(lastPage: Int) -> [UInt8] {
        var page = [UInt8](repeating: 0, count: Self.pageBytes)
        page.put(number(UInt32(0x061561)) + number(version) + number(UInt32(Self.pageBytes)) + [0, 8, 0, 0], at: 12)
        page.put(number(UInt32(lastPage)), at: 32)
        return page
    }

    private func hashPage(_ items: [[UInt8]]) -> [UInt8] {
        var page = page(number: 1, next: 0, type: 13, size: 0, [])
        page.put(number(UInt16(items.count)), at: 20)
        var end = Self.pageBytes
        for (index, item) in items.enumerated() {
            end -= item.count
            page.put(item, at: end)
            page.put(number(UInt16(end)), at: 26 + index * 2)
        }
        return page
    }

    private func page(number page: Int, next: Int, type: UInt8, size: Int, _ content: [UInt8]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.pageBytes)
        bytes.put(number(UInt32(page)), at: 8)
        bytes.put(number(UInt32(next)), at: 16)
        bytes.put(number(UInt16(1)) + number(UInt16(size)) + [0, type] + content, at: 20)
        return bytes
    }
}
