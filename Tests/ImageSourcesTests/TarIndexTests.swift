import TallymanTesting
import Testing

@testable import ImageSources

@Suite struct `Tar index` {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func index(_ bytes: [UInt8]) throws -> TarIndex {
        try TarIndex(path: try scratch.write("archive.tar", bytes))
    }

    private func content(_ index: TarIndex, _ name: String) throws -> String? {
        try index.place(of: name).map {
            String(decoding: try $0.bytes(maxBytes: 1 << 20, subject: name), as: UTF8.self)
        }
    }

    @Test func `members are found by their clean names, the last of a name counts`() throws {
        var tar = TarBuilder()
        tar.add("./a", "old")
        tar.add("dir/", type: "5")
        tar.add("dir/b", "two")
        tar.add("a", "new")
        let found = try index(tar.finished)
        #expect(try content(found, "a") == "new")
        #expect(try content(found, "dir/b") == "two")
        #expect(found.place(of: "dir") == nil)
    }

    @Test func `GNU long names and pax names and sizes count`() throws {
        let long = String(repeating: "x/", count: 90) + "y"
        var tar = TarBuilder()
        tar.add("././@LongLink", Array("\(long)\0".utf8), type: "L")
        tar.add("short", "one")
        tar.addPax([("path", "\(long)z"), ("size", "3")])
        tar.add("short", "two")
        let found = try index(tar.finished)
        #expect(try content(found, long) == "one")
        #expect(try content(found, "\(long)z") == "two")
        #expect(found.place(of: "short") == nil)
    }

    @Test func `links are followed inside the archive only`() throws {
        var tar = TarBuilder()
        tar.add("a/layer.tar", "layer")
        tar.add("b/layer.tar", type: "2", link: "../a/layer.tar")
        tar.add("c", type: "1", link: "b/layer.tar")
        tar.add("out", type: "2", link: "../../etc/passwd")
        tar.add("absolute", type: "2", link: "/etc/passwd")
        tar.add("loop", type: "2", link: "loop")
        tar.add("../evil", "evil")
        let found = try index(tar.finished)
        #expect(try content(found, "b/layer.tar") == "layer")
        #expect(try content(found, "c") == "layer")
        for name in ["out", "absolute", "loop", "../evil", "evil"] { #expect(found.place(of: name) == nil) }
    }

    @Test func `a compressed archive is refused with the remedy`() throws {
        for (head, tool) in [
            ([0x1f, 0x8b, 8, 0], "gunzip"), ([0x28, 0xb5, 0x2f, 0xfd], "unzstd"), ([0xfd, 0x37, 0x7a, 0x58], "unxz"),
            (Array("BZh9".utf8), "bunzip2"),
        ] as [([UInt8], String)] {
            let error = #expect(throws: ImageSourceError.self) { try index(head) }
            #expect(error?.code == .unsupported)
            #expect(error?.message.hasSuffix("decompress it first (\(tool) -k)") == true)
        }
    }

    @Test func `an archive that is cut short is malformed or lacks its last members, and never traps`() throws {
        var tar = TarBuilder()
        tar.addPax([("path", "long/name")])
        tar.add("a", String(repeating: "content", count: 200))
        let bytes = tar.finished
        for length in stride(from: 0, to: bytes.count, by: 37) {
            do {
                let found = try index(Array(bytes.prefix(length)))
                if let place = found.place(of: "long/name") { #expect(place.offset + place.count <= Int64(length)) }
            } catch let error as ImageSourceError { #expect(error.code == .malformed) }
        }
    }

    @Test func `damaged headers are errors, and places stay inside the file`() throws {
        var tar = TarBuilder()
        tar.addPax([("path", "long/name"), ("size", "5")])
        tar.add("a", "hello")
        tar.add("b", type: "2", link: "a")
        let bytes = tar.finished
        var random = SeededRandom(seed: 42)
        for _ in 0..<400 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let found = try? index(damaged) else { continue }
            for name in ["a", "b", "long/name"] {
                if let place = found.place(of: name) { #expect(place.offset + place.count <= Int64(bytes.count)) }
            }
        }
    }
}
