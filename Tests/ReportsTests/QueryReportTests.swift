import Foundation
import ScanModel
import Testing

@testable import Reports

@Suite struct QueryReportTests {
    static let vulnerability = VulnerabilityReport(
        id: "CVE-2025-1",
        aliases: ["GHSA-x"],
        severity: .critical,
        cvssScore: 9.8,
        cvssVector: "CVSS:3.1/AV:N",
        epss: 0.9753,
        kev: true,
        published: "2025-01-02",
        summary: "Bad\u{1B}[2J",
        providers: ["nvd", "debian"],
        affected: [
            AffectedImage(
                image: "r/b:1",
                digest: "sha256:bb",
                type: .deb,
                package: "openssl",
                version: "3.0-1",
                fixedVersions: ["3.0-2"],
                layer: SampleFleet.digest(1),
                firstSeen: "2026-01-01"
            ),
            AffectedImage(image: "r/a:1", type: .deb, package: "openssl", version: "3.0-1"),
        ],
        advisories: [ProviderBuild(provider: "debian", build: "b1", records: 1)]
    )

    static let package = PackageReport(
        name: "openssl",
        versions: [
            PackageVersion(
                type: .deb,
                version: "3.0-1",
                severities: SeverityCounts(high: 2, low: 1),
                images: [PackageHolder(image: "r/b:1"), PackageHolder(image: "r/a:1", distro: "debian-12")]
            ),
            PackageVersion(type: .apk, version: "3.1-r0", images: [PackageHolder(image: "r/c:1")]),
        ]
    )

    static let image = ImageReport(
        image: "r/a:1",
        digest: SampleFleet.digest(3),
        platform: "linux/amd64",
        distro: "debian-12",
        packages: 214,
        findings: [
            ImageFinding(id: "CVE-2", severity: .low, epss: 0.2, type: .deb, package: "zlib", version: "1"),
            ImageFinding(
                id: "CVE-1",
                severity: .medium,
                cvssScore: 5.5,
                kev: true,
                type: .deb,
                package: "openssl",
                version: "3.0-1",
                fixState: .fixed,
                fixedVersions: ["3.0-2"]
            ),
        ],
        coverage: [ImageGap(layer: SampleFleet.digest(4), path: "a.jar", reason: "too deep")],
        layers: [ImageLayer(digest: SampleFleet.digest(4), bytes: 30_000_000, packages: 88, findings: 2, images: 40)]
    )

    @Test("a vulnerability's images come in order, with the fix and the layer")
    func vulnerabilityTable() throws {
        let table = String(decoding: try Self.vulnerability.rendered(as: .table), as: UTF8.self)
        #expect(
            table == """
                Vulnerability    CVE-2025-1
                Aliases          GHSA-x
                Severity         critical
                CVSS             9.8  CVSS:3.1/AV:N
                EPSS             97.5%
                Known exploited  yes (CISA KEV)
                Published        2025-01-02
                Summary          Bad\u{FFFD}[2J
                Providers        debian, nvd
                Advisories       debian b1
                Affects          2 images

                IMAGE  PACKAGE  VERSION  FIXED IN  LAYER         FIRST SEEN
                r/a:1  openssl  3.0-1
                r/b:1  openssl  3.0-1    3.0-2     \(shortDigest(SampleFleet.digest(1)))  2026-01-01

                """
        )
    }

    @Test("a package's versions come with who holds them")
    func packageTable() throws {
        let table = String(decoding: try Self.package.rendered(as: .table), as: UTF8.self)
        #expect(
            table == """
                Package   openssl
                Versions  2
                Images    3

                TYPE  VERSION  VULNERABILITIES  WORST  IMAGE  DISTRO     LAYER  LICENCES
                apk   3.1-r0                 0         r/c:1
                deb   3.0-1                  3  high   r/a:1  debian-12
                deb   3.0-1                  3  high   r/b:1

                """
        )
    }

    @Test("an image's findings come most pressing first, then its layers and gaps")
    func imageTable() throws {
        let table = String(decoding: try Self.image.rendered(as: .table), as: UTF8.self)
        let first = try #require(table.range(of: "CVE-1"))
        let second = try #require(table.range(of: "CVE-2"))
        #expect(first.lowerBound < second.lowerBound)
        #expect(table.contains("Findings    1 medium, 1 low"))
        #expect(table.contains("Advisories  none: nothing was matched"))
        #expect(table.contains("28.6 MiB"))
        #expect(table.contains("NOT COVERED"))
        #expect(!table.contains(" \n"))
    }

    @Test("every format gives the same bytes for the same facts in another order")
    func deterministic() throws {
        var vulnerability = Self.vulnerability
        vulnerability.affected.reverse()
        vulnerability.providers.reverse()
        var package = Self.package
        package.versions.reverse()
        var image = Self.image
        image.findings.reverse()
        for format in QueryFormat.allCases {
            #expect(try vulnerability.rendered(as: format) == Self.vulnerability.rendered(as: format))
            #expect(try package.rendered(as: format) == Self.package.rendered(as: format))
            #expect(try image.rendered(as: format) == Self.image.rendered(as: format))
        }
    }

    @Test("CSV has a line for each row under the header")
    func csv() throws {
        let lines = String(decoding: try Self.image.rendered(as: .csv), as: UTF8.self).split(separator: "\r\n")
        #expect(lines.count == 3)
        #expect(lines.first.map(String.init) == (FindingsCSV.columns + ["licenses"]).joined(separator: ","))
        #expect(
            String(decoding: try Self.package.rendered(as: .csv), as: UTF8.self).split(separator: "\r\n").count == 4
        )
    }

    @Test("an answer without rows is still an answer", arguments: QueryFormat.allCases)
    func empty(format: QueryFormat) throws {
        #expect(try !VulnerabilityReport(id: "CVE-9").rendered(as: format).isEmpty)
        #expect(try !PackageReport(name: "none").rendered(as: format).isEmpty)
        #expect(try !ImageReport(image: "r/x:1", digest: "").rendered(as: format).isEmpty)
    }
}
