import Bytes
import Foundation
import ScanModel
import TallymanTesting
import Testing

@testable import Catalogers

@Suite("Hostile evidence of further ecosystems")
struct EcosystemHostileTests {
    private static let installed: [(any Cataloger, path: String, bytes: [UInt8])] = [
        (DotnetDepsCataloger(), "a.deps.json", Array(#"{"libraries":{"a/1":{"type":"package"}}}"#.utf8)),
        (RPackageCataloger(), "DESCRIPTION", Array("Package: a\nVersion: 1\nLicense: GPL (>= 2) | x + y\n".utf8)),
        (CondaCataloger(), "conda-meta/a.json", Array(#"{"name":"a","version":"1","license":"\u00e9"}"#.utf8)),
        (PerlCataloger(), ".meta/a/install.json", Array(#"{"name":"A::B","version":"1","dist":"A-B-1"}"#.utf8)),
        (
            BitnamiCataloger(), "opt/bitnami/a/.spdx-a.spdx",
            Array(
                #"{"packages":[{"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:bitnami/a@1-0"}]}]}"#
                    .utf8
            )
        ),
        (BitnamiCataloger(), "opt/bitnami/.bitnami_components.json", Array(#"{"a":{"version":"1-0"}}"#.utf8)),
        (
            WordPressPluginCataloger(), "wp-content/plugins/a/a.php",
            Array("<?php /*\n * Plugin Name: a\n * Version: 1 */\n".utf8)
        ),
        (AlpmCataloger(), "var/lib/pacman/local/a-1-1/desc", Array("%NAME%\na\n\n%VERSION%\n1-1\n\n".utf8)),
        (AlpmFileListCataloger(), "var/lib/pacman/local/a-1-1/files", Array("%FILES%\nusr/\nusr/a\n\n".utf8)),
        (PortageCataloger(), "var/db/pkg/x/a-1/CONTENTS", Array("obj /a 0 1\nobj /b c 0 1\n".utf8)),
        (
            LuaRocksCataloger(), "a.rockspec",
            Array("package = [[a]]\nlocal v, w = '1', \"2\"\nversion = v..'-'..w -- x\n".utf8)
        ),
        (ConanInfoCataloger(), "a/1/_/_/package/x/conaninfo.txt", Array("[full_requires]\n b/2:x\n".utf8)),
        (
            RustBinaryCataloger(), "bin/a",
            ELFBuilder.file(
                section: ".dep-v0",
                ZlibBuilder.stream(Array(#"{"packages":[{"name":"a","version":"1"}]}"#.utf8))
            )
        ),
        (DotnetBundleCataloger(), "bin/a", ElfFile.dotnetBundle(Array(#"{"libraries":{"a/1":{}}}"#.utf8))),
        (
            NativeImageCataloger(), "bin/a",
            ElfFile.nativeImage(GzipBuilder.member(Array(#"{"components":[{"name":"a","version":"1"}]}"#.utf8)))
        ),
    ]

    private static let cases: [(any Cataloger, path: String, bytes: [UInt8])] =
        installed + LockSample.all.map { ($0.cataloger, $0.path, Array($0.text.utf8)) }

    @Test("Truncated, changed and random files give packages or problems, never a trap", arguments: cases.indices)
    func damaged(index: Int) {
        let (cataloger, path, bytes) = Self.cases[index]
        var unsound: [CatalogedPackage] = []
        func read(_ bytes: [UInt8]) {
            let found = cataloger.catalog(EvidenceFile(path: LayerPath(path), bytes: FileBytes(bytes)))
            unsound += found.packages.filter { $0.package.name.isEmpty || $0.package.version.isEmpty }
        }
        for length in bytes.indices { read(Array(bytes[..<length])) }
        var random = SeededRandom(seed: UInt64(index))
        let marks = Array("\"'{}[]()<>:,=-%&*#\\\n \u{0}".utf8)
        for _ in 0..<150 {
            var copy = bytes
            for _ in 0...random.below(4) {
                copy[random.below(copy.count)] =
                    random.oneIn(2) ? marks[random.below(marks.count)] : UInt8(random.below(256))
            }
            read(copy)
            // A piece of the file again at another place.
            let start = random.below(bytes.count)
            let piece = bytes[start..<min(bytes.count, start + random.below(40))]
            copy.insert(contentsOf: piece, at: random.below(copy.count))
            read(copy)
            read(random.bytes(random.below(80)))
        }
        #expect(unsound.isEmpty)
    }

    /// Processor time that reading takes of this thread, in seconds: the least of some tries, as other work only adds to it.
    private static func seconds(tries: Int, _ read: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        return (0..<tries).reduce(.infinity) { least, _ in
            let start = now()
            read()
            return min(least, now() - start)
        }
    }

    @Test(
        "Of very long lines and very many lines, eight times as much takes nothing like 64 times",
        arguments: cases.indices
    )
    func growth(index: Int) {
        let (cataloger, path, bytes) = Self.cases[index]
        let units = ["x", "\"", "\n", "-", "[", "a="].map { Array($0.utf8) } + [bytes]
        for (number, unit) in units.enumerated() {
            let files = [1 << 11, 1 << 14].map { size in
                EvidenceFile(path: LayerPath(path), bytes: FileBytes(repeated(unit, toFill: size)))
            }
            // Once is enough where it is well; another program may have had the processor's caches meanwhile.
            let once = Self.seconds(tries: 1) { _ = cataloger.catalog(files[1]) }
            // What takes less than this is too little to be measured.
            let leastMeasured = 0.002
            guard once >= 32 * leastMeasured else { continue }
            let bound = 32 * max(Self.seconds(tries: 3) { _ = cataloger.catalog(files[0]) }, leastMeasured)
            let least = once < bound ? once : Self.seconds(tries: 3) { _ = cataloger.catalog(files[1]) }
            #expect(least < bound, "\(cataloger.name), input \(number)")
        }
    }

    @Test("A go.mod of very many requirements and replacements costs no look at each for each", .timeLimit(.minutes(1)))
    func manyReplacements() {
        let names = (0..<12_000).map { "example.org/m\($0)" }
        let text =
            (["require ("] + names.map { "\($0) v1.0.0" } + [")", "replace ("]
            + names.map { "\($0) => \($0)-fork v2.0.0" } + [")"]).joined(separator: "\n")
        let file = EvidenceFile(path: LayerPath("go.mod"), bytes: FileBytes(Array(text.utf8)))
        let found = GoModCataloger().catalog(file)
        #expect(found.packages.count == names.count)
        #expect(found.packages.allSatisfy { $0.package.name.hasSuffix("-fork") && $0.package.version == "v2.0.0" })
    }

    @Test("A key of megabytes in PEAR's registry is kept with none of the keys below it")
    func hugeKey() throws {
        let key = String(repeating: "x", count: 1 << 20)
        let inner = (0..<200).map { "i:\($0);i:1;" }.joined()
        let text = #"a:2:{s:4:"name";s:1:"a";s:\#(key.utf8.count):"\#(key)";a:200:{\#(inner)}}"#
        let texts = try #require(PHPSerialization(Array(text.utf8))).texts
        #expect(texts == ["name": "a"])
    }

    @Test("a property of megabytes in a pom.xml is put in nowhere", .timeLimit(.minutes(1)))
    func hugeProperty() {
        let names = "<groupId>g</groupId><artifactId>a</artifactId>"
        let dependency = "<dependency>\(names)<version>${v}</version></dependency>"
        let text =
            "<project><artifactId>p</artifactId><version>1</version><properties><v>"
            + String(repeating: "x", count: 4 << 20) + "</v></properties><dependencies>"
            + String(repeating: dependency, count: 4000) + "</dependencies></project>"
        let file = EvidenceFile(path: LayerPath("pom.xml"), bytes: FileBytes(Array(text.utf8)))
        let found = PomCataloger().catalog(file)
        #expect(found.packages.map(\.package.name) == ["p"])
        #expect(found.problems == ["4000 dependencies whose version another file states"])
    }
}
