import Bytes
import Foundation
import ScanModel
import TallymanTesting
import Testing
import Zip

@testable import Advisories

struct CVSSTests {
    /// Files of the published test vectors, each line `vector - (base, …)` or `vector - score`.
    static let lists = [
        "vectors_calculator2", "vectors_cvsslib2", "vectors_simple2", "vectors_calculator3", "vectors_cvsslib3",
        "vectors_simple3", "vectors_simple31", "vectors_security4", "vectors_simple4", "vectors_supplemental4",
        "vectors_threat4",
    ]

    @Test(
        "Every published vector has its published base score",
        .enabled(if: SharedFixtures.feeds != nil, "\(SharedFixtures.missing)"),
        arguments: lists
    )
    func publishedVectors(list: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: SharedFixtures.feed("cvss/vectors.zip")))
        let archive = try ZipArchive(FileBytes(Array(data)))
        let entry = try #require(archive.entries.first { $0.name == list })
        let text = String(decoding: try archive.contents(of: entry, maxBytes: 1 << 20), as: UTF8.self)
        var checked = 0
        for line in text.split(separator: "\n") {
            let sides = line.components(separatedBy: " - ")
            guard sides.count == 2 else { continue }
            let number = sides[1].trimmingCharacters(in: CharacterSet(charactersIn: "() ")).prefix { $0 != "," }
            let expected = try #require(Double(number))
            #expect(CVSS.parse(sides[0])?.score == abs(expected), "\(line)")
            checked += 1
        }
        #expect(checked > 1)
    }

    @Test(
        "The rating follows the score",
        arguments: [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Severity.critical),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", .high),
            ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H", .medium),
            ("CVSS:3.1/AV:L/AC:H/PR:H/UI:N/S:U/C:L/I:N/A:N", .low),
            ("CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:N", .negligible),
            ("AV:N/AC:L/Au:N/C:C/I:C/A:C", .high),
        ]
    )
    func ratings(vector: String, severity: Severity) throws {
        #expect(CVSS.severity(of: try #require(CVSS.parse(vector))) == severity)
    }

    // As NVD states them for CVE-2021-44228, CVE-2014-0160 (3.1) and for a flaw without impact.
    @Test(
        "Sub-scores are those that NVD states, for version 3 alone",
        arguments: [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 3.9, 6.0),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 3.9, 3.6),
            ("CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:N", 1.8, 0.0), ("AV:N/AC:L/Au:N/C:C/I:C/A:C", nil, nil),
        ] as [(String, Double?, Double?)]
    )
    func subscores(vector: String, exploitability: Double?, impact: Double?) throws {
        let scores = CVSS.subscores(of: try #require(CVSS.parse(vector)))
        #expect(scores?.exploitability == exploitability)
        #expect(scores?.impact == impact)
    }

    @Test(
        "What is no vector, lacks a metric or repeats one has no score",
        arguments: [
            "", "/", ":", "CVSS:3.1/", "CVSS:3.1/AV:N", "CVSS:9.9/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:N/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:S/SI:N/SA:N", "7.5", "AV:N/AC:L/Au:N/C:C/I:C",
        ]
    )
    func invalid(vector: String) {
        #expect(CVSS.parse(vector) == nil)
    }
}
