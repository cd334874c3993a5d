import AdvisoryFile
import Foundation
import ImageSources
import ScanModel
import Testing
import VEX

@testable import Documents

@Suite struct `Suppressed findings in documents` {
    private static let digest = "sha256:" + String(repeating: "ab", count: 32)

    private func scanned(_ names: [String], reference: String? = "ghcr.io/org/app:1") -> ScannedImage {
        ScannedImage(
            source: "ghcr.io/org/app:1",
            reference: reference,
            digest: reference == nil ? nil : Digest(Self.digest),
            imageID: Digest("sha256:" + String(repeating: "cd", count: 32)),
            inventory: Inventory(
                distro: nil,
                packages: names.map {
                    InstalledPackage(package: Package(type: .npm, name: $0, version: "1.0.0"), layer: 0, paths: [])
                },
                gaps: []
            )
        )
    }

    private func withAdvisories(_ names: [String], _ body: (AdvisoryFile) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tallyman-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // what stays behind is in the temporary folder
        for (number, name) in names.enumerated() {
            let record: [String: Any] = [
                "schema_version": "1.6.0", "id": "CVE-2024-\(1000 + number)", "modified": "2024-01-01T00:00:00Z",
                "affected": [
                    [
                        "package": ["ecosystem": "npm", "name": name],
                        "ranges": [["type": "SEMVER", "events": [["introduced": "0"], ["fixed": "2.0.0"]]]],
                    ]
                ],
            ]
            let file = folder.appendingPathComponent("feed-\(number).json")
            try JSONSerialization.data(withJSONObject: record).write(to: file)
        }
        let path = folder.appendingPathComponent("advisories.sqlite").path
        let feeds = names.indices.map { folder.appendingPathComponent("feed-\($0).json").path }
        try AdvisoryFile.build(at: path, from: feeds)
        try body(try AdvisoryFile(path: path))
    }

    private func exceptions(_ ids: [String], justification: String?) throws -> Suppressions {
        Suppressions(
            documents: [],
            exceptions: try ids.map {
                try FindingException(id: $0, reason: "why <\($0)>", source: "e", justification: justification)
            },
            today: "2026-01-01"
        )
    }

    @Test(arguments: ["ghcr.io/org/app:1", nil])
    func `an OpenVEX document of an image, of hostile names too, read back suppresses the same`(
        reference: String?
    ) throws {
        let names = ["@a/b", "a b", "ünï", "%2F", "x?y#z", "plain"]
        try withAdvisories(names) { file in
            let image = scanned(names, reference: reference)
            let suppressions = try exceptions(
                (0..<5).map { "CVE-2024-\(1000 + $0)" },
                justification: "component_not_present"
            )
            let document = try ScanDocument(image, advisories: file, suppressions: suppressions, version: "1")
            #expect(document.suppressed.count == 5 && document.open.count == 1)
            let bytes = try OpenVEXDocument.encode(
                document,
                of: image,
                suppressions: suppressions,
                author: "t",
                day: "2026-01-01"
            )
            let read = try VEXDocument(bytes, name: "ours")
            #expect(read.problems == [])
            let back = try ScanDocument(
                image,
                advisories: file,
                suppressions: Suppressions(documents: [read], today: "2026-01-01"),
                version: "1"
            )
            #expect(back.suppressed.map(\.key) == document.suppressed.map(\.key))
            #expect(back.suppressed.allSatisfy { $0.suppression?.justification == "component_not_present" })
            // It speaks of this image alone.
            var other = image
            other.digest = Digest("sha256:" + String(repeating: "ef", count: 32))
            other.imageID = nil
            let elsewhere = try ScanDocument(
                other,
                advisories: file,
                suppressions: Suppressions(documents: [read], today: "2026-01-01"),
                version: "1"
            )
            #expect(elsewhere.suppressed.isEmpty)
        }
    }

    @Test func `an accepted risk is no threshold's matter, and affected to others`() throws {
        try withAdvisories(["a"]) { file in
            let image = scanned(["a"])
            let suppressions = try exceptions(["CVE-2024-1000"], justification: nil)
            let document = try ScanDocument(image, advisories: file, suppressions: suppressions, version: "1")
            #expect(document.count(from: .unknown) == 0 && document.vulnerabilities.count == 1)
            #expect(document.table().hasSuffix("1 package; 0 vulnerabilities; 1 suppressed\n"))
            #expect(document.table(showsSuppressed: true).contains("why <CVE-2024-1000>"))
            let text = String(
                decoding: try OpenVEXDocument.encode(
                    document,
                    of: image,
                    suppressions: suppressions,
                    author: "t",
                    day: "2026-01-01"
                ),
                as: UTF8.self
            )
            #expect(text.contains(#""status" : "affected""#) && text.contains("why <CVE-2024-1000>"))
            let json = String(decoding: try document.json(), as: UTF8.self)
            for key in ["kind", "status", "justification", "reason", "source", "author", "expires"] {
                #expect(json.contains("\"\(key)\" : "), "\(key)")
            }
        }
    }
}
