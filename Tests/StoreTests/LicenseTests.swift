import Postgres
import Reports
import ScanModel
import Store
import Testing

@Suite("Licences in the fleet", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct LicenseTests {
    private func package(_ name: String, _ licenses: [String]) -> InstalledPackage {
        InstalledPackage(
            package: Package(type: .npm, name: name, version: "1", licenses: licenses),
            layer: 0,
            paths: ["/app/\(name)/package.json"]
        )
    }

    /// Images of one layer each, with these packages.
    private func store(_ images: [(tag: String, packages: [InstalledPackage])], in store: Store) async throws {
        let found = try images.map { try SampleFleet.image("app", $0.tag, layers: [$0.tag]) }
        let run = try await store.plan(found)
        for task in try await store.queued(.layer) {
            try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
        }
        _ = try await store.settle(run)
        for task in try await store.queued(.inventory) {
            let claim = try await store.claimed(task)
            let digest = try await store.texts("SELECT digest FROM manifests WHERE id = \(claim.subject)").first
            let image = try #require(
                try images.first { try SampleFleet.digest("m-\($0.tag)").description == digest }
            )
            try await store.merge(Inventory(distro: nil, packages: image.packages, gaps: []), of: claim)
        }
        _ = try await store.settle(run)
    }

    private let images: [(tag: String, packages: [String: [String]])] = [
        ("1", ["a": ["MIT"], "b": ["AGPL-3.0-only OR MIT", "Weird\u{0}"], "c": []]),
        ("2", ["a": ["AGPL-3.0-or-later"], "b": []]),
        ("3", ["d": [String(repeating: "x", count: 9000)], "e": ["GPL-2.0-only WITH Classpath-exception-2.0"]]),
    ]

    private var inventories: [(tag: String, packages: [InstalledPackage])] {
        images.map { image in
            (image.tag, image.packages.sorted { $0.key < $1.key }.map { package($0.key, $0.value) })
        }
    }

    @Test("A licence belongs to a package in an image, and each set of licences is stored once")
    func sets() async throws {
        try await TestDatabase.with { store in
            try await self.store(inventories, in: store)
            #expect(try await store.scalar("SELECT count(*) FROM license_sets") == 5)
            let report = try await store.licenseReport("agpl")
            #expect(report.licenses.map(\.license) == ["AGPL-3.0-only", "AGPL-3.0-or-later"])
            let holders = report.licenses.flatMap { $0.holders ?? [] }
            #expect(holders.map(\.package) == ["b", "a"])
            #expect(holders.map(\.images) == [["registry.test/app:1"], ["registry.test/app:2"]])
            #expect(holders.first?.declared == ["AGPL-3.0-only OR MIT", "Weird\u{fffd}"])
        }
    }

    @Test("All licences are counted by packages and images, whatever order they were stored in")
    func counts() async throws {
        var renderings: [[UInt8]] = []
        for order in [inventories, inventories.reversed()] {
            try await TestDatabase.with { store in
                try await self.store(order, in: store)
                let report = try await store.licenseReport(nil)
                let mit = try #require(report.licenses.first { $0.license == "MIT" })
                #expect(mit == LicenseRow(license: "MIT", packages: 2, images: 1))
                #expect(report.licenses.contains { $0.license == "GPL-2.0-only WITH Classpath-exception-2.0" })
                #expect(try await store.licenseReport("gpl-2.0-only").licenses.count == 1)
                #expect(try await store.licenseReport("gpl").licenses.count == 1)
                #expect(try await store.licenseReport("lgpl").licenses.isEmpty)
                renderings.append(try report.rendered(as: .json))
                renderings.append(try await store.licenseReport("mit").rendered(as: .csv))
            }
        }
        #expect(renderings[0] == renderings[2] && renderings[1] == renderings[3])
    }

    @Test("A package's and an image's reports state licences, and an image that was folded before has none")
    func reports() async throws {
        try await TestDatabase.with { store in
            try await self.store(inventories, in: store)
            let package = try await store.packageReport(name: "a", version: nil, asOf: "2026-01-01")
            #expect(package.versions.flatMap { $0.images.map(\.licenses) } == [["MIT"], ["AGPL-3.0-or-later"]])
            let reference = try #require(ImageReference("registry.test/app:1"))
            let image = try await store.imageReport(reference, asOf: "2026-01-01")?.inReportOrder()
            #expect(image?.licenses.map(\.license) == ["AGPL-3.0-only", "MIT", "Weird\u{fffd}"])
            #expect(image?.licenses.map { $0.packages.map(\.name) } == [["b"], ["a", "b"], ["b"]])
            try await store.execute("UPDATE package_sets SET license_ids = '{}'")
            #expect(try await store.imageReport(reference, asOf: "2026-01-01")?.licenses.isEmpty == true)
            let bare = try await store.packageReport(name: "a", version: nil, asOf: "2026-01-01")
            #expect(bare.versions.first?.images.first?.licenses == [])
            #expect(try await store.licenseReport(nil).licenses.isEmpty)
        }
    }
}
