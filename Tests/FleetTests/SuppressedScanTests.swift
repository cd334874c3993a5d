import Foundation
import Testing

/// `tallyman scan` with VEX documents and exceptions, as a user runs it.
@Suite("A scan with suppression", .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint))
struct SuppressedScanTests {
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
        let record = { (id: String, name: String, impact: String) in
            """
            {"schema_version":"1.6.0","id":"\(id)","modified":"2024-01-01T00:00:00Z","severity":[{"type":"CVSS_V3",
            "score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/\(impact)"}],
            "affected":[{"package":{"ecosystem":"PyPI","name":"\(name)"},
            "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"9"}]}]}]}
            """
        }
        _ = try folder.write(record("CVE-2024-1", "flask", "C:H/I:H/A:H"), to: "CVE-2024-1.json")
        _ = try folder.write(record("CVE-2024-2", "jinja2", "C:H/I:H/A:H"), to: "CVE-2024-2.json")
        _ = try folder.write(record("CVE-2024-3", "click", "C:L/I:N/A:N"), to: "CVE-2024-3.json")
        _ = try folder.write("pkg:pypi/flask@2.0\npkg:pypi/jinja2@3.0\npkg:pypi/click@8.0\n", to: "purls")
    }

    private static func openVEX(_ statements: String, id: String = "doc-1") -> String {
        """
        {"@context":"https://openvex.dev/ns/v0.2.0","@id":"\(id)","author":"Vendor",
         "timestamp":"2024-01-01T00:00:00Z","version":1,"statements":[\(statements)]}
        """
    }

    private func scan(_ arguments: String...) async throws -> ProgramRun {
        if !FileManager.default.fileExists(atPath: folder.url.appending(path: "a.sqlite").path) {
            let imported = try await ProgramRun(
                ["advisories", "import"] + (1...3).map { "CVE-2024-\($0).json" } + ["--advisories", "a.sqlite"],
                in: folder
            )
            #expect(imported.status == 0, "\(imported.errors)")
            #expect(imported.errors.contains("a.sqlite is for scans without a server; --fleet takes"))
        }
        return try await ProgramRun(["scan", "purls:purls", "--advisories", "a.sqlite"] + arguments, in: folder)
    }

    /// The suppressions of a scan by flaw: `status kind source`.
    private func suppressions(_ run: ProgramRun) throws -> [String: String] {
        let rows = try #require(try run.object()["vulnerabilities"] as? [[String: Any]])
        return Dictionary(
            uniqueKeysWithValues: rows.map { row in
                let suppression = row["suppression"] as? [String: Any]
                let parts = ["status", "kind", "source"].compactMap { suppression?[$0] as? String }
                return (row["id"] as? String ?? "", parts.joined(separator: " "))
            }
        )
    }

    @Test("marks what VEX and exceptions answer, takes nothing away, and judges the threshold by the rest")
    func marks() async throws {
        _ = try folder.write(
            Self.openVEX(
                """
                {"vulnerability":{"name":"CVE-2024-1"},"products":[{"@id":"pkg:pypi/flask@2.0"}],
                 "status":"not_affected","justification":"vulnerable_code_not_present"}
                """
            ),
            to: "vex.json"
        )
        _ = try folder.write(
            """
            exceptions:
              - {id: CVE-2024-2, package: Jinja2, reason: behind a gateway, author: jane, expires: 2026-01-31}
            """,
            to: "exceptions.yaml"
        )
        let all = ["--vex", "vex.json", "--exceptions", "exceptions.yaml"]
        #expect(try await scan("--fail-on", "high").status == 1)
        #expect(try await scan(all[0], all[1], "--fail-on", "high", "--as-of", "2026-01-31").status == 1)
        let both = try await scan(all[0], all[1], all[2], all[3], "--fail-on", "high", "--as-of", "2026-01-31")
        #expect(both.status == 0, "\(both.errors)")
        #expect(both.output.contains("1 vulnerability (1 medium); 1 with a fix; 2 suppressed"))
        #expect(!both.output.contains("CVE-2024-1"))
        let shown = try await scan(all[0], all[1], all[2], all[3], "--show-suppressed", "--as-of", "2026-01-31")
        #expect(shown.output.contains("behind a gateway") && shown.output.contains("vulnerable_code_not_present"))
        let json = try await scan(all[0], all[1], all[2], all[3], "-o", "json", "--as-of", "2026-01-31")
        #expect(
            try suppressions(json) == [
                "CVE-2024-1": "not_affected vex doc-1", "CVE-2024-2": "accepted exception exceptions.yaml",
                "CVE-2024-3": "",
            ]
        )
        let late = try await scan(all[0], all[1], all[2], all[3], "--fail-on", "high", "--as-of", "2026-02-01")
        #expect(late.status == 1 && late.errors.contains("CVE-2024-2 ended on 2026-01-31"))
        let bill = try await scan(all[0], all[1], all[2], all[3], "-o", "cyclonedx-json", "--as-of", "2026-01-31")
        let flaws = try #require(try bill.object()["vulnerabilities"] as? [[String: Any]])
        let states = flaws.map { ($0["analysis"] as? [String: Any])?["state"] as? String }
        #expect(states == ["not_affected", "exploitable", nil])
    }

    @Test("takes the latest of several statements, and those that call it affected suppress nothing")
    func latest() async throws {
        func statement(_ status: String, _ time: String) -> String {
            """
            {"vulnerability":{"name":"CVE-2024-1"},"timestamp":"\(time)","products":[{"@id":"pkg:pypi/flask"}],
             "status":"\(status)"}
            """
        }
        _ = try folder.write(Self.openVEX(statement("fixed", "2024-02-01T00:00:00Z")), to: "vex/a.json")
        _ = try folder.write(Self.openVEX(statement("affected", "2024-03-01T00:00:00Z"), id: "2"), to: "vex/b/b.json")
        _ = try folder.write("{}", to: "vex/package.json")
        let folderRun = try await scan("--vex", "vex", "-o", "json")
        #expect(try suppressions(folderRun)["CVE-2024-1"] == "" && folderRun.errors.contains("package.json"))
        #expect(
            try suppressions(try await scan("--vex", "vex/a.json", "-o", "json"))["CVE-2024-1"] == "fixed vex doc-1"
        )
        _ = try folder.write(Self.openVEX(statement("fixed", "2024-03-01T02:00:00+01:00"), id: "3"), to: "vex/c.json")
        #expect(
            try suppressions(try await scan("--vex", "vex", "-o", "json"))["CVE-2024-1"] == "fixed vex 3"
        )
    }

    @Test("written as OpenVEX and read back, suppresses what VEX suppressed")
    func roundTrip() async throws {
        _ = try folder.write(
            Self.openVEX(
                """
                {"vulnerability":{"name":"CVE-2024-1"},"products":[{"@id":"pkg:pypi/flask"}],
                 "status":"not_affected","justification":"vulnerable_code_not_present","impact_statement":"not built"}
                """
            ),
            to: "vex.json"
        )
        _ = try folder.write(
            #"{"exceptions":[{"id":"CVE-2024-2","reason":"r","justification":"inline_mitigations_already_exist"}]}"#,
            to: "exceptions.json"
        )
        let written = try await scan(
            "--vex",
            "vex.json",
            "--exceptions",
            "exceptions.json",
            "--as-of",
            "2025-01-01",
            "-o",
            "openvex"
        )
        let statements = try #require(try written.object()["statements"] as? [[String: Any]])
        #expect(
            statements.compactMap { $0["status"] as? String } == [
                "not_affected", "not_affected", "under_investigation",
            ]
        )
        _ = try folder.write(written.output, to: "ours.json")
        let back = try suppressions(try await scan("--vex", "ours.json", "-o", "json"))
        #expect(back.filter { $0.value.hasPrefix("not_affected vex") }.keys.sorted() == ["CVE-2024-1", "CVE-2024-2"])
        let again = try await scan("--vex", "ours.json", "-o", "openvex", "--as-of", "2025-01-01")
        #expect(again.output == written.output)
    }

    @Test(
        "refuses what is no VEX document with exit code 65",
        arguments: [
            ("empty", ""), ("text", "hello"), ("deep", String(repeating: "[", count: 1_000_000)), ("other", "{}"),
            ("cut", String(openVEX("").dropLast(2))), ("binary", "\u{0}\u{1}\u{2}"),
        ]
    )
    func hostile(name: String, text: String) async throws {
        _ = try folder.write(text, to: "bad.json")
        let run = try await scan("--vex", "bad.json")
        #expect(run.status == 65 && run.errors.contains("bad.json") && run.output.isEmpty, "\(run.errors)")
        _ = try folder.write(text, to: "bad/bad.json")
        #expect(try await scan("--vex", "bad").status == 65)
    }

    @Test("refuses an endless file, a missing one, and exceptions that are none")
    func unusable() async throws {
        #expect(try await scan("--vex", "/dev/zero").status == 65)
        #expect(try await scan("--exceptions", "/dev/zero").status == 65)
        #expect(try await scan("--vex", "missing.json").status == 65)
        #expect(try await scan("--as-of", "2025-02-30").status == 64)
        _ = try folder.write("exceptions: 3", to: "exceptions.yaml")
        #expect(try await scan("--exceptions", "exceptions.yaml").status == 65)
        _ = try folder.write("exceptions:\n  - {id: CVE-2024-1, reason: r, pakage: x}\n", to: "exceptions.yaml")
        let misspelt = try await scan("--exceptions", "exceptions.yaml", "-o", "json")
        #expect(misspelt.status == 0 && misspelt.errors.contains("pakage"))
        #expect(try suppressions(misspelt)["CVE-2024-1"] == "")
    }
}
