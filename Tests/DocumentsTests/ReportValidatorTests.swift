import Foundation
import ScanModel
import TallymanTesting
import Testing

@testable import Documents

/// The script that checks the reports with the schemas of their readers.
private enum ReportValidators {
    static let script = OpsScript("validate-reports")
    static let areInstalled = script.isInstalled
}

@Suite(.enabled(if: ReportValidators.areInstalled, "no schemas: run ops/validate-reports --install"))
struct `Report validators` {
    /// Documents of hostile names: some findings each, in packages that are there or not, with gaps and without advisories.
    private func documents() -> [ScanDocument] {
        var random = SeededRandom(seed: 11)
        return (0..<12).map { _ in
            let names = (0..<20).map { _ in HostileText.random(&random) }
            let findings = names.map { name in
                SampleScan.finding(
                    random.oneIn(2) ? name : "CVE-2024-\(random.below(30))",
                    Severity.allCases[random.below(Severity.allCases.count)],
                    package: name,
                    version: names[random.below(names.count)],
                    score: random.oneIn(2) ? Double(random.below(101)) / 10 : nil,
                    summary: names[random.below(names.count)],
                    aliases: Array(names.prefix(random.below(3))),
                    suppression: random.oneIn(4) ? SampleScan.suppression : nil
                )
            }
            let packages = findings.prefix(15).map { row in
                SampleScan.package(row.package.name, version: row.package.version, paths: [row.package.name, "/x"])
            }
            return SampleScan.document(
                findings,
                packages: packages,
                reference: random.oneIn(2) ? names[0] : nil,
                distro: random.oneIn(2)
                    ? .init(id: "", versionID: "", name: names[1], endOfLife: "2020-01-01", support: []) : nil,
                coverage: names.map { .init(layer: SampleScan.layer, path: $0, reason: $0) },
                isMatched: !random.oneIn(4)
            )
        }
    }

    @Test func `accept every report, of hostile names too`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tallyman-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // what stays behind is in the temporary folder
        var paths: [String] = []
        for (index, document) in documents().enumerated() {
            for (ending, bytes) in [
                ("sarif", try document.sarif()), ("xml", document.junit(failOn: .medium)),
                ("json", try document.gitLabReport(asOf: "2026-11-25T21:11:03Z")),
            ] {
                let file = folder.appendingPathComponent("\(index).\(ending)")
                try Data(bytes).write(to: file)
                paths.append(file.path)
            }
        }
        let (status, output) = try ReportValidators.script.run(paths)
        let complaints = output.split(separator: "\n").filter { !$0.hasSuffix(": valid") }
        #expect(status == 0, "\(complaints.prefix(10).joined(separator: "\n"))")
    }
}
