import Catalogers
import ScanModel
import Testing

private let path = "var/lib/dpkg/status"

@Suite("Debian packages")
struct DpkgTests {
    // dpkg(1), "Package states".
    @Test(
        "What is removed is no package; what is halfway in is one",
        arguments: [
            ("install ok installed", true), ("hold ok installed", true), ("deinstall ok installed", true),
            ("install ok unpacked", true), ("install ok half-configured", true),
            ("install reinstreq half-installed", true),
            ("install ok triggers-pending", true), ("deinstall ok config-files", false),
            ("purge ok not-installed", false),
            ("unknown ok not-installed", false), ("", true), ("purge ok config-files", false),
            ("purge ok installed", true), ("deinstall", false), ("purge", false), ("Install OK Installed", true),
            ("deinstall\tok\tConfig-Files", false), ("install ok triggers-awaited", true),
        ]
    )
    func status(words: String, isInstalled: Bool) throws {
        let found = try catalog(path, "Package: a\nStatus: \(words)\nVersion: 1\n")
        #expect(found.names == (isInstalled ? ["a 1"] : []))
    }

    @Test(
        "The source package, with its own version where it has one (Debian Policy 5.6.1)",
        arguments: [
            ("", "a", "1:2-3"), ("Source: b\n", "b", "1:2-3"), ("Source: b (4-5)\n", "b", "4-5"),
            ("Source: b(4)\n", "b", "4"),
            ("Source: b ()\n", "b", "1:2-3"), ("Source: b )4(\n", "b", "1:2-3"), ("source:  b  ( 4 )\n", "b", "4"),
        ]
    )
    func source(line: String, name: String, version: String) throws {
        let found = try catalog(path, "Package: a\nVersion: 1:2-3\n\(line)Architecture: amd64\n")
        #expect(found.packages.first?.package.source == SourcePackage(name: name, version: version))
        #expect(found.packages.first?.package.arch == "amd64")
    }

    @Test("Records without a name or a sound version are counted and cost no other record")
    func damaged() throws {
        let found = try catalog(
            path,
            "Package: a\nVersion: 1\n\nPackage: none\n\nVersion: 2\n\nPackage: bad\nVersion: 1:5.#\n\nPackage: z\nVersion: 9\n"
        )
        #expect(found.names == ["a 1", "z 9"])
        #expect(found.problems == ["3 records without a sound name and version"])
    }

    @Test("No more packages are read than any database has, and that is said")
    func tooMany() throws {
        let text = (0..<100_001).map { "Package:a\($0)\nVersion:1\n\n" }.joined()
        let found = try catalog(path, text)
        #expect(found.packages.count == 100_000)
        #expect(found.problems == ["more than 100000 packages; the rest was not read"])
    }

    @Test("Continuation lines belong to their field, and carriage returns and extra blank lines do no harm")
    func lines() throws {
        let text =
            "\n\n \nPackage: a\r\nDescription: text\n Version: 7\n .\n Package: fake\n\tVersion: 8\nVersion: 1\r\n\r\n\n\n"
            + "Conffiles:\n /etc/x 123\nPackage: b\nVersion:2\nno colon here\n"
        #expect(try catalog(path, text).names == ["a 1", "b 2"])
    }

    @Test("The folder of distroless images, without the files beside the records")
    func statusFolder() throws {
        let folder = "var/lib/dpkg/status.d/"
        #expect(try catalog(folder + "base", "Package: base-files\nVersion: 12\n").names == ["base-files 12"])
        for name in ["base.preinst", "base.postinst", "base.conffiles", "base.triggers", "base.shlibs", "base.list"] {
            let found = try catalog(folder + name, "Package: base-files\nVersion: 12\n")
            #expect(found.names == [])
            #expect(found.problems == [])
        }
    }

    @Test("opkg's status and its file of a package name the same package, whatever the description holds")
    func opkg() throws {
        let status = try catalog(
            "usr/lib/opkg/status",
            "Package: adblock\nVersion: 4.1.5-8\nStatus: install user installed\nArchitecture: all\n"
        )
        let control = try catalog(
            "usr/lib/opkg/info/adblock.control",
            "Package: adblock\nVersion: 4.1.5-8\nSource: feeds/packages/net/adblock\nLicense: MIT\nArchitecture: all\n"
                + "Description:  Blocks ads\n \n Options:\n\nPackage: other\nVersion: 1\n\n * a\n"
        )
        #expect(control.names == ["adblock 4.1.5-8"])
        #expect(control.problems == [])
        #expect(control.packages.map(\.package.identity) == status.packages.map(\.package.identity))
        #expect(control.packages.map(\.package.licenses) == [["MIT"]])
    }

    @Test(
        "Only the real places are databases",
        arguments: [
            ("usr/lib/sysimage/dpkg/status", true), ("usr/lib/sysimage/dpkg/status.d/x", true),
            ("usr/lib/sysimage/dpkg/status-old", false), ("sysimage/dpkg/status", false),
            ("var/lib/dpkg/status", true), ("srv/root/var/lib/dpkg/status", true), ("xlib/dpkg/status", false),
            ("var/lib/dpkg/status-old", false), ("var/lib/dpkg/status.d/x", true), ("var/lib/dpkg/status.d/x/y", false),
            ("usr/lib/opkg/status", true), ("opt/vcpkg/installed/vcpkg/status", false),
            ("usr/share/dpkg/status", false),
        ]
    )
    func places(path: String, isEvidence: Bool) {
        #expect(Catalogers.selection.catalogers(for: LayerPath(path)).isEmpty != isEvidence)
    }

    @Test("Names that cannot be stored cost their record, and an unsound source or architecture only itself")
    func unsound() throws {
        let long = String(repeating: "x", count: CatalogedFile.maxNameBytes + 1)
        let found = try catalog(
            path,
            "Package: a\u{0}b\nVersion: 1\n\nPackage: \(long)\nVersion: 1\n\nPackage: c\nVersion: \(long)\n\n"
                + "Package: d\nVersion: 1\nArchitecture: \u{7f}\nSource: \(long)\n\nPackage: e\nVersion: 1\nSource: (2)\n"
        )
        #expect(found.names == ["d 1", "e 1"])
        #expect(found.packages.map(\.package.arch) == ["", ""])
        #expect(found.packages.map(\.package.source?.name) == ["d", "e"])
        #expect(found.problems == ["3 records without a sound name and version"])
    }

    @Test("Bytes that are not UTF-8 and lines of any length do no harm to their neighbours")
    func foreignBytes() throws {
        let description = [0xc3, 0x28, 0xff] + [UInt8](repeating: 0xe9, count: 1 << 20)
        let text =
            Array("Package: a\nMaintainer: ".utf8) + description + Array("\nDescription: x\n ".utf8) + description
            + Array("\nVersion: 1\n\nPackage: b\nVersion: 2".utf8)
        #expect(try catalog(path, text).names == ["a 1", "b 2"])
    }

    @Test("A field of a great many lines is read in time")
    func folded() throws {
        let lines = String(repeating: " x\n", count: 500_000)
        let stanzas = (0..<4).map { number in
            "Package: a\(number)\nSource: b\n\(lines)Version: 1\n\nPackage: b\(number)\nVersion: 2\n\n"
        }
        #expect(try catalog(path, stanzas.joined()).packages.count == 8)
    }

    @Test("File lists name their owner and the evidence it owns")
    func fileLists() throws {
        let info = try catalog("var/lib/dpkg/info/libx:amd64.list", "/.\n/usr\n/usr/x\n/../etc/y\n")
        let paths = ["", "etc/y", "usr", "usr/x"].map { LayerPath($0) }
        #expect(info.ownerships == [Ownership(owner: "libx", paths: paths)])
        let plain = try catalog("var/lib/dpkg/info/base.list", "/usr/x\n")
        #expect(plain.ownerships.map(\.owner) == ["base"])
    }
}
