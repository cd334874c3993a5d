import Foundation
import ScanModel
import Testing

@testable import SBOM

@Suite struct `Written documents` {
    private func text(_ bill: BillOfMaterials, _ format: SBOMFormat) -> String {
        String(decoding: bill.encode(as: format), as: UTF8.self)
    }

    private func object(_ bill: BillOfMaterials, _ format: SBOMFormat) throws -> [String: Any] {
        let parsed = try JSONSerialization.jsonObject(with: Data(bill.encode(as: format)))
        return try #require(parsed as? [String: Any])
    }

    @Test func `CycloneDX has an entry for each package with its licences, evidence and place`() throws {
        let document = try object(SampleBill.plain, .cyclonedxJSON)
        let components = try #require(document["components"] as? [[String: Any]])
        let libc = try #require(components.first { $0["name"] as? String == "libc6" })
        #expect(libc["purl"] as? String == "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc")
        #expect(libc["cpe"] as? String == "cpe:2.3:a:gnu:glibc:2.36-9:*:*:*:*:*:*:*")
        let licenses = try #require(libc["licenses"] as? [[String: [String: String]]])
        #expect(
            licenses.map { $0["license"]?["id"] ?? $0["license"]?["name"] } == [
                "GPL-2.0-or-later", "LGPL-2.1-or-later", "custom",
            ]
        )
        let properties = try #require(libc["properties"] as? [[String: String]])
        func values(_ name: String) -> [String] { properties.filter { $0["name"] == name }.compactMap { $0["value"] } }
        #expect(values("tallyman:layer") == ["\(SampleBill.digest("c"))"])
        #expect(values("tallyman:license") == ["GPL-2+", "LGPL-2.1-or-later", "custom"])
        #expect(values("tallyman:path") == ["/var/lib/dpkg/status"])
        let evidence = try #require(libc["evidence"] as? [String: [[String: String]]])
        #expect(evidence["occurrences"] == [["location": "/var/lib/dpkg/status"]])
        #expect(components.filter { $0["type"] as? String == "operating-system" }.count == 1)
        let npm = try #require(components.first { $0["name"] as? String == "@babel/core" })
        #expect((npm["licenses"] as? [[String: String]])?.first?["expression"] == "MIT OR Apache-2.0")
    }

    @Test func `CycloneDX lists vulnerabilities by the components they touch, with what ends them`() throws {
        let document = try object(SampleBill.plain, .cyclonedxJSON)
        let flaw = try #require((document["vulnerabilities"] as? [[String: Any]])?.first)
        let affects = try #require((flaw["affects"] as? [[String: Any]])?.first)
        let refs = (document["components"] as? [[String: Any]])?.compactMap { $0["bom-ref"] as? String } ?? []
        #expect(refs.contains(affects["ref"] as? String ?? ""))
        #expect((affects["versions"] as? [[String: String]])?.map { $0["status"] } == ["affected", "unaffected"])
        let ratings = try #require(flaw["ratings"] as? [[String: Any]])
        #expect(ratings.first?["severity"] as? String == "info")
        #expect(ratings.last?["method"] as? String == "CVSSv31")
    }

    @Test func `CycloneDX says of suppressed flaws what was decided, in its own words`() throws {
        let document = try object(SampleBill.plain, .cyclonedxJSON)
        let flaws = try #require(document["vulnerabilities"] as? [[String: Any]])
        let analyses = flaws.map { $0["analysis"] as? [String: Any] ?? [:] }
        #expect(
            analyses.map { $0["state"] as? String } == [nil, "exploitable", "resolved", "not_affected"],
            "in the order of their identifiers"
        )
        #expect(analyses.last?["justification"] as? String == "code_not_reachable")
        #expect(analyses[1]["response"] as? [String] == ["will_not_fix"])
        let detail = "because <so>; stated by jane in doc; until 2026-01-31"
        #expect(analyses.dropFirst().allSatisfy { $0["detail"] as? String == detail })
        let xml = String(decoding: SampleBill.plain.encode(as: .cyclonedxXML), as: UTF8.self)
        #expect(xml.ranges(of: "<analysis>").count == 3 && xml.contains("<response>will_not_fix</response>"))
        var other = SampleBill.plain
        other.vulnerabilities[1].suppression?.reason = "another"
        #expect(try object(other, .cyclonedxJSON)["serialNumber"] as? String != document["serialNumber"] as? String)
    }

    @Test func `two packages of one purl have references of their own`() throws {
        var bill = SampleBill.plain
        let twin = Package(type: .npm, name: "left-pad", version: "1")
        bill.components = [
            SampleBill.component(twin, paths: ["/a"]), SampleBill.component(twin, layer: 1, paths: ["/b"]),
        ]
        let components = DocumentDescription(bill).components
        #expect(components.map(\.ref) == ["pkg:npm/left-pad@1", "pkg:npm/left-pad@1#2"])
        #expect(Set(components.map(\.spdxID)).count == 2)
    }

    @Test func `SPDX defines each licence that its list does not have, and says when nothing is known`() throws {
        let document = try object(SampleBill.plain, .spdxJSON)
        let packages = try #require(document["packages"] as? [[String: Any]])
        func declared(_ name: String) -> String? {
            packages.first { $0["name"] as? String == name }?["licenseDeclared"] as? String
        }
        let infos = try #require(document["hasExtractedLicensingInfos"] as? [[String: String]])
        let custom = try #require(infos.first { $0["extractedText"] == "custom" }?["licenseId"])
        #expect(declared("libc6") == "GPL-2.0-or-later AND LGPL-2.1-or-later AND \(custom)")
        #expect(declared("serde") == "NOASSERTION")
        #expect(infos.contains { $0["licenseId"] == "LicenseRef-x" })
        #expect((document["creationInfo"] as? [String: Any])?["created"] as? String == "2024-01-02T03:04:05Z")
    }

    @Test func `without a date of the image, SPDX has the beginning of time and CycloneDX none`() {
        var bill = SampleBill.plain
        bill.created = nil
        #expect(text(bill, .spdxTagValue).contains("\nCreated: 1970-01-01T00:00:00Z\n"))
        #expect(!text(bill, .cyclonedxJSON).contains("timestamp"))
        #expect(!text(bill, .cyclonedxXML).contains("timestamp"))
    }

    @Test(arguments: ["NONE", "NOASSERTION", "<text>a", "Person: a", "Tool: a", " a ", "a\tb"])
    func `a name that a format takes for something else is read back as it was`(name: String) throws {
        var bill = SampleBill.plain
        bill.components = [SampleBill.component(Package(type: .npm, name: name, version: name))]
        for format in SBOMFormat.allCases {
            #expect(try BillOfMaterials.read(bill.encode(as: format), source: "x").components == bill.components)
        }
    }

    @Test func `a name cannot break out of its place`() throws {
        let name = "a\nRelationship: x DESCRIBES y\u{2028}</text></name>\"]}\u{1}\u{0}"
        var bill = SampleBill.plain
        bill.components = [SampleBill.component(Package(type: .npm, name: name, version: "1\r\n2"))]
        for format in SBOMFormat.allCases {
            let back = try BillOfMaterials.read(bill.encode(as: format), source: "x")
            #expect(back.components.count == 1)
        }
        let tagged = text(bill, .spdxTagValue).split(separator: "\n")
        #expect(!tagged.contains { $0.hasPrefix("Relationship: x") })
        #expect(!text(bill, .cyclonedxXML).unicodeScalars.contains { $0.value < 9 })
    }
}
