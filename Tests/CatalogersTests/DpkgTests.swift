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
            ("unknown ok not-installed", false), ("", true),
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
        #expect(found.problems == ["3 records without a name or a sound version"])
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
        for name in ["base.preinst", "base.postinst", "base.conffiles"] {
            let found = try catalog(folder + name, "Package: base-files\nVersion: 12\n")
            #expect(found.names == [])
            #expect(found.problems == [])
        }
    }

    @Test(
        "Only the real places are databases",
        arguments: [
            ("var/lib/dpkg/status", true), ("srv/root/var/lib/dpkg/status", true), ("xlib/dpkg/status", false),
            ("var/lib/dpkg/status-old", false), ("var/lib/dpkg/status.d/x", true), ("var/lib/dpkg/status.d/x/y", false),
            ("usr/lib/opkg/status", true),
        ]
    )
    func places(path: String, isEvidence: Bool) {
        #expect(Catalogers.selection.catalogers(for: LayerPath(path)).isEmpty != isEvidence)
    }

    @Test("File lists name their owner and the evidence it owns")
    func fileLists() throws {
        let info = try catalog("var/lib/dpkg/info/libx:amd64.list", "/.\n/usr\n/usr/x\n/../etc/y\n")
        #expect(info.ownerships == [Ownership(owner: "libx", paths: ["", "usr", "usr/x"].map { LayerPath($0) })])
        let plain = try catalog("var/lib/dpkg/info/base.list", "/usr/x\n")
        #expect(plain.ownerships.map(\.owner) == ["base"])
    }
}
