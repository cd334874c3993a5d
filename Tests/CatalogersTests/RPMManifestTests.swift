import Catalogers
import ScanModel
import Testing

@Suite("The manifest of Azure Linux' distroless images")
struct RPMManifestTests {
    private static let path = "var/lib/rpmmanifest/container-manifest-2"

    private static func line(_ name: String, _ release: String, epoch: String = "(none)", source: String) -> String {
        [
            name, release, "1653816591", "1653753130", "Microsoft Corporation", epoch, "580", "x86_64",
            epoch == "(none)" ? "0" : epoch, source,
        ].joined(separator: "\t") + "\n"
    }

    @Test("Each line is a package with its epoch, architecture and source")
    func packages() throws {
        let text =
            Self.line("openssl-libs", "1.1.1k-15.cm2", source: "openssl-1.1.1k-15.cm2.src.rpm")
            + Self.line("vim", "9.0-1.cm2", epoch: "2", source: "vim-9.0-1.cm2.src.rpm")
        let found = try catalog(Self.path, text)
        #expect(found.problems == [])
        #expect(
            found.packages.map(\.package) == [
                Package(
                    type: .rpm,
                    name: "openssl-libs",
                    version: "1.1.1k-15.cm2",
                    arch: "x86_64",
                    source: SourcePackage(name: "openssl", version: "1.1.1k-15.cm2"),
                    installedBytes: 580
                ),
                Package(
                    type: .rpm,
                    name: "vim",
                    version: "2:9.0-1.cm2",
                    arch: "x86_64",
                    source: SourcePackage(name: "vim", version: "2:9.0-1.cm2"),
                    installedBytes: 580
                ),
            ]
        )
    }

    @Test("A damaged line costs that line, and is told")
    func damaged() throws {
        let good = Self.line("vim", "9.0-1.cm2", source: "(none)")
        for bad in [
            "vim\t9.0-1\n", "\t9.0-1" + String(repeating: "\tx", count: 8) + "\n", "vim\t9" + good.dropFirst(13),
        ] {
            let found = try catalog(Self.path, bad + good)
            #expect(found.names == ["vim 9.0-1.cm2"])
            #expect(found.problems == ["1 records without a sound name and version"])
        }
    }
}
