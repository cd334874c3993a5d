import Codecs
import Foundation
import ScanModel
import TallymanTesting
import Testing

@testable import Catalogers

/// An archive of `ar` as dpkg-deb writes it (deb(5)).
private func debArchive(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    func field(_ text: String, _ count: Int) -> String { text + String(repeating: " ", count: count - text.utf8.count) }
    var file = Array("!<arch>\n".utf8)
    var all: [(name: String, bytes: [UInt8])] = [("debian-binary", Array("2.0\n".utf8))]
    all += members
    for (name, bytes) in all {
        let fields = [(name, 16), ("0", 12), ("0", 6), ("0", 6), ("100644", 8), ("\(bytes.count)", 10), ("`\n", 2)]
        for (text, count) in fields { file += Array(field(text, count).utf8) }
        file += bytes
        if bytes.count % 2 == 1 { file.append(0x0a) }
    }
    return file
}

private let control = """
    Package: a
    Version: 1:2-3
    Architecture: amd64
    Source: b (2-3)
    Maintainer: M <m@example.org>

    """
private let controlTar: [UInt8] = {
    var tar = TarBuilder()
    tar.file("./md5sums", "x")
    tar.file("./control", control)
    return tar.archive
}()
/// The same control file, as `xz` compresses a tar of it.
private let controlXZ = """
    /Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/ALFdABcLyOfZ5dHD1ZV9QtvcDlxs1FkS8hVsMe5joGcYdTkKEvYjuZgEobfZsLjes7h4Ub7twh8zsz0A
    uR7Hk/lpBej3dsa/I/cYF84N8kaQ85M/jpE+t8AnFlQskGYi5Bqh/rZ7qxWG+A15G7N5TDHNs0t+yiFj01qqOxtX8vI4CZifgk76Pyuigti0bt3YPU1p
    zAemlDcyw6vRwkSaEjHCqpgjWY2zaHZkCu0akr1G0l47AAAAAAAMUdypNrCDOQABzQGAUAAAjGim0rHEZ/sCAAAAAARZWg==
    """

@Suite("Packages that lie in folders as files")
struct PackageArchiveTests {
    @Test("A Debian package is what its control file says, however that is compressed")
    func deb() throws {
        let xz = try #require(Data(base64Encoded: controlXZ, options: .ignoreUnknownCharacters))
        let members: [(name: String, bytes: [UInt8])] = [
            ("control.tar", controlTar), ("control.tar.gz", GzipBuilder.member(controlTar)),
            ("control.tar.zst/", try Zstd.compress(controlTar)), ("control.tar.xz", Array(xz)),
        ]
        let expected = Package(
            type: .deb,
            name: "a",
            version: "1:2-3",
            arch: "amd64",
            source: SourcePackage(name: "b", version: "2-3"),
            supplier: "M <m@example.org>"
        )
        for member in members {
            let found = try declare("pool/a_2-3_amd64.deb", debArchive([member, ("data.tar", [1, 2, 3])]))
            #expect(found.packages.map(\.package) == [expected], "\(member.name)")
            #expect(found.problems == [])
        }
    }

    @Test("An RPM package is what its header says")
    func rpm() throws {
        var builder = RPMBuilder()
        builder.add("a", "1", "2.el9", more: [1022: "x86_64", 1044: "b-1-2.el9.src.rpm", 1014: "MIT"], epoch: 3)
        let found = try declare("Packages/a-1-2.el9.x86_64.rpm", builder.packageFile)
        #expect(
            found.packages.map(\.package) == [
                Package(
                    type: .rpm,
                    name: "a",
                    version: "3:1-2.el9",
                    arch: "x86_64",
                    source: SourcePackage(fileName: "b-1-2.el9.src.rpm", versionOf: "3:1-2.el9"),
                    licenses: ["MIT"]
                )
            ]
        )
        #expect(found.problems == [])
    }

    @Test("Damaged packages give a problem, other files of such names nothing")
    func damaged() throws {
        var builder = RPMBuilder()
        builder.add("a", "1", "2")
        let rpm = builder.packageFile.dropLast("payload".utf8.count)
        let deb = debArchive([("control.tar", controlTar)])
        for (path, bytes, magic) in [("a.rpm", Array(rpm), 4), ("a.deb", deb, 8)] {
            #expect(try declare(path, bytes).names.count == 1)
            for length in stride(from: magic, to: bytes.count, by: 7) {
                let found = try declare(path, Array(bytes[..<length]))
                #expect(found.names.isEmpty && found.problems.count == 1, "\(path) \(length)")
            }
            #expect(try declare(path, Array(bytes[1...])).problems == [])
            var random = SeededRandom(seed: UInt64(magic))
            for _ in 0..<500 {
                var copy = bytes
                copy[random.below(copy.count)] = UInt8(random.below(256))
                _ = try declare(path, copy)
            }
        }
        let empty = try declare("a.deb", debArchive([("control.tar", Array(controlTar.suffix(1024)))]))
        #expect(empty.problems == ["1 records without a sound name and version"])
    }

    @Test("In an image such packages are not installed and not read")
    func images() {
        for path in ["srv/a.deb", "srv/a.rpm"] {
            #expect(Catalogers.selection.catalogers(for: LayerPath(path)).isEmpty)
        }
    }
}
