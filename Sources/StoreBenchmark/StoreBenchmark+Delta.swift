import Foundation
import Postgres
import Store

extension StoreBenchmark {
    private static let deltaRecords = 1_000

    enum Delta: String, CaseIterable { case comes, goes, comesBack = "comes back" }

    /// Feeds of ``deltaRecords`` records about packages of the fleet: half from a distribution's tracker, half OSV; of
    /// those that go, every record but the first is missing.
    func write(_ delta: Delta, into folder: URL) async throws {
        let half = Self.deltaRecords / 2
        func names(_ type: String, _ distro: String?) async throws -> [String] {
            try await store.pool.run { session in
                try session.execute(
                    """
                    SELECT DISTINCT packages.name FROM packages LEFT JOIN distros ON distros.id = distro
                    WHERE type = $1 AND distro_id || ':' || version_id IS NOT DISTINCT FROM $2 ORDER BY 1 LIMIT $3
                    """,
                    [.text(type), .text(distro), .int(half)]
                ).map { try $0.string(0) }
            }
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let debian = try await names("deb", "debian:12")
        let python = try await names("python", nil)
        let count = delta == .goes ? 1 : half
        var tracker: [String: [String: Any]] = [:]
        for number in 0..<count {
            let name = debian[number % debian.count]
            tracker[name, default: [:]]["CVE-2099-\(10_000 + number)"] = [
                "description": "made up", "releases": ["bookworm": ["status": "open", "urgency": "high"]],
            ]
        }
        try JSONSerialization.data(withJSONObject: tracker).write(to: folder.appending(path: "debian.json"))
        for number in 0..<count {
            let record: [String: Any] = [
                "id": "PYSEC-2099-\(number)", "aliases": ["CVE-2099-\(20_000 + number)"], "summary": "made up",
                "modified": "2026-01-01T00:00:00Z",
                "affected": [
                    [
                        "package": ["ecosystem": "PyPI", "name": python[number % python.count]],
                        "ranges": [["type": "ECOSYSTEM", "events": [["introduced": "0"], ["fixed": "5.0.0"]]]],
                    ]
                ],
            ]
            try JSONSerialization.data(withJSONObject: record)
                .write(to: folder.appending(path: "PYSEC-2099-\(number).json"))
        }
    }
}
