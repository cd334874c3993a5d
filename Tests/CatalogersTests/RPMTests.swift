import Bytes
import Catalogers
import ImageInventory
import LayerScan
import ScanModel
import TallymanTesting
import Testing

private let path = "var/lib/rpm/Packages.db"

@Suite("RPM packages")
struct RPMTests {
    @Test(
        "An epoch is part of the version unless it is 0, and of the source's version too",
        arguments: [
            (nil, "1.0-2.el9", "1.0-2.el9"), (0, "1.0-2.el9", "1.0-2.el9"), (3, "3:1.0-2.el9", "3:1.0-2.el9"),
        ] as [(UInt32?, String, String)]
    )
    func epochs(epoch: UInt32?, version: String, source: String) throws {
        var rpm = RPMBuilder()
        rpm.add("a-libs", "1.0", "2.el9", more: [1044: "a-b-1.0-2.el9.src.rpm", 1022: "x86_64"], epoch: epoch)
        let package = try #require(try catalog(path, rpm.database).packages.first?.package)
        #expect(package.version == version)
        #expect(package.source == SourcePackage(name: "a-b", version: source))
        #expect(package.arch == "x86_64")
    }

    @Test(
        "The source is read from the name of its file, and left out where that is none",
        arguments: [
            ("a-1-2.src.rpm", "a 1-2"), ("a-b-1-2.nosrc.rpm", "a-b 1-2"), ("-1-2.src.rpm", nil), ("a-1.src.rpm", nil),
            ("", nil), ("a--.src.rpm", "a -"),
        ] as [(String, String?)]
    )
    func sources(file: String, expected: String?) throws {
        var rpm = RPMBuilder()
        rpm.add("x", "1", "1", more: [1044: file])
        let source = try catalog(path, rpm.database).packages.first?.package.source
        #expect(source.map { "\($0.name) \($0.version)" } == expected)
    }

    // The label as dnf's modules write it: name:stream:version:context.
    @Test("Imported keys are no packages, and a module's label is kept")
    func keysAndModules() throws {
        var rpm = RPMBuilder()
        rpm.add("gpg-pubkey", "8483c65d", "5ccc5b19")
        rpm.add("nodejs", "18.1", "2", more: [5096: "nodejs:18:8090:abc"], epoch: 1)
        let found = try catalog(path, rpm.database)
        #expect(found.names == ["nodejs 1:18.1-2"])
        #expect(found.packages.first?.package.module == "nodejs:18:8090:abc")
        #expect(found.problems.isEmpty)
    }

    @Test(
        "Licences in Fedora's old words and in SPDX expressions",
        arguments: [
            ("GPLv2+ and MIT", ["GPL-2.0-or-later AND MIT"]), ("ASL 2.0", ["Apache-2.0"]), ("BSD", ["BSD"]),
            ("LGPL-2.1-or-later WITH GCC-exception-2.0", ["LGPL-2.1-or-later WITH GCC-exception-2.0"]), ("", []),
        ]
    )
    func licenses(text: String, expected: [String]) throws {
        var rpm = RPMBuilder()
        rpm.add("a", "1", "1", more: [1014: text])
        #expect(try catalog(path, rpm.database).packages.map(\.package.licenses) == [expected])
    }

    @Test("A record with a name or version that cannot be one costs that record")
    func damaged() throws {
        var rpm = RPMBuilder()
        rpm.add("a\u{1}", "1", "1")
        rpm.add("b", String(repeating: "9", count: CatalogedFile.maxNameBytes + 1), "1")
        rpm.add([1000: "c", 1002: "1"])
        rpm.add("d", "1", "1")
        let found = try catalog(path, rpm.database)
        #expect(found.names == ["d 1-1"])
        #expect(found.problems.count == 2)
    }

    @Test(
        "Each place of the database is one, and a database that is reached by a link as well is counted once",
        arguments: ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"]
    )
    func places(folder: String) throws {
        var rpm = RPMBuilder()
        rpm.add("a", "1", "1", more: [1022: "noarch"])
        var tar = TarBuilder()
        tar.file("\(folder)/Packages.db", rpm.database)
        for other in ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"] where other != folder {
            tar.symlink(other, to: "/\(folder)")
        }
        let layer = try LayerScanner().scan(ArrayProducer(tar.archive), expected: nil)
        #expect(InventoryFold.fold([layer]).packages.map(\.paths) == [["/\(folder)/Packages.db"]])
    }

    @Test("Copies of the database in two places are the same packages, with both paths")
    func copies() throws {
        var rpm = RPMBuilder()
        rpm.add("a", "1", "1")
        var tar = TarBuilder()
        tar.file("usr/lib/sysimage/rpm/Packages.db", rpm.database)
        tar.hardlink("var/lib/rpm/Packages.db", to: "usr/lib/sysimage/rpm/Packages.db")
        tar.file("usr/share/rpm/Packages.db", rpm.database)
        let layer = try LayerScanner().scan(ArrayProducer(tar.archive), expected: nil)
        #expect(InventoryFold.fold([layer]).packages.map(\.paths.count) == [3])
    }

    @Test("Changed databases give packages or problems, never a trap")
    func fuzz() throws {
        var rpm = RPMBuilder()
        rpm.add("a", "1", "1", more: [1014: "MIT", 1044: "a-1-1.src.rpm"], epoch: 2)
        let bytes = rpm.database
        var random = SeededRandom(seed: 11)
        for _ in 0..<300 {
            var copy = bytes
            for _ in 0...random.below(4) { copy[4096 + random.below(copy.count - 4096)] = UInt8(random.below(256)) }
            _ = try catalog(path, copy)
        }
    }
}
