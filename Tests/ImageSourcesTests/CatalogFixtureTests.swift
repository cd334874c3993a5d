import Catalogers
import Foundation
import ImageInventory
import ScanModel
import TallymanTesting
import Testing

@testable import ImageSources

/// Real package databases with their packages, from the folder of shared fixtures.
@Suite struct `Real package databases` {
    struct Expected: Decodable {
        struct Item: Decodable {
            let type: String
            let name: String
            let version: String
        }
        let packages: [Item]?
    }

    @Test(
        .enabled(if: SharedFixtures.catalog != nil, "\(SharedFixtures.missing)"),
        arguments: [
            "apk-03", "apk-05", "apk-06", "apk-07", "dpkg-04", "dpkg-06", "dpkg-08", "dpkg-12", "dpkg-14", "dpkg-16",
            "dpkg-distroless-02", "dpkg-trivy-02", "dpkg-trivy-03", "gem-01", "gem-04", "gem-12", "gobin-01", "java-01",
            "opkg-01", "rpm-bdb-03", "rpm-ndb-02", "rpm-sqlite-02",
        ]
    )
    func `a directory with one gives its packages`(name: String) throws {
        let folder = try #require(SharedFixtures.catalog) + "/" + name
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/expected.json"))
        let expected = try JSONDecoder().decode(Expected.self, from: bytes)
        let layer = try DirectoryScanner(selection: Catalogers.selection).scan("\(folder)/rootfs")
        let found = InventoryFold.fold([layer]).packages.map(\.package)
        #expect(
            Set(found.filter(\.hasVersion).map { "\($0.type.rawValue) \($0.name) \($0.version)" })
                == Set(
                    (expected.packages ?? []).filter { $0.version != "UNKNOWN" }.map {
                        "\($0.type) \($0.name) \($0.version)"
                    }
                )
        )
    }
}
