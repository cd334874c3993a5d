import Bytes
import ImageInventory
import LayerScan
import ScanModel
import TallymanTesting
import Testing

private let status = "var/lib/dpkg/status"

private func layer(_ build: (inout TarBuilder) -> Void) -> [UInt8] {
    var tar = TarBuilder()
    build(&tar)
    return tar.archive
}

private func release(_ text: String) -> [UInt8] { layer { $0.file("etc/os-release", text) } }

/// Each gap as `layer path reason`, the reason up to its first colon.
private func gaps(_ layers: [[UInt8]]) throws -> [String] {
    let reports = try layers.map { try LayerScanner().scan(ArrayProducer($0), expected: nil) }
    return InventoryFold.fold(reports).gaps.map { item in
        "\(item.layer) \(item.gap.path) \(item.gap.reason.prefix { $0 != ":" })"
    }
}

private let deleted = "the package database was deleted or emptied"
private let missing = "no package database, or an empty one"
private let nameless = "no distribution is named"

@Suite("Gaps of an image as a whole")
struct ImageGapTests {
    private let debian = release("ID=debian\n")
    private let database = layer { $0.file(status, "Package: a\nVersion: 1\n") }
    private let other = layer { $0.file("opt/readme", "x") }

    @Test("An image whose distribution and packages are known has no such gap")
    func whole() throws {
        #expect(try gaps([debian, database, other]).isEmpty)
        #expect(try gaps([database, other, debian]).isEmpty)
        #expect(try gaps([]).isEmpty)
    }

    @Test("A database that a layer takes away is a gap of that layer, by whatever means and whatever comes above")
    func deletedDatabase() throws {
        let ways = [
            layer { $0.file("var/lib/dpkg/.wh.status", "") }, layer { $0.file("var/.wh.lib", "") },
            layer { $0.file("var/lib/.wh..wh..opq", "") }, layer { $0.symlink("var/lib/dpkg", to: "/lib/dpkg") },
            layer { $0.file(status, "") }, layer { $0.file(status, "Package: a\nStatus: purge ok not-installed\n") },
        ]
        for way in ways {
            #expect(try gaps([debian, database, way, other]) == ["2 \(status) \(deleted)"])
            #expect(try gaps([debian, database, way, other, database]).isEmpty)
        }
    }

    @Test(
        "A link that leads a package manager to where no database is read is a gap, links between its places are none",
        arguments: [
            ("var/lib/dpkg/status", "/opt/db", true), ("var/lib/dpkg", "../../opt/db/", true),
            ("var/lib/dpkg/status.d", "x", true), ("lib/apk/db/installed", "./../../../data/apk", true),
            ("var/lib/rpm/Packages", "/../../x", true), ("var/lib/rpm", ".", true), ("usr/share/rpm", "/", true),
            ("var/lib/pacman/local", "/usr/pacman", true), ("var/lib/rpm", "../../usr/lib/sysimage/rpm", false),
            ("usr/lib/sysimage/rpm", "../../share/rpm", false), ("var/lib/dpkg", "/usr/lib/sysimage/dpkg", false),
            ("lib", "usr/lib", false), ("lib/apk", "../usr/lib/apk", false), ("var", "/mnt/var", false),
            ("var/db/pkg", "../../opt/var/db/pkg", false), ("var/lib/dpkg/status-old", "/x", false),
            ("var/lib/dpkgs", "/x", false), ("var/lib/dpkg/info", "/x", false), ("srv/var/lib/dpkg", "/x", false),
        ]
    )
    func linkedDatabase(link: String, target: String, isGap: Bool) throws {
        let found = try gaps([layer { $0.symlink(link, to: target) }])
        #expect(found.contains("0 \(link) a link to \(target), where no package database is read") == isGap)
        #expect(found.count == (isGap ? 1 : 0))
    }

    @Test("Of several losses the topmost counts, and there the first path")
    func topmost() throws {
        let folder = layer {
            $0.file("var/lib/dpkg/status.d/b", "Package: b\nVersion: 1\n")
            $0.file("var/lib/dpkg/status.d/a", "Package: a\nVersion: 1\n")
        }
        let gone = layer { $0.file("var/lib/.wh.dpkg", "") }
        #expect(try gaps([debian, database, gone, folder, gone]) == ["4 var/lib/dpkg/status.d/a \(deleted)"])
    }

    @Test(
        "A database of the distribution's own package manager is asked for, as its os-release has it",
        arguments: [
            ("ID=debian", true), ("ID=ubuntu\nID_LIKE=debian", true), ("ID=alpine", true), ("ID=wolfi", true),
            ("ID=\"rhel\"", true), ("ID=new\nID_LIKE=\"rhel fedora\"", true), ("ID=\"opensuse-leap\"", true),
            ("ID=arch", true), ("ID=gentoo", true), ("ID=nixos", false), ("ID=flatcar\nID_LIKE=coreos", false),
        ]
    )
    func families(text: String, isMissing: Bool) throws {
        #expect(try gaps([release(text + "\n"), other]) == (isMissing ? ["1  \(missing)"] : []))
    }

    @Test("The database of another package manager does not stand in")
    func otherManager() throws {
        let apk = layer { $0.file("lib/apk/db/installed", "P:a\nV:1\n") }
        #expect(try gaps([debian, apk]) == ["1  \(missing)"])
    }

    @Test("Packages that lie there as files are no database, and need a distribution as those in one do")
    func packageFiles() throws {
        let path = LayerPath("pool/a.deb")
        let package = CatalogedPackage(Package(type: .deb, name: "a", version: "1"))
        let files = AnalysedLayer(
            report: LayerReport(
                evidence: [Evidence(path: path, cataloger: CatalogerName.debArchive, packages: [package])],
                whiteouts: [],
                opaqueDirectories: [],
                gaps: [],
                diffID: nil,
                entries: 1,
                expandedBytes: 0
            ),
            paths: PathTable([path: .file])
        )
        func reasons(_ layers: [AnalysedLayer]) -> [String] {
            InventoryFold.fold(layers).gaps.map { String($0.gap.reason.prefix { $0 != ":" }) }
        }
        #expect(reasons([files]) == [nameless])
        let named = try LayerScanner().scan(ArrayProducer(debian), expected: nil)
        #expect(reasons([named, files]) == [missing])
    }

    @Test("OS packages without a distribution are a gap where its name was taken away, else of the top layer")
    func namelessDistribution() throws {
        let gone = layer { $0.file("etc/.wh.os-release", "") }
        #expect(try gaps([database, other]) == ["1  \(nameless)"])
        #expect(try gaps([debian, database, gone, other]) == ["2 etc/os-release \(nameless)"])
        #expect(try gaps([release("PRETTY_NAME=x\n"), database]) == ["1  \(nameless)"])
        let vendor = layer { $0.file("usr/lib/os-release", "ID=debian\n") }
        #expect(try gaps([vendor, debian, database, gone]).isEmpty)
    }

    @Test(
        "OS packages of a distribution without advisories are a gap, unless it tells the release of one that has some",
        arguments: [
            ("ID=mystery", true), ("ID=mystery\nID_LIKE=enigma", true), ("ID=mystery\nID_LIKE=debian", true),
            ("ID=mystery\nID_LIKE=debian\nVERSION_CODENAME=bookworm", false),
            ("ID=mystery\nID_LIKE=debian\nVERSION_CODENAME=kali-rolling", true),
            ("ID=mystery\nID_LIKE=ubuntu\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble", false),
            ("ID=mystery\nID_LIKE=\"rhel fedora\"\nVERSION_ID=9.4", false),
            ("ID=mystery\nID_LIKE=\"rhel centos\"\nVERSION_ID=2024", true),
            ("ID=mystery\nID_LIKE=\"rhel fedora centos\"\nVERSION_ID=23", true),
            ("ID=mystery\nID_LIKE=fedora\nVERSION_ID=40", false), ("ID=mystery\nID_LIKE=arch", false),
            ("ID=mystery\nID_LIKE=alpine\nVERSION_ID=3.20", true),
            ("ID=\"Debian\"", false), ("ID=raspbian", false), ("ID=opensuse-leap-micro", false), ("ID=sles", false),
            ("ID=\"echo\"\nID_LIKE=\"debian\"\nVERSION_ID=\"1\"", false),
        ]
    )
    func unknownDistribution(text: String, isUnknown: Bool) throws {
        let found = try gaps([release(text + "\n"), database]).filter { $0.hasPrefix("1  the distribution ") }
        #expect(found == (isUnknown ? ["1  the distribution mystery is not known"] : []))
        // Without OS packages nothing is missing.
        #expect(try gaps([release("ID=mystery\n"), other]).isEmpty)
    }

    @Test("Files of which nothing is recognised are a gap, and no files are none")
    func nothing() throws {
        let unrecognised = "neither a distribution nor a package was recognised"
        #expect(try gaps([other]) == ["0  \(unrecognised)"])
        #expect(try gaps([other, layer { $0.directory("x") }]) == ["1  \(unrecognised)"])
        #expect(try gaps([layer { $0.directory("x") }]).isEmpty)
        #expect(try gaps([layer { $0.file("a/package.json", #"{"name":"a","version":"1"}"#) }]).isEmpty)
    }
}
