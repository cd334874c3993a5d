import Bytes
import Catalogers
import Foundation
import LayerScan
import SBOM
import ScanModel
import TallymanTesting
import Testing

/// What an image brings, changed at random.
@Suite("Parsers of images under a mutator")
struct ParserFuzzTests {
    @Test("There is evidence for every cataloger to be changed")
    func coverage() {
        let covered = Set(EvidenceSample.made.flatMap(\.readers).map(\.name))
        #expect(Catalogers.directorySelection.catalogers.map(\.name).filter { !covered.contains($0) } == [])
    }

    @Test("Catalogers of every kind of evidence")
    func catalogers() throws {
        try FuzzRun.go { random in
            // Fixtures are many of a kind: the others come as often.
            let kind = random.oneIn(2) ? EvidenceSample.made : EvidenceSample.all
            guard let sample = kind.any(&random), let other = EvidenceSample.all.any(&random) else { return }
            let bytes = FileBytes(FuzzRun.mutated(sample.bytes, other.bytes, &random))
            var name = Array(sample.path.name)
            if random.oneIn(8) { name = FuzzRun.mutated(name, [], &random) }
            let path = sample.path.parent?.appending(name) ?? sample.path
            for reader in sample.readers {
                let found = reader.catalog(EvidenceFile(path: path, bytes: bytes))
                for package in found.packages.map(\.package) {
                    #expect(!package.name.isEmpty && !package.version.isEmpty, "\(reader.name)")
                    _ = package.purl(distro: nil)
                }
            }
        }
    }

    @Test("Layers: archive, compression and the evidence in them")
    func layers() throws {
        try FuzzRun.go { random in
            var tar = TarBuilder()
            for _ in 0..<(1 + random.below(4)) {
                guard let sample = EvidenceSample.all.any(&random) else { return }
                tar.file(sample.path.text, Array(sample.bytes.prefix(16 * 1024)), mode: random.oneIn(2) ? 0o755 : 0o644)
            }
            let plain = tar.archive
            var blob = random.oneIn(2) ? FuzzRun.mutated(plain, [], &random) : plain
            if random.oneIn(2) { blob = FuzzRun.mutated(GzipBuilder.member(blob), [], &random) }
            do {
                _ = try LayerScanner().scan(ArrayProducer(blob, pieceSize: 1 + random.below(70_000)), expected: nil)
            } catch {
                #expect(error is LayerScanError)
            }
        }
    }

    @Test("Bills of materials in each of their forms")
    func documents() throws {
        let package = Package(
            type: .rpm,
            name: "bind",
            version: "32:9.1-2",
            arch: "x86_64",
            source: SourcePackage(name: "bind", version: "32:9.1-2"),
            licenses: ["MPL-2.0", "odd licence"],
            module: "bind:9:1:c"
        )
        let distro = Distro(id: "rhel", versionID: "8", name: "RHEL 8")
        let bill = BillOfMaterials(
            subject: .init(source: "r.example/a:1"),
            distro: distro,
            components: [
                .init(
                    installed: InstalledPackage(package: package, layer: 0, paths: ["/var/lib/rpm/Packages"]),
                    distro: distro
                )
            ],
            tool: .init(name: "tallyman", version: "1")
        )
        let forms = SBOMFormat.allCases.map { bill.encode(as: $0) }
        try FuzzRun.go { random in
            let bytes = FuzzRun.mutated(forms[random.below(forms.count)], forms[random.below(forms.count)], &random)
            // What is no document is refused with an error; that nothing worse happens is what is tested.
            _ = try? BillOfMaterials.read(bytes, source: "fuzz")
        }
    }
}
