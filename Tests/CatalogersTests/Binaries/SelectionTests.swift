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
