import Bytes
import Catalogers
import LayerScan
import ScanModel
import TallymanTesting
import Testing

@Suite("Which programs are looked at")
struct ProgramSelectionTests {
    @Test(
        "A program is picked by its whole name or by the letters that its name starts with",
        arguments: [
            ("usr/bin/node", true), ("usr/bin/nodejs", false), ("usr/bin/xnode", false), ("usr/bin/python", true),
            ("usr/bin/python3.11", true), ("usr/lib/libpython3.11.so.1.0", true), ("usr/bin/pythonw", false),
            ("usr/bin/redis-server", true), ("usr/bin/redis-cli", false), ("bin/[", true), ("bin/[[", false),
            ("usr/bin/", false),
        ]
    )
    func names(path: String, isPicked: Bool) {
        #expect(Catalogers.selection.programCatalogers(for: LayerPath(path)).isEmpty != isPicked)
        #expect(Catalogers.selection.isEvidence(LayerPath(path)) == isPicked)
    }

    @Test(
        "Of libraries without an executable bit Python's extension modules are likely programs",
        arguments: [
            ("usr/lib/libz.so", false), ("usr/lib/libz.so.1.3", false), ("app/x.o", false),
            ("app/_rust.abi3.so", true), ("app/_esbuild.cpython-311-x86_64-linux-gnu.so", true),
            ("app/x.cpython-311.pyc", false), ("app/x.abi3.so.1", false), ("app/abi3.so", false),
        ]
    )
    func extensionModules(path: String, isLikely: Bool) {
        #expect(ExecutableMagic.isLikely(LayerPath(path), hasExecutableBit: false) == isLikely)
        #expect(ExecutableMagic.isLikely(LayerPath(path), hasExecutableBit: true))
    }

    private func scan(_ tar: TarBuilder) throws -> LayerReport {
        try LayerScanner().scan(ArrayProducer(tar.archive), expected: nil).report
    }

    @Test("A library without an executable bit is read for its name, a text of that name is not evidence")
    func bits() throws {
        var tar = TarBuilder()
        tar.file("usr/lib/libruby.so.3.2", ProgramBytes.holding("ruby 3.2.1 (2023"), mode: 0o644)
        tar.file("usr/bin/node", "#!/bin/sh\n# node.js/v22.9.0\n", mode: 0o755)
        let report = try scan(tar)
        #expect(report.evidence.map(\.path.text) == ["usr/lib/libruby.so.3.2"])
        #expect(report.evidence.flatMap(\.packages).map(\.package.name) == ["ruby"])
    }

    @Test("Crates and Go modules in libraries without an executable bit are found")
    func libraries() throws {
        let crates = ZlibBuilder.stream(Array(#"{"packages":[{"name":"adler","version":"0.2.3"}]}"#.utf8))
        func prefixed(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
        let mark = "0123456789abcdef"
        // As `runtime/debug` writes it, each text behind its length.
        let modules = "path\tx\ndep\tgolang.org/x/sys\tv0.1.0\th1:x\n"
        var build = [0xff] + Array(" Go buildinf:".utf8)
        build += [8, 2]
        build += [UInt8](repeating: 0, count: 16)
        build += prefixed("go1.22.1")
        build += prefixed(mark + modules + mark)
        let library = ELFBuilder.file(section: ".go.buildinfo", build)
        // The owner of the note with the build ID, which is anywhere in the first page.
        let noted = library + Array("Go\0\0".utf8)
        var tar = TarBuilder()
        tar.file("app/_rust.abi3.so", ELFBuilder.file(section: ".dep-v0", crates), mode: 0o644)
        tar.file("app/_go.cpython-311-x86_64-linux-gnu.so", library, mode: 0o644)
        tar.file("app/libgo.so.1", noted, mode: 0o644)
        tar.file("app/liba.so", library, mode: 0o644)
        let report = try scan(tar)
        #expect(
            report.evidence.map(\.path.text)
                == ["app/_go.cpython-311-x86_64-linux-gnu.so", "app/_rust.abi3.so", "app/libgo.so.1"]
        )
        #expect(
            Set(report.evidence.flatMap(\.packages).map(\.package.name)).isSuperset(of: [
                "adler", "golang.org/x/sys", "stdlib",
            ])
        )
    }

    @Test("Hard links count under names that say something, whichever of them the archive has first")
    func hardlinks() throws {
        var tar = TarBuilder()
        tar.file("bin/[", ProgramBytes.holding("BusyBox v1.36.1 (2023"), mode: 0o755)
        tar.hardlink("bin/ash", to: "bin/[")
        tar.hardlink("bin/busybox", to: "bin/[")
        #expect(try scan(tar).evidence.map(\.path.text) == ["bin/[", "bin/busybox"])
        var other = TarBuilder()
        other.file("opt/first", ProgramBytes.holding("node.js/v22.9.0"), mode: 0o755)
        other.hardlink("opt/node", to: "opt/first")
        #expect(try scan(other).gaps.map(\.path) == ["opt/node"])
    }
}
