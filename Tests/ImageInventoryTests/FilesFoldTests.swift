import Bytes
import Foundation
import ImageInventory
import LayerScan
import ScanModel
import TallymanTesting
import Testing

private func fold(_ plan: CollectionPlan, _ layers: TarBuilder...) throws -> ImageFiles {
    let scanner = LayerScanner(collection: try FileCollection(plan))
    return FilesFold.fold(try layers.map { try scanner.scan(ArrayProducer($0.archive), expected: nil) })
}

private let all = CollectionPlan(parts: [.files, .digests, .passwd])

@Suite("The files of an image")
struct FilesFoldTests {
    @Test("What a higher layer hides is gone, and what it found with it")
    func hidden() throws {
        var base = TarBuilder()
        base.file("etc/passwd", "root:x:0:0::/:/bin/sh\n")
        base.file("opt/a/tool", "x", mode: 0o4755)
        base.file("opt/b/tool", "x", mode: 0o4755)
        base.file("srv/x", "x")
        var top = TarBuilder()
        top.file("etc/.wh.passwd", "")
        top.file("opt/a/tool", "y", mode: 0o755)
        top.file("opt/.wh.b", "")
        top.symlink("srv", to: "opt")
        let files = try fold(all, base, top)
        #expect(files.entries.map(\.path.text) == ["opt/a/tool", "srv"])
        #expect(files.entries.first?.attributes?.mode == 0o755)
        #expect(files.found.isEmpty)
        #expect(files.parts == [.files, .digests, .passwd])
    }

    @Test("A hard link to a lower layer's file is that file")
    func hardlinks() throws {
        var base = TarBuilder()
        base.entry(Array("bin/su".utf8), .file, content: [1, 2], mode: 0o4755, userID: 3)
        base.file("etc/passwd", "root:x:0:0::/:/bin/sh\n")
        var middle = TarBuilder()
        middle.hardlink("bin/su2", to: "bin/su")
        var top = TarBuilder()
        top.hardlink("bin/su3", to: "bin/su2")
        top.file("bin/.wh.su", "")
        top.hardlink("etc/copy", to: "etc/passwd")
        top.hardlink("bin/none", to: "bin/missing")
        top.hardlink("bin/self", to: "bin/self")
        let files = try fold(all, base, middle, top)
        for path in ["bin/su2", "bin/su3"] {
            let file = try #require(files.entries.first { $0.path == LayerPath(path) })
            #expect(file.attributes?.mode == 0o4755 && file.attributes?.size == 2 && file.attributes?.userID == 3)
            #expect(file.digests != nil)
        }
        #expect(files.entries.contains { $0.path == LayerPath("bin/none") && $0.digests == nil })
        #expect(files.found.map(\.path.text) == ["etc/passwd"])
    }

    @Test("What was found in a lower layer's file counts under its hard links, whatever else is collected")
    func findingsOfLinks() throws {
        var base = TarBuilder()
        base.file("opt/key", "password = x")
        base.file("opt/old", "password = x")
        var top = TarBuilder()
        top.hardlink("opt/b", to: "opt/key")
        top.hardlink("opt/c", to: "opt/b")
        top.file("opt/.wh.key", "")
        top.file("opt/.wh.b", "")
        top.hardlink("opt/d", to: "opt/old")
        top.file("opt/old", "")
        let plan = CollectionPlan(parts: [.content], contentPatterns: [NamedPattern("P=password")])
        for parts in [[.content], [.content, .files]] as [Set<CollectedPart>] {
            let files = try fold(CollectionPlan(parts: parts, contentPatterns: plan.contentPatterns), base, top)
            #expect(files.found.map(\.path.text) == ["opt/b", "opt/c"])
            #expect(files.searched == [NamedPattern("P=password")])
        }
        let scanner = LayerScanner(collection: try FileCollection(plan))
        let report = try scanner.scan(ArrayProducer(top.archive), expected: nil).report
        #expect(report.gaps.map(\.path) == ["opt/d"])
    }

    @Test("A deleted directory with an entry of its own is gone, an opaque one stays and what it held is gone")
    func deletedDirectories() throws {
        var base = TarBuilder()
        for name in ["opt", "opt/a", "opt/a/sub", "opt/b"] { base.directory(name) }
        for name in ["opt/a/x", "opt/a/sub/x", "opt/b/x"] { base.file(name, "x") }
        var middle = TarBuilder()
        middle.file("opt/.wh.a", "")
        middle.file("opt/b/.wh..wh..opq", "")
        var top = TarBuilder()
        top.directory("opt/a")
        #expect(try fold(all, base, middle).entries.map(\.path.text) == ["opt", "opt/b"])
        #expect(try fold(all, base, middle, top).entries.map(\.path.text) == ["opt", "opt/a", "opt/b"])
    }

    @Test("A part that one layer lacks is not collected")
    func partial() throws {
        var tar = TarBuilder()
        tar.file("a", "x")
        let layers = try [all, .nothing, CollectionPlan(parts: [.files])].map { plan in
            try LayerScanner(collection: FileCollection(plan)).scan(ArrayProducer(tar.archive), expected: nil)
        }
        #expect(FilesFold.fold([layers[0], layers[2]]).parts == [.files])
        #expect(FilesFold.fold(layers).parts.isEmpty)
        #expect(FilesFold.fold([]).entries.isEmpty)
    }

    @Test("Names in any encoding stay apart")
    func oddNames() throws {
        var tar = TarBuilder()
        for byte in UInt8(0x80)...0x90 { tar.entry([0x66, byte], .file, content: [byte], mode: 0o2755) }
        let files = try fold(all, tar)
        #expect(files.entries.count == 17)
        #expect(Set(files.entries.compactMap(\.digests?.sha256)).count == 17)
    }
}
