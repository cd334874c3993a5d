import ScanModel
import Testing

@testable import Reports

@Suite struct LicenseReportTests {
    private let holder = LicensedPackage(
        type: .npm,
        package: "a",
        version: "1",
        declared: ["MIT", "x; y"],
        imageCount: 3,
        images: ["r/b:1", "r/a:1"]
    )

    private func lines(_ report: LicenseReport, _ format: QueryFormat) throws -> [Substring] {
        String(decoding: try report.rendered(as: format), as: UTF8.self).split(whereSeparator: \.isNewline)
    }

    @Test("all licences come with their numbers, in order")
    func counts() throws {
        let report = LicenseReport(licenses: [
            LicenseRow(license: "MIT", packages: 2, images: 1), LicenseRow(license: "0BSD", packages: 1, images: 1200),
        ])
        #expect(try lines(report, .csv) == ["license,packages,images", "0BSD,1,1200", "MIT,2,1"])
        #expect(
            try lines(report, .table).suffix(3) == [
                "LICENCE  PACKAGES  IMAGES", "0BSD            1   1,200", "MIT             2       1",
            ]
        )
    }

    @Test("a licence that was asked for comes with its packages and images, and how many more there are")
    func holders() throws {
        let report = LicenseReport(
            question: "mit",
            licenses: [LicenseRow(license: "MIT", packages: 1, images: 3, holders: [holder])]
        )
        #expect(
            try lines(report, .csv) == [
                "license,type,package,version,declared,image", "MIT,npm,a,1,MIT; x; y,r/a:1",
                "MIT,npm,a,1,MIT; x; y,r/b:1", "MIT,npm,a,1,MIT; x; y,and 1 more image",
            ]
        )
        #expect(try lines(report, .json).contains { $0.contains("\"imageCount\"") })
    }

    @Test(
        "a family is meant by the beginning of its names, up to a border",
        arguments: [
            ("agpl", "AGPL-3.0-only", true), ("gpl", "AGPL-3.0-only", false), ("GPL-2.0", "GPL-2.0-only", true),
            ("gpl-2", "GPL-2.0-only", false), ("mit", "MIT", true), ("mit", "MITNFA", false), ("", "MIT", false),
            ("GPL-2.0-only", "GPL-2.0-only WITH Classpath-exception-2.0", true), ("apache-2.0", "Apache-2.0+", true),
        ]
    )
    func families(question: String, name: String, isMeant: Bool) {
        #expect(LicenseQuestion(question).matches(name) == isMeant)
    }
}
