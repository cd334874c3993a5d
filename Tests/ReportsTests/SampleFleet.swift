import ScanModel
import TallymanTesting

@testable import Reports

/// A fleet with something in every part of the report, its arrays in an order that a seed decides.
enum SampleFleet {
    static func report(seed: UInt64, images: Int = 60) -> FleetReport {
        var random = SeededRandom(seed: seed)
        return FleetReport(
            advisories: [
                ProviderBuild(provider: "debian", build: "2026-01-30T04:10Z", records: 181_220),
                ProviderBuild(provider: "alpine", build: "2026-01-30T03:55Z", records: 22_871),
                ProviderBuild(provider: "github", build: "2026-01-30T05:01Z", records: 25_003),
            ].shuffled(using: &random),
            totals: FleetTotals(
                images: images + 3,
                covered: images,
                unsupported: 1,
                failed: 1,
                gone: 1,
                distinctLayers: 412,
                distinctPackages: 9_873,
                vulnerabilities: 40,
                findings: 18_432,
                bySeverity: SeverityCounts(
                    critical: 212,
                    high: 2_931,
                    medium: 9_120,
                    low: 4_800,
                    negligible: 1_300,
                    unknown: 69
                ),
                fixable: 12_007,
                kev: 31
            ),
            images: (0..<images).map(image).shuffled(using: &random),
            vulnerabilities: (0..<40).map(vulnerability).map { row in
                var row = row
                row.packages.shuffle(using: &random)
                row.aliases.shuffle(using: &random)
                return row
            }.shuffled(using: &random),
            packages: (0..<20).map(package).shuffled(using: &random),
            coverage: [
                CoverageRow(layer: digest(7), path: "opt/app.jar", reason: "nested deeper than 8 archives", images: 12),
                CoverageRow(layer: digest(7), path: "opt/other.jar", reason: "not a zip archive", images: 12),
                CoverageRow(layer: digest(9), reason: "unknown media type", images: 1),
            ].shuffled(using: &random),
            failures: [
                FailureRow(image: "r.example/win/base:ltsc", state: .unsupported, reason: "windows/amd64"),
                FailureRow(image: "r.example/team/broken:1", state: .failed, reason: "layer digest mismatch"),
                FailureRow(image: "r.example/team/old:0.1", state: .gone, reason: "manifest unknown (404)"),
            ].shuffled(using: &random),
            distros: [
                DistroRow(
                    distro: "debian-12",
                    images: 30,
                    findings: SeverityCounts(critical: 120, high: 1_400, medium: 4_000)
                ),
                DistroRow(
                    distro: "alpine-3.19",
                    images: 20,
                    findings: SeverityCounts(critical: 9, high: 120, medium: 300)
                ),
                DistroRow(
                    distro: "rhel-9.4",
                    images: 7,
                    findings: SeverityCounts(critical: 83, high: 1_411, low: 4_800)
                ),
                DistroRow(distro: "", images: 3),
            ].shuffled(using: &random),
            delta: FleetDelta(
                since: "2026-01-29",
                new: (0..<6).map(change).shuffled(using: &random),
                fixed: (6..<20).map(change).shuffled(using: &random),
                gone: (20..<22).map(change).shuffled(using: &random),
                stillOpen: (22..<60).map(change).shuffled(using: &random),
                reopened: [change(61)]
            )
        )
    }

    static let run = RunSummary(
        run: "2026-01-30.1",
        state: "done",
        started: "2026-01-30T05:10:00Z",
        seconds: 1_234.5,
        images: .init(found: 63, analysed: 20, reused: 40, unsupported: 1, failed: 1, gone: 1),
        layers: .init(distinct: 412, analysed: 100, reused: 311, failed: 1),
        bytes: .init(fetched: 8_123_456_789, avoided: 91_123_456_789),
        workers: 4,
        advisories: [ProviderBuild(provider: "debian", build: "2026-01-30T04:10Z", records: 181_220)]
    )

    static func digest(_ number: Int) -> String {
        let hex = String(UInt64(number &+ 1) &* 0x9E37_79B9_7F4A_7C15, radix: 16)
        return "sha256:" + hex + String(repeating: "0", count: 64 - hex.count)
    }

    static func image(_ number: Int) -> ImageRow {
        ImageRow(
            registry: "registry.example.com",
            repository: "team-\(number % 7)/service-\(number)",
            tag: "1.\(number)",
            digest: digest(number),
            platform: number % 5 == 0 ? "linux/arm64/v8" : "linux/amd64",
            distro: number % 3 == 0 ? "alpine-3.19" : "debian-12",
            state: number % 2 == 0 ? .reused : .analysed,
            packages: 80 + number * 3,
            severities: SeverityCounts(
                critical: number % 6,
                high: number % 17,
                medium: number * 2,
                low: 5,
                negligible: 4
            ),
            fixable: number * 2,
            kev: number % 11 == 0 ? 1 : 0,
            coverageGaps: number % 13 == 0 ? 2 : 0
        )
    }

    static func vulnerability(_ number: Int) -> VulnerabilityRow {
        VulnerabilityRow(
            id: "CVE-2025-\(1000 + number)",
            aliases: number % 3 == 0 ? ["GHSA-aaaa-bbbb-cc\(10 + number)", "DSA-\(5000 + number)-1"] : [],
            severity: Severity.worstFirst[number % 4],
            cvssScore: Double(number % 100) / 10 + 0.1,
            epss: number % 4 == 0 ? nil : Double(number) / 41,
            kev: number % 13 == 0,
            fixState: number % 2 == 0 ? .fixed : .notFixed,
            packages: (0...(number % 8)).map {
                AffectedPackage(
                    type: .deb,
                    name: "libpackage\($0)",
                    version: "1.\($0)-2+deb12u\(number)",
                    fixedVersions: number % 2 == 0 ? ["1.\($0)-2+deb12u\(number + 1)"] : []
                )
            },
            imageCount: 60 - number,
            summary: "A length is used before it is checked, so that a crafted file overwrites memory.",
            firstSeen: "2026-01-\(10 + number % 20)"
        )
    }

    static func package(_ number: Int) -> PackageRow {
        PackageRow(
            type: number % 2 == 0 ? .deb : .npm,
            name: "package-\(number)",
            version: "\(number).4.2",
            imageCount: 50 - number,
            severities: SeverityCounts(critical: number / 4, high: number, medium: 3)
        )
    }

    static func change(_ number: Int) -> DeltaRow {
        DeltaRow(
            id: "CVE-2026-\(2000 + number)",
            severity: Severity.worstFirst[number % 5],
            kev: number % 30 == 0,
            epss: Double(number) / 100,
            type: .python,
            package: "requests",
            version: "2.\(number).0",
            fixedVersions: number % 2 == 0 ? ["2.\(number).1"] : [],
            imageCount: number + 1,
            firstSeen: "2026-01-30"
        )
    }
}

/// The text of a rendered file, empty where there is no such file.
func text(_ name: String, in files: [NightlyReport.File]) -> String {
    files.first { $0.name == name }.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
}
