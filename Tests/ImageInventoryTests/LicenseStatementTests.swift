import Bytes
import ImageInventory
import LayerScan
import ScanModel
import TallymanTesting
import Testing

private func layer(_ build: (inout TarBuilder) -> Void) -> [UInt8] {
    var tar = TarBuilder()
    build(&tar)
    return tar.archive
}

private func copyright(_ license: String) -> String { "Format: x\n\nFiles: *\nLicense: \(license)\n" }

/// The licences by package; those of one package are joined by `;`.
private func licenses(_ layers: [[UInt8]]) throws -> [String: String] {
    let reports = try layers.map { try LayerScanner().scan(ArrayProducer($0), expected: nil) }
    return Dictionary(
        InventoryFold.fold(reports).packages.map { ($0.package.name, $0.package.licenses.joined(separator: ";")) },
        uniquingKeysWith: { $0 + "," + $1 }
    )
}

@Suite("Licences that stand apart from the package database")
struct LicenseStatementTests {
    private let status = layer {
        $0.file(
            "var/lib/dpkg/status",
            "Package: a\nVersion: 1\n\nPackage: b\nSource: a\nVersion: 1\n\nPackage: c\nVersion: 1\n"
        )
    }
    private let text = layer { $0.file("usr/share/doc/a/copyright", copyright("Expat")) }

    @Test("A copyright file speaks for its package in whichever layer it is, and for others of the same source")
    func layers() throws {
        let expected = ["a": "MIT", "b": "MIT", "c": ""]
        #expect(try licenses([status, text]) == expected)
        #expect(try licenses([text, status]) == expected)
        #expect(try licenses([text]) == [:])
    }

    @Test("A database below /usr has its copyright files where others have them")
    func sysimage() throws {
        let moved = layer {
            $0.file("usr/lib/sysimage/dpkg/status", "Package: a\nVersion: 1\n")
            $0.file("usr/lib/sysimage/dpkg/status.d/d", "Package: d\nVersion: 1\n")
            $0.file("usr/share/doc/a/copyright", copyright("Expat"))
            $0.file("usr/share/doc/d/copyright", copyright("ISC"))
            $0.symlink("var/lib/dpkg", to: "/usr/lib/sysimage/dpkg")
        }
        #expect(try licenses([moved]) == ["a": "MIT", "d": "ISC"])
    }

    @Test("A package's own file is all that counts for it")
    func own() throws {
        let own = layer {
            $0.file("usr/share/doc/b/copyright", copyright("ISC"))
            $0.file("usr/share/doc/c/copyright", "no licence named")
        }
        #expect(try licenses([status, text, own]) == ["a": "MIT", "b": "ISC", "c": ""])
    }

    @Test("Another version of the source does not speak for a package")
    func otherVersion() throws {
        let mixed = layer {
            $0.file("var/lib/dpkg/status", "Package: a\nVersion: 2\n\nPackage: b\nSource: a\nVersion: 1\n")
        }
        #expect(try licenses([mixed, text]) == ["a": "MIT", "b": ""])
    }

    @Test("What a higher layer replaces, deletes or hides says nothing")
    func shadows() throws {
        let newer = layer { $0.file("usr/share/doc/a/copyright", copyright("ISC")) }
        let gone = layer { $0.file("usr/share/doc/a/.wh.copyright", "") }
        let opaque = layer { $0.file("usr/share/doc/.wh..wh..opq", "") }
        let link = layer { $0.symlink("usr/share/doc/a", to: "b") }
        #expect(try licenses([status, text, newer])["a"] == "ISC")
        for hiding in [gone, opaque, link] {
            #expect(try licenses([status, text, hiding])["a"] == "")
            #expect(try licenses([status, text, hiding, newer])["a"] == "ISC")
        }
    }

    @Test("A hard link speaks for the package whose folder it is in")
    func hardlink() throws {
        let linked = layer {
            $0.file("usr/share/doc/a/copyright", copyright("Expat"))
            $0.hardlink("usr/share/doc/c/copyright", to: "usr/share/doc/a/copyright")
        }
        let later = layer { $0.hardlink("usr/share/doc/c/copyright", to: "usr/share/doc/a/copyright") }
        #expect(try licenses([linked, status])["c"] == "MIT")
        #expect(try licenses([text, later, status])["c"] == "MIT")
    }

    @Test("Distroless images keep their records apart and their copyright files together")
    func distroless() throws {
        let image = layer {
            $0.file("var/lib/dpkg/status.d/tz", "Package: tzdata\nVersion: 1\n")
            $0.file("usr/share/doc/tzdata/copyright", copyright("ISC"))
        }
        #expect(try licenses([image]) == ["tzdata": "ISC"])
    }

    @Test("A root folder inside the image has copyright files of its own")
    func roots() throws {
        let nested = layer {
            $0.file("srv/x/var/lib/dpkg/status", "Package: a\nVersion: 9\n")
            $0.file("srv/x/usr/share/doc/a/copyright", copyright("ISC"))
        }
        #expect(try licenses([status, text, nested])["a"] == "MIT,ISC")
    }

    @Test("Portage's licences stand beside the list of files")
    func portage() throws {
        let folder = "var/db/pkg/app-misc/a-1"
        let image = layer {
            $0.file("\(folder)/CONTENTS", "dir /usr\n")
            $0.file("\(folder)/LICENSE", "GPL-2\n")
            $0.file("var/db/pkg/app-misc/b-1/CONTENTS", "dir /usr\n")
        }
        #expect(try licenses([image]) == ["app-misc/a": "GPL-2.0-only", "app-misc/b": ""])
    }
}
