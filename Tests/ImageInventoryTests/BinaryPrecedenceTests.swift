import Bytes
import ImageInventory
import LayerScan
import ScanModel
import TallymanTesting
import Testing

private let busybox: [UInt8] = [0x7f, 0x45, 0x4c, 0x46] + Array("BusyBox v1.36.1 (2023".utf8)

private func fold(_ layers: [TarBuilder]) throws -> [String] {
    try InventoryFold.fold(layers.map { try LayerScanner().scan(ArrayProducer($0.archive), expected: nil) })
        .packages.map { "\($0.package.type.rawValue) \($0.package.name)" }
}

private func layer(_ build: (inout TarBuilder) -> Void) -> TarBuilder {
    var tar = TarBuilder()
    build(&tar)
    return tar
}

@Suite("What was found in programs gives way to what knows better")
struct BinaryPrecedenceTests {
    private let database = layer {
        $0.file("lib/apk/db/installed", "P:busybox\nV:1.36.1-r5\nF:bin\nR:busybox\n\n")
    }

    @Test("A program that an OS package owns is left to the package, in whatever layer its database is")
    func owned() throws {
        let program = layer { $0.file("bin/busybox", busybox, mode: 0o755) }
        let copy = layer { $0.file("opt/busybox", busybox, mode: 0o755) }
        #expect(try fold([program]) == ["binary busybox"])
        #expect(try fold([program, database]) == ["apk busybox"])
        #expect(try fold([database, program]) == ["apk busybox"])
        #expect(try fold([database, copy]) == ["apk busybox", "binary busybox"])
    }

    @Test("A directory that is a link to its like below usr owns what stands there")
    func mergedDirectories() throws {
        let program = layer { $0.file("usr/bin/busybox", busybox, mode: 0o755) }
        let link = layer { $0.symlink("bin", to: "usr/bin") }
        let directory = layer { $0.directory("bin") }
        #expect(try fold([link, program, database]) == ["apk busybox"])
        #expect(try fold([program, database]) == ["apk busybox", "binary busybox"])
        #expect(try fold([link, directory, program, database]) == ["apk busybox", "binary busybox"])
    }

    @Test("A file that came by a link of such a directory is owned as what stands where the link leads")
    func throughMergedDirectories() throws {
        let database = layer { $0.file("lib/apk/db/installed", "P:busybox\nV:1.36.1-r5\nF:usr/bin\nR:busybox\n\n") }
        let program = layer {
            $0.symlink("bin", to: "usr/bin")
            $0.file("bin/busybox", busybox, mode: 0o755)
        }
        let plain = layer { $0.file("bin/busybox", busybox, mode: 0o755) }
        #expect(try fold([program, database]) == ["apk busybox"])
        #expect(try fold([plain, database]) == ["apk busybox", "binary busybox"])
    }

    @Test("What was installed through a link stays owned where a higher layer makes a directory of the link")
    func replacedLink() throws {
        let base = layer {
            $0.symlink("bin", to: "usr/bin")
            $0.file("usr/bin/busybox", busybox, mode: 0o755)
            $0.file("lib/apk/db/installed", "P:busybox\nV:1.36.1-r5\nF:bin\nR:busybox\n\n")
        }
        #expect(try fold([base, layer { $0.file("bin/tool", "") }]) == ["apk busybox"])
        #expect(try fold([base, layer { $0.directory("bin") }]) == ["apk busybox"])
        // That layer's own files are where they stand.
        let own = layer {
            $0.file("bin/tool", "")
            $0.file("usr/bin/busybox", busybox, mode: 0o755)
        }
        #expect(try fold([base, own]) == ["apk busybox", "binary busybox"])
    }

    @Test("Where all programs stand in one directory, they are owned by whichever of its names is listed")
    func mergedPrograms() throws {
        let program = layer { $0.file("usr/bin/busybox", busybox, mode: 0o755) }
        let root = layer { $0.symlink("sbin", to: "usr/sbin") }
        let below = layer { $0.symlink("usr/sbin", to: "bin") }
        for directory in ["sbin", "usr/sbin"] {
            let database = layer {
                $0.file("lib/apk/db/installed", "P:busybox\nV:1.36.1-r5\nF:\(directory)\nR:busybox\n\n")
            }
            #expect(try fold([program, root, below, database]) == ["apk busybox"])
            #expect(try fold([program, root, database]) == ["apk busybox", "binary busybox"])
        }
    }

    @Test("dpkg's file lists own programs, as far as their names make them evidence")
    func dpkg() throws {
        let status = layer {
            $0.file("var/lib/dpkg/status", "Package: busybox\nStatus: install ok installed\nVersion: 1\n")
            $0.file("var/lib/dpkg/info/busybox.list", "/.\n/usr\n/usr/bin\n/usr/bin/busybox\n/usr/bin/other\n")
            $0.file("usr/bin/busybox", busybox, mode: 0o755)
        }
        #expect(try fold([status]) == ["deb busybox"])
        let report = try LayerScanner().scan(ArrayProducer(status.archive), expected: nil).report
        #expect(report.evidence.flatMap(\.ownerships).flatMap(\.paths) == [LayerPath("usr/bin/busybox")])
    }

    @Test("A Java installation that names itself speaks for its launchers")
    func java() throws {
        let launcher: [UInt8] = [0x7f, 0x45, 0x4c, 0x46] + Array("\0openjdk\0java\0\("0.0")\0\("17.0.9+9")\0".utf8)
        let installation = layer {
            $0.file("opt/java/bin/java", launcher, mode: 0o755)
            $0.file("opt/other/bin/java", launcher, mode: 0o755)
        }
        let release = layer { $0.file("opt/java/release", "JAVA_RUNTIME_VERSION=\"17.0.9+9\"\n") }
        let inventory = try InventoryFold.fold(
            [installation, release].map { try LayerScanner().scan(ArrayProducer($0.archive), expected: nil) }
        )
        #expect(inventory.packages.map(\.paths) == [["/opt/java/release", "/opt/other/bin/java"]])
    }

    @Test("Bitnami's documents speak for the programs below them, by its names or those that programs are known by")
    func bitnami() throws {
        func document(_ names: String...) -> String {
            let packages = names.map {
                #"{"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:bitnami/\#($0)"}]}"#
            }
            return #"{"packages":[\#(packages.joined(separator: ","))]}"#
        }
        let server: [UInt8] = [0x7f, 0x45, 0x4c, 0x46] + Array("\0Apache/2.4.58\0".utf8)
        let image = layer {
            $0.file("opt/bitnami/apache/.spdx-apache.spdx", document("apache@2.4.58-3"))
            $0.file("opt/bitnami/apache/bin/httpd", server, mode: 0o755)
            $0.file("opt/bitnami/named/.spdx-busybox.spdx", document("busybox@1.37.0-0"))
            $0.file("opt/bitnami/named/bin/busybox", busybox, mode: 0o755)
        }
        // A release that is the same by chance hides nothing.
        let other = layer {
            $0.file("opt/bitnami/other/.spdx-other.spdx", document("other@1.36.1-0"))
            $0.file("opt/bitnami/other/bin/busybox", busybox, mode: 0o755)
        }
        #expect(try fold([image]) == ["bitnami apache", "bitnami busybox"])
        #expect(try fold([other]) == ["binary busybox", "bitnami other"])
    }
}
