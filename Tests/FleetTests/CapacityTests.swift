import Foundation
import Testing

@Suite(
    "The capacity benchmark, as a user runs it",
    .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint),
    .serialized
)
struct CapacityTests {
    @Test("It scans its fleet twice where some of it is new, fetches only that, and leaves nothing behind")
    func churn() async throws {
        let folder = try TestFolder()
        let scratch = folder.url.appending(path: "scratch").path
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        // Under root the database's account has to pass.
        for path in [folder.url.path, scratch] {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        let run = try await ProgramRun(
            [
                "bench", "capacity", "--images", "40", "--profile", "churn", "--scale", "0.001", "--workers", "1",
                "--out",
                folder.url.appending(path: "out").path, "--plan-images", "1000000", "--hours", "8",
            ],
            in: folder,
            environment: ["TMPDIR": scratch + "/"]
        )
        try #require(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("held out"))
        let text = try folder.text("out/capacity.json")
        let report = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(report["schema"] as? String == "tallyman.capacity/1")
        let runs = try #require(report["runs"] as? [[String: Any]])
        try #require(runs.map { $0["kind"] as? String } == ["full", "rescan", "smaller"])
        let loads = runs.compactMap { $0["load"] as? [String: Any] }
        #expect(loads.map { $0["images"] as? Int } == [40, 41, 20])
        let layers = loads.compactMap { $0["layers"] as? Int }
        #expect(layers[0] > 40)
        #expect((1...2).contains(layers[1]))
        #expect(runs[1]["reusedImages"] as? Int == 40)
        #expect(try folder.text("out/capacity.svg").hasPrefix("<svg "))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch).isEmpty)
    }
}
