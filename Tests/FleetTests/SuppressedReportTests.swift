import Foundation
import TallymanTesting
import Testing

extension FleetTests {
    @Suite("Suppression in the fleet", .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint))
    struct SuppressedReportTests {
        private static let tracker = """
            {"curl":{"CVE-2024-1":{"description":"d","releases":{"bookworm":{"status":"resolved","fixed_version":"2.0-1",
            "urgency":"high"}}},"CVE-2024-2":{"description":"d","releases":{"bookworm":{"status":"open",
            "urgency":"low"}}}},"libc6":{"CVE-2024-3":{"description":"d","releases":{"bookworm":{"status":"open",
            "urgency":"medium"}}}}}
            """

        private func withFleet(_ body: (Fleet, TestFolder, FaultRegistry) async throws -> Void) async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            registry.add(TestImage(layers: [TestLayer.debian(["libc6", "curl"])]), as: "team/app", tag: "v1")
            registry.add(TestImage(layers: [TestLayer.debian(["curl", "nano"])]), as: "team/web", tag: "v1")
            let folder = try TestFolder()
            _ = try folder.write(Self.tracker, to: "debian.json")
            try await TestServices.withFleet { fleet in
                try await fleet.withServices(workers: 1) { _ = try await fleet.scan(registry.host) }
                try await succeed(["advisories", "import", "debian.json"], fleet, folder)
                try await body(fleet, folder, registry)
            }
        }

        @discardableResult
        private func succeed(_ arguments: [String], _ fleet: Fleet, _ folder: TestFolder) async throws -> ProgramRun {
            let run = try await ProgramRun(
                arguments + (arguments.contains("--postgres") ? [] : ["--postgres", fleet.postgres]),
                in: folder
            )
            #expect(run.status == 0, "\(arguments): \(run.errors)")
            return run
        }

        /// `report.json`, after a nightly report into `name`.
        private func nightly(
            _ name: String,
            _ fleet: Fleet,
            _ folder: TestFolder,
            _ more: [String] = []
        ) async throws -> [String: Any] {
            try await succeed(["report", "nightly", "--out", name] + more, fleet, folder)
            let object = try JSONSerialization.jsonObject(with: Data(try folder.text("\(name)/report.json").utf8))
            return try #require(object as? [String: Any])
        }

        private func totals(_ report: [String: Any]) -> [Int] {
            let totals = report["totals"] as? [String: Any]
            return ["findings", "suppressed", "vulnerabilities"].map { totals?[$0] as? Int ?? -1 }
        }

        @Test("is counted apart in every report, by image, package and flaw, and ends on its day")
        func reports() async throws {
            try await withFleet { fleet, folder, registry in
                #expect(totals(try await nightly("before", fleet, folder)) == [5, 0, 3])
                let add = ["fleet", "exceptions", "add"]
                try await succeed(
                    add + [
                        "CVE-2024-1", "--package", "curl", "--image", "\(registry.host)/team/app", "--reason", "later",
                    ],
                    fleet,
                    folder
                )
                try await succeed(
                    add + ["CVE-2024-3", "--reason", "no", "--expires", "2099-01-31", "--author", "jane"],
                    fleet,
                    folder
                )
                let report = try await nightly("first", fleet, folder)
                #expect(totals(report) == [3, 2, 2])
                let images = try #require(report["images"] as? [[String: Any]])
                #expect(images.map { $0["suppressed"] as? Int } == [2, 0])
                let flaws = try #require(report["vulnerabilities"] as? [[String: Any]])
                let shown = flaws.map {
                    "\($0["id"] ?? "") \($0["imageCount"] ?? "") \($0["suppressedImageCount"] ?? "")"
                }
                #expect(shown == ["CVE-2024-1 1 1", "CVE-2024-2 2 0", "CVE-2024-3 0 1"])
                let findings = try folder.text("first/findings.csv").split(separator: "\r\n")
                #expect(findings.count == 6 && findings.filter { $0.contains(",accepted,") }.count == 2)
                #expect(try folder.text("first/report.html").contains("Suppressed: accepted: later (fleet)"))

                let late = try await nightly("late", fleet, folder, ["--as-of", "2099-02-01"])
                #expect(totals(late) == [4, 1, 3])

                let image = ["report", "image", "\(registry.host)/team/app:v1"]
                let text = try await succeed(image, fleet, folder).output
                #expect(text.contains("Suppressed  2 findings") && text.contains("jane") == false)
                let csv = try await succeed(image + ["-o", "csv", "--as-of", "2099-02-01"], fleet, folder).output
                #expect(csv.contains("accepted,later,fleet,") && !csv.contains("accepted,no,"))
                let flaw = try await succeed(["report", "vulnerability", "CVE-2024-1", "-o", "json"], fleet, folder)
                let affected = try #require(try flaw.object()["affected"] as? [[String: Any]])
                #expect(affected.map { $0["suppression"] != nil } == [true, false])
                let package = try await succeed(["report", "package", "libc6", "-o", "json"], fleet, folder)
                let versions = try #require(try package.object()["versions"] as? [[String: Any]])
                #expect(versions.first?["suppressed"] as? Int == 1)
            }
        }

        @Test("gives the same bytes again, and an exception's end is a finding opened again")
        func reproducible() async throws {
            try await withFleet { fleet, folder, registry in
                try await succeed(
                    ["fleet", "exceptions", "add", "CVE-2024-1", "--reason", "r", "--expires", "2098-01-01"],
                    fleet,
                    folder
                )
                try await fleet.withServices(workers: 1) {
                    for _ in 0..<2 { _ = try await fleet.scan(registry.host) }
                }
                _ = try await nightly("a", fleet, folder)
                _ = try await nightly("b", fleet, folder)
                for name in ["report.json", "report.html", "findings.csv", "images.csv", "vulnerabilities.csv"] {
                    #expect(try folder.text("a/\(name)") == folder.text("b/\(name)"))
                }
                func delta(_ report: [String: Any], _ list: String) -> Int {
                    ((report["delta"] as? [String: Any])?[list] as? [Any])?.count ?? -1
                }
                let report = try await nightly("c", fleet, folder)
                #expect(delta(report, "suppressed") == 1 && delta(report, "fixed") == 0)
                let late = try await nightly("d", fleet, folder, ["--as-of", "2098-01-02"])
                #expect(delta(late, "reopened") == 1 && delta(late, "suppressed") == 0)
                let runs = try await fleet.texts("SELECT id::text FROM runs ORDER BY id")
                let (oldest, newest) = (try #require(runs.first), try #require(runs.last))
                _ = try await nightly("e", fleet, folder, ["--run", newest, "--since", oldest])
                // Nothing is compared with itself, with what came later, or with what did not see the fleet.
                _ = try await fleet.texts("UPDATE runs SET state = 'failed' WHERE id = \(oldest) RETURNING state")
                let middle = runs[runs.count - 2]
                for (run, since) in [
                    (newest, newest), (middle, newest), (middle, "2020-01-01"), (newest, oldest),
                ] {
                    let answer = try await ProgramRun(
                        [
                            "report", "nightly", "--out", "f", "--run", run, "--since", since, "--postgres",
                            fleet.postgres,
                        ],
                        in: folder
                    )
                    #expect(answer.status == 65 && answer.errors.contains("--since: "))
                }
            }
        }

        @Test("takes VEX documents about packages and about one image, and forgets them again")
        func vex() async throws {
            try await withFleet { fleet, folder, registry in
                func document(_ id: String, _ statement: String) -> String {
                    """
                    {"@context":"https://openvex.dev/ns/v0.2.0","@id":"\(id)","author":"V",
                     "timestamp":"2024-01-01T00:00:00Z","version":1,"statements":[\(statement)]}
                    """
                }
                _ = try folder.write(
                    document(
                        "all",
                        #"{"vulnerability":{"name":"CVE-2024-2"},"products":[{"@id":"pkg:deb/debian/curl"}],"status":"not_affected","justification":"component_not_present"}"#
                    ),
                    to: "vex/all.json"
                )
                let digest = TestImage(layers: [TestLayer.debian(["curl", "nano"])]).digest
                _ = try folder.write(
                    document(
                        "web",
                        #"{"vulnerability":{"name":"CVE-2024-2"},"timestamp":"2024-02-01T00:00:00Z","products":[{"@id":"pkg:oci/web@\#(digest)","subcomponents":[{"@id":"pkg:deb/debian/curl"}]}],"status":"affected","action_statement":"x"}"#
                    ),
                    to: "vex/web.json"
                )
                try await succeed(["fleet", "vex", "import", "vex/all.json"], fleet, folder)
                #expect(totals(try await nightly("a", fleet, folder)) == [3, 2, 2])
                try await succeed(["fleet", "vex", "import", "vex"], fleet, folder)
                #expect(totals(try await nightly("b", fleet, folder)) == [4, 1, 3])
                #expect(try await fleet.texts("SELECT name FROM vex_documents ORDER BY id") == ["all", "web"])
                let list = try await succeed(["fleet", "vex", "list"], fleet, folder).output
                #expect(list.contains("web") && list.contains("openvex"))
                try await succeed(["fleet", "vex", "remove", "all"], fleet, folder)
                #expect(totals(try await nightly("c", fleet, folder)) == [5, 0, 3])
                let missing = try await ProgramRun(
                    ["fleet", "vex", "remove", "all", "--postgres", fleet.postgres],
                    in: folder
                )
                #expect(missing.status == 65)
                _ = try folder.write(#"{"@context":"https://openvex.dev/ns/v0.2.0","statements":["#, to: "bad.json")
                let bad = try await ProgramRun(
                    ["fleet", "vex", "import", "vex/all.json", "bad.json", "--postgres", fleet.postgres],
                    in: folder
                )
                #expect(bad.status == 65)
                #expect(try await fleet.texts("SELECT name FROM vex_documents") == ["web"])
            }
        }

        @Test("keeps exceptions of files, one a scope, and takes them away by number")
        func exceptions() async throws {
            try await withFleet { fleet, folder, _ in
                let text = """
                    exceptions:
                      - {id: CVE-2024-1, reason: one}
                      - {id: CVE-2024-1, reason: two, package: curl}
                      - {id: CVE-2024-1, reason: three}
                      - {id: CVE-2024-9}
                    """
                _ = try folder.write(text, to: "e.yaml")
                let first = try await succeed(["fleet", "exceptions", "import", "e.yaml"], fleet, folder)
                #expect(
                    first.output == "3 exceptions read, 2 new\n" && first.errors.contains("CVE-2024-9 has no reason")
                )
                let second = try await succeed(["fleet", "exceptions", "import", "e.yaml"], fleet, folder)
                #expect(second.output == "3 exceptions read, 0 new\n")
                #expect(try await fleet.texts("SELECT reason FROM exceptions ORDER BY 1") == ["three", "two"])
                let list = try await succeed(["fleet", "exceptions", "list", "-o", "json"], fleet, folder)
                let rows = try #require(try list.object()["exceptions"] as? [[String: Any]])
                let number = try #require(rows.first?["number"] as? Int)
                try await succeed(["fleet", "exceptions", "remove", "\(number)"], fleet, folder)
                #expect(try await fleet.texts("SELECT reason FROM exceptions").count == 1)
                let bad = try await ProgramRun(
                    [
                        "fleet", "exceptions", "add", "CVE-1", "--reason", "r", "--expires", "soon", "--postgres",
                        fleet.postgres,
                    ],
                    in: folder
                )
                #expect(bad.status == 64)
            }
        }
    }
}
