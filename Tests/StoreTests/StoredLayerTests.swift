import Foundation
import ScanModel
import Store
import Testing

@Suite("What is stored of a layer", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct StoredLayerTests {
    private func layer(packages: Int) throws -> AnalysedLayer {
        let evidence = Evidence(
            path: LayerPath(clean: Array("var/lib/dpkg/status".utf8)),
            cataloger: "dpkg",
            packages: (0..<packages).map {
                CatalogedPackage(Package(type: .deb, name: "package-\($0)", version: "1.0", arch: "amd64"))
            }
        )
        return AnalysedLayer(
            report: LayerReport(
                evidence: [evidence],
                whiteouts: [],
                opaqueDirectories: [],
                gaps: [],
                diffID: try SampleFleet.digest("diff"),
                entries: 1,
                expandedBytes: 1024
            ),
            paths: PathTable([:])
        )
    }

    @Test("A report at the bound is kept and read back; one byte more is refused, and the image says in which layer")
    func bound() async throws {
        let layer = try layer(packages: 500)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = try encoder.encode(layer.report).count
        let kept = try StoredLayer(layer, maxBytes: bytes)
        let refusal = #expect(throws: StoreError.self) { try StoredLayer(layer, maxBytes: bytes - 1) }
        #expect(refusal?.code == .refused)
        let reason = "the layer's report has \(bytes) bytes, more than \(bytes - 1)"
        #expect(refusal?.message == reason)
        try await TestDatabase.with { store in
            let run = try await store.plan([
                try SampleFleet.image("app", "1", layers: ["a"]),
                try SampleFleet.image("app", "2", layers: ["a", "b"]),
            ])
            let tasks = try await store.queued(.layer)
            try #require(tasks.count == 2)
            try await store.merge(kept, of: try await store.claimed(tasks[0]))
            try await store.fail(try await store.claimed(tasks[1]), reason: reason, isPermanent: true)
            _ = try await store.settle(run)
            let failed = try await store.images(run: run.id).filter { $0.state == "failed" }
            let broken = try SampleFleet.digest("b")
            #expect(failed.map(\.reason) == ["layer \(broken): \(reason)"])
            let manifest = try #require(
                try await store.scalar("SELECT manifest_id FROM run_images WHERE tag = '1'")
            )
            let stored = try await store.storedLayers(manifest: manifest).map { try $0.decoded() }
            #expect(stored.map { $0.report.evidence.first?.packages.count } == [500])
        }
    }

    @Test("The bound is also that of a layer's table of paths")
    func paths() throws {
        var layer = try layer(packages: 1)
        let names = (0..<2000).map { (LayerPath(clean: Array("opt/\($0)".utf8)), PathKind.file) }
        layer.paths = PathTable(Dictionary(uniqueKeysWithValues: names))
        let refusal = #expect(throws: StoreError.self) { try StoredLayer(layer, maxBytes: 2000) }
        #expect(refusal?.message.hasPrefix("the layer's table of paths has ") == true)
    }
}
