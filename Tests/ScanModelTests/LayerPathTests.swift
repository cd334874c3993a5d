import Foundation
import ScanModel
import TallymanTesting
import Testing

@Suite("Paths in a layer")
struct LayerPathTests {
    @Test(
        "Names out of archives are cleaned",
        arguments: [
            ("etc/os-release", "etc/os-release"), ("./etc/os-release", "etc/os-release"),
            ("/etc/os-release", "etc/os-release"),
            ("//etc///./os-release/", "etc/os-release"), ("a/.b/..c/...", "a/.b/..c/..."), ("", ""), ("/", ""),
            ("./", ""), (".", ""), ("a/..", ""), ("a/../b", "b"), ("a/x/../b", "a/b"), ("a/x/../../b/./..", ""),
            ("/..", ""), ("/../b", "b"), ("/a/../../b", "b"), ("a/..b", "a/..b"),
        ]
    )
    func cleaned(name: String, expected: String) {
        #expect(LayerPath(archiveName: Array(name.utf8)) == LayerPath(expected))
    }

    @Test(
        "Names that lead elsewhere are refused",
        arguments: ["..", "../x", "a/../..", "a/../../b", "./..", "./../b", "a/b\u{0}c", "\u{0}", "a\u{0}/../b"]
    )
    func refused(name: String) {
        #expect(LayerPath(archiveName: Array(name.utf8)) == nil)
    }

    @Test("Parents, names and ancestors")
    func parts() {
        let path = LayerPath("a/bc/d")
        #expect(path.name.elementsEqual("d".utf8))
        #expect(path.parent == LayerPath("a/bc"))
        #expect(path.ancestors == [LayerPath("a/bc"), LayerPath("a"), .root])
        #expect(LayerPath("a").ancestors == [.root])
        #expect(LayerPath.root.ancestors == [])
        #expect(LayerPath.root.parent == nil)
        #expect(LayerPath.root.appending("x".utf8) == LayerPath("x"))
        #expect(LayerPath("a").appending("x".utf8) == LayerPath("a/x"))
        #expect(!LayerPath("a/bc").ancestors.contains(LayerPath("a/b")))
        #expect([path, LayerPath("a"), .root].map(\.partCount) == [3, 1, 0])
        #expect(path.isBelow(directory: "a") && path.isBelow(directory: "bc"))
        #expect(!path.isBelow(directory: "d") && !path.isBelow(directory: "b") && !path.isBelow(directory: ""))
        #expect(!LayerPath("a").isBelow(directory: "a") && !LayerPath.root.isBelow(directory: ""))
    }

    @Test("Any bytes survive JSON, and text that is UTF-8 stays readable")
    func json() throws {
        var random = SeededRandom(seed: 3)
        var paths = ["a/b", "100%", "%41", "\u{e9}t\u{e9}/%ff", "", "%", "%2", "a\\b\"c"].map { LayerPath($0) }
        for _ in 0..<500 { paths.append(LayerPath(clean: random.bytes(random.below(20)))) }
        let json = try JSONEncoder().encode(paths)
        #expect(try JSONDecoder().decode([LayerPath].self, from: json) == paths)
        #expect(try JSONEncoder().encode([LayerPath("usr/b\u{fc}cher")]) == JSONEncoder().encode(["usr/b\u{fc}cher"]))
    }
}

@Suite("The table of a layer's paths")
struct PathTableTests {
    /// Paths with shared prefixes, one path in front of another, and bytes that are no text.
    private func randomEntries(_ random: inout SeededRandom) -> [LayerPath: PathKind] {
        let parts: [[UInt8]] = ["a", "ab", "abc", "b", "usr", "lib", "node_modules", ".wh.x", "%", "\u{e9}"].map {
            Array($0.utf8)
        }
        var entries: [LayerPath: PathKind] = [:]
        for _ in 0..<random.below(200) {
            var path = LayerPath.root
            for _ in 0...random.below(5) {
                path = path.appending(
                    random.oneIn(8) ? random.bytes(1 + random.below(300)) : parts[random.below(parts.count)]
                )
            }
            entries[path] = PathKind(rawValue: UInt8(random.below(5)))
        }
        return entries
    }

    @Test("It answers as a dictionary does, before and after it was stored", arguments: 0..<60 as Range<UInt64>)
    func answers(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let entries = randomEntries(&random)
        let built = PathTable(entries)
        let stored = try #require(PathTable(serialized: built.serialized))
        for table in [built, stored] {
            #expect(table.count == entries.count)
            for (path, kind) in entries {
                #expect(table.kind(at: path) == kind)
                for near in [
                    LayerPath(clean: Array(path.bytes.dropLast())), LayerPath(clean: path.bytes + [0]),
                    LayerPath(clean: path.bytes + [0x2f]), path.appending("a".utf8),
                ] + path.ancestors {
                    #expect(table.kind(at: near) == entries[near])
                    let isAbove = near == .root || entries.keys.contains { $0.bytes.starts(with: near.bytes + [0x2f]) }
                    #expect(table.hasEntries(below: near) == isAbove)
                }
            }
            var listed: [LayerPath] = []
            table.forEach { path, kind in
                #expect(entries[path] == kind)
                listed.append(path)
            }
            #expect(listed == entries.keys.sorted())
        }
    }

    @Test("An empty table holds nothing")
    func empty() throws {
        let table = try #require(PathTable(serialized: PathTable([:]).serialized))
        #expect(table.count == 0)
        #expect(table.kind(at: .root) == nil)
        #expect(table.kind(at: LayerPath("a")) == nil)
        #expect(!table.hasEntries(below: .root) && !table.hasEntries(below: LayerPath("a")))
    }

    @Test("Damaged and random bytes are refused or give some answer, never a trap")
    func damaged() {
        var random = SeededRandom(seed: 5)
        let entries = randomEntries(&random)
        let whole = PathTable(entries).serialized
        func use(_ bytes: [UInt8]) {
            guard let table = PathTable(serialized: bytes) else { return }
            var listed = 0
            table.forEach { _, _ in listed += 1 }
            #expect(listed <= table.count)
            for path in entries.keys.prefix(5) { _ = (table.kind(at: path), table.hasEntries(below: path)) }
        }
        for length in whole.indices { use(Array(whole[..<length])) }
        for _ in 0..<3000 {
            var bytes = whole
            for _ in 0...random.below(3) where !bytes.isEmpty {
                bytes[random.below(bytes.count)] = UInt8(random.below(256))
            }
            use(bytes)
            use(random.bytes(random.below(60)))
            use([UInt8](repeating: 0xff, count: random.below(12)) + random.bytes(4))
        }
    }
}
