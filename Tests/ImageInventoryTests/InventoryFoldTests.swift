import Bytes
import ImageInventory
import LayerScan
import ScanModel
import TallymanTesting
import Testing

private typealias Change = ReferenceTree.Change

private let evidence = "usr/lib/node_modules/a/package.json"

private func fold(_ layers: [[UInt8]]) throws -> Inventory {
    try InventoryFold.fold(layers.map { try LayerScanner().scan(ArrayProducer($0), expected: nil) })
}

private func shown(_ inventory: Inventory) -> Set<String> {
    Set(inventory.packages.flatMap { item in item.paths.map { "\(item.package.name) \($0)" } })
}

@Suite("The inventory of an image")
struct InventoryFoldTests {
    @Test(
        "A stack of random layers shows what applying them to a file system shows",
        arguments: 0..<250 as Range<UInt64>
    )
    func agreesWithReference(seed: UInt64) throws {
        var random = RandomLayers(seed: seed)
        var tree = ReferenceTree()
        var archives: [[UInt8]] = []
        var history: [[Change]] = []
        for _ in 0..<8 {
            let layer = random.next()
            history.append(layer)
            tree.apply(layer)
            archives.append(ReferenceTree.archive(layer))
            let found = try shown(fold(archives))
            try #require(found == tree.packages, "\(history)")
        }
    }

    @Test("What an image's files state is bounded together, and hard links to one of them each count")
    func foundBytes() throws {
        var base = TarBuilder()
        base.file(evidence, #"{"name":"a","version":"1"}"#)
        var top = TarBuilder()
        for name in ["b", "c", "d"] { top.hardlink("srv/\(name)/package.json", to: evidence) }
        let layers = try [base, top].map { try LayerScanner().scan(ArrayProducer($0.archive), expected: nil) }
        #expect(shown(InventoryFold.fold(layers)).count == 4)
        #expect(InventoryFold.fold(layers).gaps.allSatisfy { !$0.gap.reason.contains("left out") })
        let inventory = InventoryFold.fold(layers, maxFoundBytes: 700)
        #expect(shown(inventory) == ["a /\(evidence)", "a /srv/b/package.json"])
        let reason = "more than 700 bytes of packages in the image: those of this file and 1 more are left out"
        #expect(
            inventory.gaps.contains(
                LayerGap(layer: 1, gap: CoverageGap(path: "srv/c/package.json", reason: reason))
            )
        )
    }

    @Test(
        "Each way of hiding a lower file",
        arguments: [
            .whiteout(evidence), .whiteout("usr/lib/node_modules/a"), .whiteout("usr"),
            .opaque("usr/lib/node_modules/a"),
            .opaque("usr"), .symlink("usr/lib"), .file("usr/lib/node_modules", package: nil), .symlink(evidence),
            .file(evidence, package: "other"),
        ] as [ReferenceTree.Change]
    )
    func hidden(change: ReferenceTree.Change) throws {
        let lower = ReferenceTree.archive([.file(evidence, package: "a")])
        let found = try shown(fold([lower, ReferenceTree.archive([change])]))
        #expect(!found.contains("a /\(evidence)"))
    }

    @Test(
        "What looks like hiding and is not",
        arguments: [
            .whiteout("usr/lib/node_modules/a/package"), .whiteout("usr/lib/node_module"), .whiteout("sr"),
            .opaque("us"),
            .directory("usr/lib"), .symlink("usr/lib/node_modules/ab"),
            .opaque("usr/lib/node_modules/a/package.jso"),
        ] as [ReferenceTree.Change]
    )
    func notHidden(change: ReferenceTree.Change) throws {
        let lower = ReferenceTree.archive([.file(evidence, package: "a")])
        #expect(try shown(fold([lower, ReferenceTree.archive([change])])) == ["a /\(evidence)"])
    }

    @Test("A whiteout hides lower layers and never what its own layer brings, in either order")
    func sameLayer() throws {
        let lower = ReferenceTree.archive([.file(evidence, package: "old")])
        let change = Change.file(evidence, package: "new")
        for hiding in [
            Change.whiteout(evidence), .whiteout("usr/lib"), .opaque("usr/lib"), .opaque("usr/lib/node_modules/a"),
        ] {
            for upper in [[hiding, change], [change, hiding]] {
                #expect(try shown(fold([lower, ReferenceTree.archive(upper)])) == ["new /\(evidence)"])
            }
        }
    }

    @Test("A file that replaces a directory and a directory that comes back")
    func overAndBack() throws {
        let first = ReferenceTree.archive([.file(evidence, package: "one")])
        let file = ReferenceTree.archive([.file("usr/lib/node_modules/a", package: nil)])
        let back = ReferenceTree.archive([.directory("usr/lib/node_modules/a")])
        let again = ReferenceTree.archive([.directory("usr/lib/node_modules/a"), .file(evidence, package: "two")])
        #expect(try shown(fold([first, file])) == [])
        #expect(try shown(fold([first, file, back])) == [])
        #expect(try shown(fold([first, file, again])) == ["two /\(evidence)"])
    }

    @Test("A file gives way to what a higher layer has, or deletes, below its path without an entry for the directory")
    func directoryWithoutEntry() throws {
        let file = evidence
        let lower = ReferenceTree.archive([.file(file, package: "one")])
        for change in [
            Change.file("\(file)/b/c", package: nil), .directory("\(file)/b"), .whiteout("\(file)/b"),
            .opaque("\(file)/b"), .opaque(file),
        ] {
            #expect(try shown(fold([lower, ReferenceTree.archive([change])])) == [])
        }
        for change in [Change.file("\(file)-b", package: nil), .whiteout("\(file).b"), .opaque("usr/lib/x")] {
            #expect(try shown(fold([lower, ReferenceTree.archive([change])])) == ["one /\(file)"])
        }
    }

    @Test("A folder whose name is evidence stays where a higher layer has something below it without an entry for it")
    func namedFolder() throws {
        var base = TarBuilder()
        base.directory("srv/nix/store/01234567890123456789012345678901-hello-2.12")
        var top = TarBuilder()
        top.file("srv/nix/store/01234567890123456789012345678901-hello-2.12/bin/hello", "")
        #expect(try fold([base.archive, top.archive]).packages.map(\.package.name) == ["hello"])
    }

    @Test("A hard link shows a lower file's packages, even over two steps and after the file is gone")
    func hardlinks() throws {
        let folder = "usr/lib/node_modules"
        let lower = ReferenceTree.archive([.file(evidence, package: "a")])
        let links = ReferenceTree.archive([
            .hardlink("\(folder)/b/package.json", to: evidence),
            .hardlink("\(folder)/c/package.json", to: "\(folder)/b/package.json"),
        ])
        let gone = ReferenceTree.archive([.whiteout(evidence)])
        let inventory = try fold([lower, links, gone])
        #expect(inventory.packages.map(\.paths) == [["/\(folder)/b/package.json", "/\(folder)/c/package.json"]])
    }

    @Test(
        "A hard link keeps what its own layer takes away or replaces once the link is there",
        arguments: [
            .whiteout(evidence), .opaque("usr/lib/node_modules"), .file(evidence, package: "b"),
        ] as [ReferenceTree.Change]
    )
    func hardlinkOfReplaced(change: ReferenceTree.Change) throws {
        let link = "srv/package.json"
        let lower = ReferenceTree.archive([.file(evidence, package: "a")])
        let found = try shown(fold([lower, ReferenceTree.archive([.hardlink(link, to: evidence), change])]))
        #expect(found.contains("a /\(link)") && !found.contains("a /\(evidence)"))
    }

    private func status(_ packages: [String]) -> [UInt8] {
        var tar = TarBuilder()
        tar.file("var/lib/dpkg/status", packages.map { "Package: \($0)\nVersion: 1\n" }.joined(separator: "\n"))
        return tar.archive
    }

    @Test("A package of a rewritten database belongs to the layer that first listed it without a break")
    func origins() throws {
        let layers = [["a", "b", "c"], ["a", "c"], ["a", "b", "c"], ["a", "b"]].map(status)
        let found = try fold(layers).packages
        #expect(found.map(\.package.name) == ["a", "b"])
        #expect(found.map(\.layer) == [0, 2])
    }

    @Test("Packages that differ in nothing but their source have an order, too")
    func sourceOrder() throws {
        var tar = TarBuilder()
        let sources = (10..<40).map { "s\($0)" }
        for source in sources.reversed() {
            tar.file("var/lib/dpkg/status.d/\(source)", "Package: a\nVersion: 1\nSource: \(source)\n")
        }
        #expect(try fold([tar.archive]).packages.map(\.package.source?.name) == sources)
    }

    @Test("Files that an OS package owns are marked with their owner")
    func owners() throws {
        var tar = TarBuilder()
        tar.file("usr/lib/python3/dist-packages/six.dist-info/METADATA", "Name: six\nVersion: 1\n")
        tar.file("usr/lib/python3/dist-packages/own.dist-info/METADATA", "Name: own\nVersion: 1\n")
        tar.file(
            "var/lib/dpkg/info/python3-six:all.list",
            "/.\n/usr/lib/python3/dist-packages/six.dist-info/METADATA\n"
        )
        let found = try fold([tar.archive]).packages
        #expect(found.map(\.package.name) == ["own", "six"])
        #expect(found.map(\.ownedBy) == [nil, "python3-six"])
    }

    @Test("The distribution is read from the first place that shows, and from the highest layer")
    func distro() throws {
        func release(_ path: String, _ id: String) -> [UInt8] {
            var tar = TarBuilder()
            tar.file(path, "ID=\(id)\n")
            return tar.archive
        }
        let vendor = release("usr/lib/os-release", "vendor")
        let local = release("etc/os-release", "local")
        let gone = ReferenceTree.archive([.whiteout("etc/os-release")])
        let variant = release("usr/lib/os.release.d/os-release-fedora", "variant")
        #expect(try fold([vendor]).distro?.id == "vendor")
        #expect(try fold([variant]).distro?.id == "variant")
        #expect(try fold([vendor, variant]).distro?.id == "vendor")
        #expect(try fold([local, vendor]).distro?.id == "local")
        #expect(try fold([vendor, local, gone]).distro?.id == "vendor")
        #expect(try fold([local, release("etc/os-release", "newer")]).distro?.id == "newer")
        #expect(try fold([release("srv/etc/os-release", "copy")]).distro == nil)
        #expect(try fold([]).distro == nil)
    }

    @Test("Gaps keep the layer that they are in")
    func gaps() throws {
        var tar = TarBuilder()
        tar.file("../x", "")
        let gaps = try fold([ReferenceTree.archive([]), tar.archive, tar.archive]).gaps
        #expect(gaps.map(\.layer) == [1, 2])
    }
}
