import Bytes
import Foundation
import TallymanTesting
import Testing
import Zip

@testable import VEX

/// Published documents, where the shared folder is at hand.
struct PublishedDocumentTests {
    @Test(
        "Published documents are read with all their statements",
        .enabled(if: SharedFixtures.feeds != nil, "\(SharedFixtures.missing)"),
        arguments: [
            ("openvex/docker-hardened-images.zip", ".vex.json", 107, 6705),
            ("openvex/nodejs.zip", ".openvex.json", 1, 183),
            ("redhat/fragments.zip", "vex/CVE-2022-24834.json", 1, nil),
        ] as [(String, String, Int, Int?)]
    )
    func published(path: String, suffix: String, documents: Int, statements: Int?) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: SharedFixtures.feed(path)))
        let archive = try ZipArchive(FileBytes(Array(data)))
        var read = 0
        var found = 0
        for entry in archive.entries where entry.name.hasSuffix(suffix) {
            let document = try VEXDocument(try archive.contents(of: entry, maxBytes: 1 << 28), name: entry.name)
            #expect(document.problems == [])
            read += 1
            found += document.statements.count
        }
        #expect(read == documents && found > 0)
        if let statements { #expect(found == statements) }
    }
}
