import Advisories
import ScanModel

@testable import Documents

/// Scan documents made by hand.
enum SampleScan {
    static let layer = Digest(sha256: [UInt8](repeating: 0xAB, count: 32))

    /// A finding in `package`; all else as plain as can be.
    static func finding(
        _ id: String,
        _ severity: Severity = .high,
        package: String = "flask",
        version: String = "2.2.2",
        type: PackageType = .python,
        score: Double? = nil,
        epss: Double? = nil,
        kev: Bool = false,
        fix: VulnerabilityEntry.Fix = .init(state: .fixed, versions: ["2.2.5"]),
        summary: String = "",
        aliases: [String] = [],
        suppression: Suppression? = nil
    ) -> VulnerabilityEntry {
        VulnerabilityEntry(
            id: id,
            aliases: aliases,
            severity: severity,
            cvss: score.map { [CVSSVector(version: "3.1", vector: "CVSS:3.1/AV:N", score: $0)] } ?? [],
            epss: epss,
            kev: kev,
            package: .init(purl: purl(package, version, type), type: type, name: package, version: version),
            fix: fix,
            provider: "test",
            layer: layer,
            summary: summary,
            suppression: suppression
        )
    }

    static func package(
        _ name: String = "flask",
        version: String = "2.2.2",
        type: PackageType = .python,
        paths: [String] = ["/usr/lib/flask/METADATA"]
    ) -> ScanDocument.PackageEntry {
        ScanDocument.PackageEntry(
            type: type,
            name: name,
            version: version,
            arch: "",
            purl: purl(name, version, type),
            source: nil,
            licenses: [],
            layer: layer,
            paths: paths,
            ownedBy: nil
        )
    }

    static func document(
        _ findings: [VulnerabilityEntry],
        packages: [ScanDocument.PackageEntry] = [package()],
        reference: String? = "registry.example:5000/team/app:1.4",
        distro: ScanDocument.DistroEntry? = nil,
        coverage: [ScanDocument.Gap] = [],
        isMatched: Bool = true
    ) -> ScanDocument {
        ScanDocument(
            source: reference ?? "dir:/x",
            image: .init(reference: reference, digest: nil, imageID: nil, platform: "linux/amd64", layers: [layer]),
            distro: distro,
            packages: packages,
            vulnerabilities: findings,
            policy: nil,
            coverage: coverage,
            provenance: .init(
                version: "1.0",
                analysisVersion: "a1",
                advisories: isMatched ? [.init(provider: "test", build: "sha256:00", records: 1)] : []
            )
        )
    }

    static let suppression = Suppression(
        kind: .vex,
        status: .notAffected,
        justification: "vulnerable_code_not_present",
        source: "team.vex.json",
        author: "security team"
    )

    private static func purl(_ name: String, _ version: String, _ type: PackageType) -> String {
        "pkg:\(type.rawValue)/\(name)@\(version)"
    }
}
