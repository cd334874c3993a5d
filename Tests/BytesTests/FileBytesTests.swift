import Bytes
import Foundation
import Testing

@Suite("The bytes of a file")
struct FileBytesTests {
    /// The same bytes in memory and as a mapping.
    private func forms(_ bytes: [UInt8]) throws -> [FileBytes] {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("bytes-\(UUID().uuidString)")
        try Data(bytes).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }  // a leftover file harms no test
        let handle = try FileHandle(forReadingFrom: path)
        defer { try? handle.close() }  // read-only: nothing can be lost
        return [FileBytes(bytes), try #require(FileBytes(mapping: handle.fileDescriptor, count: bytes.count))]
    }

    @Test("Both forms answer alike")
    func bothForms() throws {
        for file in try forms([1, 2, 3, 4, 5]) {
            #expect(file.count == 5)
            #expect(file.all == [1, 2, 3, 4, 5])
            #expect(file.u8(at: 4) == 5)
            #expect(file.integer(at: 1, as: UInt32.self) == 0x0504_0302)
            #expect(file.integer(at: 1, as: UInt32.self, bigEndian: true) == 0x0203_0405)
            #expect(file.bytes(at: 3, count: 2) == [4, 5])
            #expect(file.bytes(at: 5, count: 0) == [])
            #expect(file.hasBytes([2, 3], at: 1))
            #expect(file.firstOffset(of: [3, 4]) == 2)
        }
    }

    @Test(
        "A range outside of the file is nil, never a trap",
        arguments: [
            (-1, 1), (0, 6), (5, 1), (6, 0), (0, -1), (Int.max, 1), (1, Int.max), (Int.min, Int.min),
            (Int.max, Int.max),
        ]
    )
    func outside(offset: Int, count: Int) throws {
        for file in try forms([1, 2, 3, 4, 5]) { #expect(file.bytes(at: offset, count: count) == nil) }
    }

    @Test("A number that does not fit is nil", arguments: [-1, 2, 5, Int.max, Int.min])
    func integers(offset: Int) throws {
        for file in try forms([1, 2, 3, 4, 5]) {
            #expect(file.integer(at: offset, as: UInt32.self) == nil)
            #expect(file.integer(at: offset, as: UInt64.self) == nil)
        }
    }

    @Test("A search finds the first occurrence and no other")
    func search() {
        let file = FileBytes(Array("aabaabaac".utf8))
        #expect(file.firstOffset(of: Array("aab".utf8)) == 0)
        #expect(file.firstOffset(of: Array("aab".utf8), from: 1) == 3)
        #expect(file.firstOffset(of: Array("aac".utf8), from: 6) == 6)
        #expect(file.firstOffset(of: Array("aac".utf8), from: 7) == nil)
        #expect(file.firstOffset(of: Array("aabaabaacx".utf8)) == nil)
        #expect(file.firstOffset(of: []) == nil)
        #expect(file.firstOffset(of: [1], from: 9) == nil)
        #expect(file.firstOffset(of: [1], from: -1) == nil)
        #expect(FileBytes([]).firstOffset(of: [1]) == nil)
        #expect(!file.hasBytes([97], at: 9))
        #expect(!file.hasBytes([97], at: Int.max))
    }

    @Test("An empty file cannot be mapped and a closed one neither")
    func unmappable() {
        #expect(FileBytes(mapping: 0, count: 0) == nil)
        #expect(FileBytes(mapping: -1, count: 10) == nil)
        #expect(FileBytes(mapping: 0, count: -1) == nil)
    }

    @Test("Pieces are the whole file in order, however it is kept, and letting go of its pages changes nothing")
    func pieces() throws {
        // Of a length that no piece is a multiple of, so that no two pieces are alike.
        let block = (0..<65_537).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8 ^ $0 >> 16) }
        for size in [0, 1, 4 << 20, (8 << 20) + 7] {
            var bytes: [UInt8] = []
            while bytes.count < size { bytes += block.prefix(size - bytes.count) }
            for file in try size == 0 ? [FileBytes(bytes)] : forms(bytes) {
                var seen: [UInt8] = []
                file.forEachPiece { seen += $0 }
                file.releasePages()
                // As data, which compares many bytes at a time.
                #expect(Data(seen) == Data(bytes))
                #expect(Data(file.all) == Data(bytes))
            }
        }
    }

    @Test("Going through a mapped file takes no more memory than a piece of it")
    func memory() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("bytes-\(UUID().uuidString)")
        try Data().write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }  // a leftover file harms no test
        let handle = try FileHandle(forUpdating: path)
        try handle.truncate(atOffset: 128 << 20)
        let file = try #require(FileBytes(mapping: handle.fileDescriptor, count: 128 << 20))
        let before = try residentFileKiB()
        var peak = 0
        file.forEachPiece { piece in
            for offset in stride(from: 0, to: piece.count, by: 4096) { peak = max(peak, Int(piece[offset])) }
            peak = max(peak, (try? residentFileKiB()) ?? .max)  // what cannot be read fails below
        }
        #expect(peak - before < 16 << 10)
    }

    /// What this process holds of files, in KiB (proc(5), `RssFile`).
    private func residentFileKiB() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssFile:") })
        return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
    }
}

@Suite("Bytes in memory as a stream")
struct ArrayProducerTests {
    @Test("The pieces add up to the whole", arguments: [0, 1, 2, 3, 7, 64])
    func pieces(pieceSize: Int) throws {
        let bytes = (0..<20).map { UInt8($0) }
        let producer = ArrayProducer(bytes, pieceSize: pieceSize)
        var out: [UInt8] = []
        while true {
            let piece = try producer.next()
            if piece.isEmpty { break }
            #expect(piece.count <= max(1, pieceSize))
            out += piece
        }
        #expect(out == bytes)
        #expect(try producer.next().isEmpty)
    }
}
